"""What a Hugo site's configuration says, with Hugo's defaults where it is silent.

`read_hugo_config` reads the files (`content.hugo_files`); `make_hugo_config` is pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from publisher.content.front_matter.dates import DEFAULT_KEYS, expand_keys
from publisher.content.hugo.config_files import merge_tables, read_layers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DEFAULT_TAXONOMIES: Mapping[str, str] = MappingProxyType({"category": "categories", "tag": "tags"})
_EMPTY: Mapping[str, Any] = MappingProxyType({})


#: By the name that comrak gives to what Hugo calls table, strikethrough, taskList, footnote, definitionList.
STANDARD_EXTENSIONS = frozenset({"table", "strikethrough", "tasklist", "footnotes", "description_lists"})
_STANDARD_NAMES = {
    "table": "table",
    "strikethrough": "strikethrough",
    "tasklist": "tasklist",
    "footnote": "footnotes",
    "definitionlist": "description_lists",
}
#: The same for what is off unless asked for: markup.goldmark.extensions.extras.
_EXTRA_NAMES = {
    "delete": "strikethrough",
    "insert": "insert",
    "mark": "highlight",
    "subscript": "subscript",
    "superscript": "superscript",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkdownSettings:
    """How Markdown becomes HTML; the defaults are Hugo's (markup.goldmark)."""

    #: Raw HTML is kept (and cleaned later) instead of left out.
    raw_html: bool = False
    #: Typographic quotes, dashes and dots.
    smart: bool = True
    linkify: bool = True
    #: A bare address may begin right behind a Chinese character or sign. Hugo wants a space there.
    linkify_after_cjk: bool = False
    hard_wraps: bool = False
    #: A line break between two wide characters is no space.
    east_asian_line_breaks: bool = False
    emoji: bool = False
    #: `**「重點」**後面` is bold. Hugo leaves the stars.
    cjk_emphasis: bool = True
    #: Names of comrak's extensions that are on.
    extensions: frozenset[str] = STANDARD_EXTENSIONS
    #: `{.class}` on a line below a block belongs to it.
    block_attributes: bool = False
    #: `{#id}` at the end of a heading belongs to it.
    title_attributes: bool = True
    #: How ids are made of headings: Hugo's autoIDType; empty for no ids.
    heading_ids: str = "github"
    #: Signs between which no text is Markdown: in blocks, and within paragraphs.
    kept_blocks: tuple[tuple[str, str], ...] = ()
    kept_inline: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HugoLanguage:
    """One language of a site."""

    #: As it stands in [languages], lower-cased: decides file suffixes and the address prefix.
    key: str
    #: BCP 47: languageCode or locale, else the key.
    code: str
    title: str = ""
    #: Own address of this language; empty if it shares the site's.
    base_url: str = ""
    weight: int = 0
    #: Own content folder; empty if it shares the site's.
    content_dir: str = ""
    permalinks: Mapping[str, Any] = field(default_factory=lambda: _EMPTY)
    params: Mapping[str, Any] = field(default_factory=lambda: _EMPTY)


@dataclass(frozen=True, slots=True)
class ContentFolder:
    """A folder that holds content, relative to the site's."""

    path: str
    #: Folders that its content is put below.
    below: tuple[str, ...] = ()
    #: Key of the language of files that name none; empty for the default language.
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HugoConfig:
    """A site's configuration, with Hugo's defaults where it is silent."""

    title: str = ""
    #: As written, without a promise about its last "/"; empty if the site doesn't say.
    base_url: str = ""
    #: BCP 47 of the default language; empty if the site doesn't say.
    language: str = ""
    #: IANA name; empty if the site doesn't say (Hugo then takes UTC).
    timezone: str = ""
    description: str = ""
    author: str = ""
    content_dir: str = "content"
    #: module.mounts that mount content; they replace `content_dir`.
    content_mounts: tuple[ContentFolder, ...] = ()
    static_dirs: tuple[str, ...] = ("static",)
    #: Folder whose files Hugo serves only where a theme asks for them; empty if the site has none.
    assets_dir: str = ""
    #: params.mainSections; empty if the site doesn't say.
    main_sections: tuple[str, ...] = ()
    #: Singular to plural; the plural is the front-matter key.
    taxonomies: Mapping[str, str] = field(default_factory=lambda: DEFAULT_TAXONOMIES)
    #: By kind ("page", "section"), then by section.
    permalinks: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: _EMPTY)
    #: Default language first, then by weight and key; empty for a site of one unnamed language.
    languages: tuple[HugoLanguage, ...] = ()
    #: Keys of languages that are configured and switched off: their files are no pages.
    disabled_languages: tuple[str, ...] = ()
    default_language: str = "en"
    default_language_in_subdir: bool = False
    #: Regular expressions searched in a file's path.
    ignore_files: tuple[str, ...] = ()
    build_drafts: bool = False
    build_future: bool = False
    build_expired: bool = False
    cascade: tuple[Mapping[str, Any], ...] = ()
    #: Keys that answer for each date (`content.dates.DEFAULT_KEYS`).
    date_keys: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: DEFAULT_KEYS)
    remove_path_accents: bool = False
    lower_paths: bool = True
    #: For all sections, or by section.
    ugly_urls: bool | Mapping[str, bool] = False
    has_cjk_language: bool = False
    summary_length: int = 70
    markdown: MarkdownSettings = MarkdownSettings()
    params: Mapping[str, Any] = field(default_factory=lambda: _EMPTY)
    #: Everything, keys lower-cased, for templates of the site that ask for more.
    table: Mapping[str, Any] = field(default_factory=lambda: _EMPTY)
    #: Files read, relative to the site's folder, least important first.
    files: tuple[str, ...] = ()

    def language_named(self, key: str) -> HugoLanguage:
        """Look a language up by its key; an unnamed language has the site's own facts."""
        for language in self.languages:
            if language.key == key.lower():
                return language
        return _unnamed(key.lower(), self.language or key, self.title)


@lru_cache(maxsize=100)
def _unnamed(key: str, code: str, title: str) -> HugoLanguage:
    return HugoLanguage(key=key, code=code, title=title)


def read_hugo_config(root: Path, environment: str = "production") -> HugoConfig:
    """Read a Hugo site's configuration.

    root: the site's folder. environment: which config/<environment>/ comes on top.
    A folder without configuration gives Hugo's defaults. Raises ConfigError with file:line for a file that is broken.
    """
    layers = read_layers(root, environment)
    return make_hugo_config(merge_tables(layer.table for layer in layers), tuple(layer.file for layer in layers))


def make_hugo_config(table: Mapping[str, Any], files: tuple[str, ...] = ()) -> HugoConfig:
    """Turn a merged configuration (keys lower-cased) into a HugoConfig."""
    params = _table(table, "params")
    default = _text(table, "defaultcontentlanguage", default="en").lower()
    disabled = _disabled_languages(table)
    languages = _languages(table, default, disabled)
    main = languages[0] if languages else None
    # Hugo took mainSections at the top in its first years.
    sections = (main.params.get("mainsections") if main else None) or params.get("mainsections")
    return HugoConfig(
        title=(main.title if main else "") or _text(table, "title"),
        base_url=_text(table, "baseurl"),
        language=_language_code(main, table),
        timezone=_text(table, "timezone"),
        description=_text(params, "description"),
        author=_author(params.get("author")) or _author(table.get("author")),
        content_dir=_text(table, "contentdir", default="content"),
        content_mounts=_content_mounts(table),
        static_dirs=_static_dirs(table),
        assets_dir=_text(table, "assetdir", default="assets"),
        main_sections=_texts(sections or table.get("mainsections")),
        taxonomies=_taxonomies(table),
        permalinks=_permalinks(table.get("permalinks")),
        languages=languages,
        disabled_languages=disabled,
        default_language=default,
        default_language_in_subdir=table.get("defaultcontentlanguageinsubdir") is True,
        ignore_files=_texts(table.get("ignorefiles")),
        build_drafts=table.get("builddrafts") is True,
        build_future=table.get("buildfuture") is True,
        build_expired=table.get("buildexpired") is True,
        cascade=_cascade(table.get("cascade")),
        date_keys=expand_keys(_table(table, "frontmatter")),
        remove_path_accents=table.get("removepathaccents") is True,
        lower_paths=table.get("disablepathtolower") is not True,
        ugly_urls=_ugly(table.get("uglyurls")),
        has_cjk_language=table.get("hascjklanguage") is True,
        summary_length=_number(table.get("summarylength"), 70),
        markdown=_markdown(table),
        params=params,
        table=table,
        files=files,
    )


def _disabled_languages(table: Mapping[str, Any]) -> tuple[str, ...]:
    named = [name.lower() for name in _texts(table.get("disablelanguages"))]
    languages = _table(table, "languages").items()
    off = [key for key, value in languages if isinstance(value, dict) and value.get("disabled") is True]
    return tuple(dict.fromkeys([*named, *off]))


def _languages(table: Mapping[str, Any], default: str, disabled: tuple[str, ...]) -> tuple[HugoLanguage, ...]:
    languages = [
        _language(key, value, table)
        for key, value in _table(table, "languages").items()
        if isinstance(value, dict) and key not in disabled
    ]
    languages.sort(key=lambda language: (language.key != default, language.weight or 1 << 30, language.key))
    return tuple(languages)


def _language(key: str, value: Mapping[str, Any], table: Mapping[str, Any]) -> HugoLanguage:
    return HugoLanguage(
        key=key,
        code=_text(value, "locale") or _text(value, "languagecode") or key,
        title=_text(value, "title") or _text(table, "title"),
        base_url=_text(value, "baseurl"),
        weight=_number(value.get("weight"), 0),
        content_dir=_text(value, "contentdir"),
        permalinks=_permalinks(value.get("permalinks")) if value.get("permalinks") else _EMPTY,
        params=merge_tables((_table(table, "params"), _table(value, "params"))),
    )


def _language_code(main: HugoLanguage | None, table: Mapping[str, Any]) -> str:
    if main and main.code != main.key:
        return main.code
    said = _text(table, "locale") or _text(table, "languagecode")
    return said or (main.code if main else _text(table, "defaultcontentlanguage"))


def _permalinks(value: Any) -> Mapping[str, Mapping[str, str]]:
    """Sort patterns by kind; a bare section name means pages (and Hugo's array form is read by its target's kind)."""
    kinds: dict[str, dict[str, str]] = {}
    if isinstance(value, list):
        for rule in value:
            target = rule.get("target", {}) if isinstance(rule, dict) else {}
            section = str(target.get("path", "")).strip("/{}").split("/")[0] if isinstance(target, dict) else ""
            kind = str(target.get("kind", "page")) if isinstance(target, dict) else "page"
            if isinstance(rule, dict) and isinstance(rule.get("pattern"), str):
                kinds.setdefault(kind, {})[section.replace("**", "") or "*"] = rule["pattern"]
    for key, pattern in value.items() if isinstance(value, dict) else ():
        if isinstance(pattern, str):
            kinds.setdefault("page", {})[key] = pattern
            # A bare key that names a taxonomy speaks for its terms too.
            kinds.setdefault("term", {})[key] = pattern
        elif isinstance(pattern, dict):
            kinds.setdefault(key, {}).update({name: str(text) for name, text in pattern.items()})
    return MappingProxyType(kinds)


def _taxonomies(table: Mapping[str, Any]) -> Mapping[str, str]:
    said = table.get("taxonomies")
    if not isinstance(said, dict):
        return DEFAULT_TAXONOMIES
    return MappingProxyType({key: value.lower() for key, value in said.items() if isinstance(value, str)})


def _content_mounts(table: Mapping[str, Any]) -> tuple[ContentFolder, ...]:
    mounts = _table(table, "module").get("mounts")
    folders = []
    for mount in mounts if isinstance(mounts, list) else ():
        target = _text(mount, "target").strip("/").split("/") if isinstance(mount, dict) else []
        if target[:1] == ["content"] and _text(mount, "source"):
            folders.append(ContentFolder(_text(mount, "source"), tuple(target[1:]), _text(mount, "lang").lower()))
    return tuple(folders)


def _static_dirs(table: Mapping[str, Any]) -> tuple[str, ...]:
    said = [table.get("staticdir", "static"), *(table.get(f"staticdir{number}") for number in range(11))]
    return tuple(dict.fromkeys(name for value in said for name in _texts(value)))


def _cascade(value: Any) -> tuple[Mapping[str, Any], ...]:
    blocks = value if isinstance(value, list) else [value]
    return tuple(block for block in blocks if isinstance(block, dict))


def _ugly(value: Any) -> bool | Mapping[str, bool]:
    if isinstance(value, dict):
        return MappingProxyType({key: item is True for key, item in value.items()})
    return value is True


def _markdown(table: Mapping[str, Any]) -> MarkdownSettings:
    goldmark = _table(_table(table, "markup"), "goldmark")
    renderer, extensions = _table(goldmark, "renderer"), _table(goldmark, "extensions")
    typographer = extensions.get("typographer")
    off = typographer is False or (isinstance(typographer, dict) and typographer.get("disable") is True)
    cjk = _table(extensions, "cjk")
    parser = _table(goldmark, "parser")
    kept = _table(extensions, "passthrough")
    return MarkdownSettings(
        raw_html=renderer.get("unsafe") is True,
        hard_wraps=renderer.get("hardwraps") is True,
        smart=not off,
        linkify=extensions.get("linkify") is not False,
        east_asian_line_breaks=cjk.get("enable") is True and cjk.get("eastasianlinebreaks") is True,
        emoji=table.get("enableemoji") is True,
        extensions=_extensions(extensions),
        block_attributes=_table(parser, "attribute").get("block") is True,
        title_attributes=_table(parser, "attribute").get("title") is not False,
        heading_ids="" if parser.get("autoheadingid") is False else _text(parser, "autoidtype", "github").lower(),
        kept_blocks=_pairs(kept, "block"),
        kept_inline=_pairs(kept, "inline"),
    )


def _extensions(table: Mapping[str, Any]) -> frozenset[str]:
    """List what Markdown may hold, by comrak's names. What is a table of its own says `enable`."""

    def says(value: Any, answer: bool) -> bool:
        return value is answer or (isinstance(value, dict) and value.get("enable") is answer)

    extras = _table(table, "extras")
    off = {comrak for name, comrak in _STANDARD_NAMES.items() if says(table.get(name), answer=False)}
    return STANDARD_EXTENSIONS - off | {
        comrak for name, comrak in _EXTRA_NAMES.items() if says(extras.get(name), answer=True)
    }


def _pairs(kept: Mapping[str, Any], place: str) -> tuple[tuple[str, str], ...]:
    """Read passthrough.delimiters: lists of two signs."""
    said = _table(kept, "delimiters").get(place) if kept.get("enable") is True else None
    pairs = [pair for pair in (said if isinstance(said, list) else ()) if isinstance(pair, list)]
    return tuple((str(pair[0]), str(pair[1])) for pair in pairs if len(pair) == 2 and all(pair))  # noqa: PLR2004 - a pair


def _author(value: Any) -> str:
    if isinstance(value, dict):
        return _text(value, "name")
    return value.strip() if isinstance(value, str) else ""


def _table(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = table.get(key)
    return value if isinstance(value, dict) else {}


def _text(table: Mapping[str, Any], key: str, default: str = "") -> str:
    value = table.get(key)
    return value.strip() if isinstance(value, str) and value.strip() else default


def _texts(value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    return tuple(item for item in items if isinstance(item, str) and item)


def _number(value: Any, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else default

"""Pelican: `Key: value` heads, pelicanconf.py, addresses by ARTICLE_URL, slugs in Latin letters, `{static}` links.

The rules were measured on Pelican 4.12 (tests/judges/conventions/pelican). Articles are Markdown here, never
reStructuredText.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import defaultdict
from dataclasses import replace
from fnmatch import fnmatch
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from publisher.content.conventions.convention import (
    MARKDOWN,
    BodyPlace,
    Convention,
    FieldError,
    Found,
    Prepared,
    list_files,
)
from publisher.content.conventions.excerpt import plain_text
from publisher.content.conventions.pelican_headers import parse_headers
from publisher.content.conventions.pelican_settings import read_pelican_settings
from publisher.content.conventions.slugs import to_ascii
from publisher.content.media import inside
from publisher.content.site import HugoConfig
from publisher.content.urls import path_from_front_matter
from publisher.errors import ContentError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    from publisher.content.discover import ContentFile
    from publisher.content.pages import Page

SUFFIXES = (".md", ".markdown", ".mkd", ".mdown")
STATUSES = frozenset({"published", "draft", "hidden", "skip"})
#: A link as Markdown or HTML writes it. Python-Markdown lets its address hold spaces.
_INTERNAL = re.compile(
    r"(?P<open>\]\(\s*<?|\]:\s*<?|(?:href|src|poster)\s*=\s*[\"'])[{|](?P<what>\w+)[|}](?P<value>[^)>\"'\n]*?)(?=\s*[)>\"'\n])"
)
_LANGUAGE_LINE = re.compile(r"(?m)^( {4}|\t):::\w+[^\n]*$")


def read_settings(root: Path) -> HugoConfig:
    """Read pelicanconf.py, and publishconf.py on top. Raises ConfigError with its place."""
    found = read_pelican_settings(root)
    said = found.values
    folder = str(said["PATH"] or ".")
    return HugoConfig(
        title=said["SITENAME"] or "",
        base_url=said["SITEURL"] or "",
        description=said["SITESUBTITLE"] or "",
        author=said["AUTHOR"] or "",
        language=said["DEFAULT_LANG"] or "",
        timezone=said["TIMEZONE"] or "",
        content_dir=folder,
        static_dirs=(folder,),
        build_future=said["WITH_FUTURE_DATES"] is True,
        markdown=replace(MARKDOWN, smart=False),
        table=MappingProxyType(said),
        files=found.files,
    )


def discover(root: Path, settings: HugoConfig) -> Found:
    """List the articles: what lies below ARTICLE_PATHS, but for pages and what is excluded."""
    said = settings.table
    files, problems = list_files(root, root / settings.content_dir, SUFFIXES)
    wanted = [str(path).strip("/") for path in said["ARTICLE_PATHS"] or [""]]
    out = [str(path).strip("/") for path in (*(said["PAGE_PATHS"] or ()), *(said["ARTICLE_EXCLUDES"] or ()))]
    problems += read_pelican_settings(root).problems
    return [
        replace(file, kind="page", stem=file.path.stem, folders=tuple(file.key.split("/")[:-1]))
        for file in files
        if any(_below(file.key, path) for path in wanted) and not any(_below(file.key, path) for path in out)
    ], problems


def _below(key: str, path: str) -> bool:
    return not path or key.startswith(f"{path}/") or fnmatch(key, path)


def values(front: Mapping[str, Any], file: ContentFile, settings: HugoConfig) -> Mapping[str, Any]:
    """Add what the settings, the file's path and its name say. Raises ContentError for what Pelican would refuse."""
    table = settings.table
    said: dict[str, Any] = {"category": table["DEFAULT_CATEGORY"]}
    said.update({str(key).lower(): value for key, value in (table["DEFAULT_METADATA"] or {}).items()})
    said.update(_by_path(file, table))
    said.update({key: value for key, value in front.items() if value not in (None, "")})
    for key in ("tags", "authors", "keywords"):
        if isinstance(said.get(key), str):
            said[key] = _split(said[key])
    if "title" not in said:
        raise FieldError("", "the article has no title, and Pelican skips it", "write `Title: …` at its top")
    said["title"] = plain_text(str(said["title"]), markdown=False)
    if isinstance(said.get("summary"), str | list):
        text = said["summary"] if isinstance(said["summary"], str) else "\n".join(map(str, said["summary"]))
        said["summary"] = plain_text(text)
    status = str(said.get("status", "published")).strip().lower()
    if status not in STATUSES:
        raise FieldError("status", f"no such status: {status}", "write published, draft, hidden or skip")
    for key in ("image", "cover", "featured_image", "og_image", "thumbnail", "header_cover"):
        if isinstance(said.get(key), str):
            said[key] = re.sub(r"^[{|](?:static|attach|filename|photo)[|}]", "", said[key])
    return said


def _split(text: str) -> list[str]:
    """Cut a list at semicolons, or at commas where there are none."""
    return [item.strip() for item in text.split(";" if ";" in text else ",") if item.strip()]


def _by_path(file: ContentFile, table: Mapping[str, Any]) -> dict[str, Any]:
    """Read what EXTRA_PATH_METADATA, FILENAME_METADATA, PATH_METADATA and the folder's name say of a file."""
    found: dict[str, Any] = {}
    for prefix, extra in sorted((table["EXTRA_PATH_METADATA"] or {}).items()):
        if isinstance(extra, dict) and (file.key == prefix or file.key.startswith(f"{str(prefix).rstrip('/')}/")):
            found.update({str(key).lower(): value for key, value in extra.items()})
    named: dict[str, Any] = {}
    checks = [(table["FILENAME_METADATA"], file.path.stem), (table["PATH_METADATA"], file.key)]
    for pattern, text in checks:
        try:
            match = re.match(pattern, text) if pattern else None
        except (re.error, TypeError) as error:
            raise ContentError(f"a pattern in pelicanconf.py is wrong: {error}") from error
        groups = match.groupdict() if match else {}
        named |= {key.lower(): value for key, value in groups.items() if value is not None and key.lower() not in named}
    if table["USE_FOLDER_AS_CATEGORY"] and file.folders:
        named.setdefault("category", file.folders[-1])
    return {**found, **named}


def slug(values: Mapping[str, Any], file: ContentFile, settings: HugoConfig) -> str:
    """Make a slug of the title (or the file's name), as SLUGIFY_SOURCE says. Raises ContentError."""
    by_name = settings.table["SLUGIFY_SOURCE"] == "basename"
    return slugify(file.path.stem if by_name else str(values["title"]), settings.table)


def slugify(text: str, table: Mapping[str, Any]) -> str:
    """Turn a text into a slug by the settings SLUGIFY_* and SLUG_REGEX_SUBSTITUTIONS."""
    made = unicodedata.normalize("NFKC", text)
    if not table["SLUGIFY_USE_UNICODE"]:
        made = to_ascii(made)
    for pattern, instead in table["SLUG_REGEX_SUBSTITUTIONS"]:
        made = re.sub(pattern, instead, made, flags=re.IGNORECASE)
    return made.strip() if table["SLUGIFY_PRESERVE_CASE"] else made.strip().lower()


class _Formatter(string.Formatter):
    """`str.format` over plain values only: no attribute of anything is reached from a configuration file."""

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> Any:
        """Look a field up by its plain name. Raises ContentError for any other."""
        del args
        if not re.fullmatch(r"\w+", field_name) or field_name not in kwargs:
            known = " ".join(f"{{{key}}}" for key in sorted(kwargs))
            raise ContentError(
                f"ARTICLE_URL asks for {{{field_name}}}, which this article has not", hint=f"there are {known}"
            )
        return kwargs[field_name], field_name


def path(page: Page, settings: HugoConfig) -> str:
    """Fill in ARTICLE_URL, or ARTICLE_LANG_URL for a translation."""
    table = settings.table
    is_translation = page.language.lower() != str(table["DEFAULT_LANG"]).lower()
    pattern = table["ARTICLE_LANG_URL"] if is_translation else table["ARTICLE_URL"]
    return "/" + _fill(str(pattern), page, table).lstrip("/")


def own_path(url: str, page: Page, settings: HugoConfig) -> str:
    """Take a URL that the article gives itself: as it is, without a "/" that nobody wrote."""
    del page, settings
    path_from_front_matter(url)
    return "/" + url.lstrip("/")


def _fill(pattern: str, page: Page, table: Mapping[str, Any]) -> str:
    author = next(iter(_names(page.params.get("authors") or page.params.get("author") or table["AUTHOR"])), "")
    texts = {key: value for key, value in page.params.items() if isinstance(value, str | int)}
    facts: dict[str, Any] = {
        **texts,
        "slug": page.slug,
        "lang": page.language.lower(),
        "category": slugify(str(page.params.get("category") or ""), table),
        "author": slugify(author, table),
        "path": page.file.key,
    }
    if page.dates.date:
        facts["date"] = _Day(page.dates.date)
    try:
        return _Formatter().vformat(pattern, (), facts)
    except (ValueError, IndexError) as error:
        raise ContentError(f"ARTICLE_URL can't be filled in: {error}", hint="write {slug}, {date:%Y}…") from error


class _Day:
    """A date that formats numbers only: month names would follow the locale."""

    def __init__(self, date: datetime) -> None:
        self._date = date

    def __format__(self, form: str) -> str:
        if re.search(r"%-?(?![-YmdyHMSjGVu%])", form):
            raise ValueError(f"{form} depends on the machine's language")
        plain = re.sub(r"%-([mdHMSj])", lambda match: str(int(self._date.strftime(f"%{match[1]}"))), form)
        return self._date.strftime(plain) if plain else str(self._date)


def _names(value: Any) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [str(item) for item in items if item]


def settle(pages: Iterable[Page]) -> list[Page]:
    """Hide translations: of articles with one slug, only the first language is listed."""
    groups: dict[str, list[Page]] = defaultdict(list)
    for page in pages:
        groups[page.slug].append(page)
    kept: list[Page] = []
    for group in groups.values():
        shown = [page for page in group if not page.hidden]
        original = min(shown, key=lambda page: page.params.get("lang") is not None, default=None)
        for page in group:
            is_other = original is not None and not page.hidden and page.language != original.language
            kept.append(replace(page, hidden="other language") if is_other else page)
    return sorted(kept, key=lambda page: page.file.key)


def prepare(body: BodyPlace) -> Prepared:
    """Turn `{filename}`, `{static}`, `{attach}` and the like into plain links, and drop `:::python` lines."""
    text = _LANGUAGE_LINE.sub("", body.text)

    def link(match: re.Match[str]) -> str:
        return match["open"] + _target(match, body).replace(" ", "%20")

    return Prepared(text=_INTERNAL.sub(link, text))


def _target(match: re.Match[str], body: BodyPlace) -> str:
    what, value = match["what"], match["value"]
    table = body.settings.table
    if what == "attach":
        place = re.sub(r"^https?://[^/]+", "", body.post.url).rpartition("/")[0]
        return f"{place}/{value.rpartition('/')[2] if value.startswith(('/', '..')) else value}"
    if what in {"tag", "category", "author"}:
        return f"/{what}/{slugify(unquote(value), table)}.html"
    if what == "filename" and (found := _article(value, body)):
        return found
    return "/index.html" if what == "index" else value


def _article(value: str, body: BodyPlace) -> str:
    """Find the address of the article that `{filename}` names; "" if it is none (a picture, perhaps)."""
    name, mark, fragment = value.partition("#")
    folder = body.root / body.settings.content_dir
    start = folder if name.startswith("/") else body.post.path.parent
    if not inside(start, unquote(name).lstrip("/")):
        return ""
    try:
        return body.ref(unquote(name)) + mark + fragment
    except ContentError:
        return ""


PELICAN = Convention(
    name="pelican",
    title="Pelican",
    marks=("pelicanconf.py",),
    output="output",
    read_settings=read_settings,
    discover=discover,
    parse=parse_headers,
    values=values,
    url_keys=("url",),
    own_path=own_path,
    slug=slug,
    path=path,
    title_from_heading=False,
    prepare=prepare,
    settle=settle,
)

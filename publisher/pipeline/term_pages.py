"""What a site says about its terms: their own pages, which name them and are where a feed's reader would go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.content.hugo.page_paths import list_path
from publisher.content.sources import discover_site, page_rules, read_content_file
from publisher.content.urls import permalink
from publisher.errors import ContentError
from publisher.syndication.groups import term_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from publisher.config import Config
    from publisher.content.hugo.discover import ContentFile
    from publisher.content.hugo.site import HugoConfig, HugoLanguage

#: Keys of a term's page that name it; title comes first.
_NAME_KEYS = ("title", "name_zh", "name")
#: Keys that may name it in Latin letters, the best for an address first.
_LATIN_KEYS = ("slug", "name_en", "title_en", "english_name", "name", "title")


@dataclass(frozen=True, slots=True)
class TermPage:
    """A page about a term."""

    #: As its author writes it; empty where the page does not say.
    title: str
    url: str
    #: What else it is called that may do for an address, the best first.
    latin_names: tuple[str, ...] = ()


def read_term_pages(
    config: Config, settings: HugoConfig, wanted: Mapping[str, Collection[str]], now: datetime
) -> Mapping[tuple[str, str], TermPage]:
    """Read the pages about terms, by folder and term.

    wanted: names of terms by the folder below the content folder in which their pages may lie: people/sam.md,
    people/sam/index.md or people/sam/_index.md is the page of sam.
    A page that is not public, or can't be read (which reading the site tells), is none.
    """
    if not _has_any(config, settings, wanted):
        return {}
    files, _ = discover_site(config, settings)
    rules = page_rules(config, settings, files, now)
    found: dict[tuple[str, str], TermPage] = {}
    for file in _of_main_language(files, config, settings):
        place = _place_of(file)
        if place in found or place[1] not in wanted.get(place[0], ()):
            continue
        try:
            page = read_content_file(file, rules).page
        except ContentError:
            continue
        if not page.hidden:
            names = (str(page.params.get(key) or "").strip() for key in _NAME_KEYS)
            latin = (str(page.params.get(key) or "").strip() for key in _LATIN_KEYS)
            found[place] = TermPage(next(filter(None, names), ""), page.permalink, tuple(filter(None, latin)))
    return found


def term_url(config: Config, settings: HugoConfig, key: str, name: str) -> str:
    """Give the address of the list that Hugo makes for a term, in the language of the feeds; empty if there is none."""
    makes_lists = config.site.generator == "hugo" and key in settings.taxonomies.values()
    disabled = {str(kind).lower() for kind in settings.table.get("disablekinds") or ()}
    if not makes_lists or "term" in disabled:
        return ""
    language = _language(config, settings)
    try:
        path = list_path(key, name, language, settings)
    except ContentError:
        # Hugo refuses such a pattern, and makes no list.
        return ""
    return permalink(language.base_url or config.site.url, path)


def _language(config: Config, settings: HugoConfig) -> HugoLanguage:
    """Choose the language whose lists the feeds lead to: the one that publisher.toml names, else the site's default."""
    wanted = config.site.language.lower() if "language" in config.site.model_fields_set else ""
    named = (one for one in settings.languages if wanted in {one.key, one.code.lower()})
    return next(named, settings.language_named(settings.default_language))


def _has_any(config: Config, settings: HugoConfig, wanted: Iterable[str]) -> bool:
    """Tell whether there is any folder to look into: most sites have none, and then their files stay unlisted."""
    tops = [language.content_dir for language in settings.languages if language.content_dir] or [settings.content_dir]
    return any((config.root / top / folder).is_dir() for top in tops for folder in wanted)


def _place_of(file: ContentFile) -> tuple[str, str]:
    return "/".join(file.folders), term_name(file.stem)


def _of_main_language(files: Iterable[ContentFile], config: Config, settings: HugoConfig) -> Iterable[ContentFile]:
    """Put the pages in the language of the feeds first; those of other languages are better than nothing."""

    def is_other(file: ContentFile) -> bool:
        return settings.language_named(file.language).code.lower() != config.site.language.lower()

    return sorted(files, key=is_other)

"""Which path a page has below its site's address: front matter `url`, else permalink pattern, else file name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from publisher.content.hugo.permalinks import PermalinkFacts, expand
from publisher.content.urls import directory_path, file_segment, path_from_front_matter, refuse_way_out, sanitize

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.content.hugo.discover import ContentFile
    from publisher.content.hugo.site import HugoConfig, HugoLanguage
    from publisher.content.pages import PageKind, PageRules, SectionFacts


class PageFacts(NamedTuple):
    """What decides where a page is."""

    file: ContentFile
    kind: PageKind
    title: str
    date: datetime | None
    section: str
    slug: str
    #: The `url` of its front matter, if there is one.
    url: Any


def page_path(page: PageFacts, language: HugoLanguage, rules: PageRules) -> str:
    """Work out a page's path, unescaped. Raises ContentError for a `url` or pattern that can't be one."""
    url = page.url
    prefix = _prefix(language, rules.site)
    if isinstance(url, str) and url.strip():
        filled = expand(url, _facts(page, rules)) if ":" in url and not re.match(r"\w+:", url) else url
        path = path_from_front_matter(filled)
        # A url with its own leading slash says where it stands; others stand below their language.
        return path if url.startswith("/") else prefix + path
    pattern = _pattern(page, language, rules.site)
    if pattern:
        segments = expand(pattern, _facts(page, rules)).split("/")
    else:
        segments = [*_folder_segments(page, rules), _last_segment(page, rules)]
    accents = not rules.site.remove_path_accents
    segments = segments if accents else [sanitize(segment, accents=False) for segment in segments]
    lower = rules.hugo_names and rules.site.lower_paths
    path = directory_path(segments, lower=lower, ugly=page.kind == "page" and _is_ugly(page, rules.site))
    refuse_way_out(path, f"the slug leads out of the site: {path}")
    return prefix + path + ("index.html" if page.kind != "page" and _is_ugly(page, rules.site) else "")


def list_path(plural: str, name: str, language: HugoLanguage, site: HugoConfig) -> str:
    """Work out the path of the list that Hugo makes for a term without a page of its own, unescaped.

    plural: the taxonomy. name: what the term is compared by. Raises ContentError for a pattern that can't be one.
    """
    pattern = (language.permalinks or site.permalinks).get("term", {}).get(plural, "")
    facts = PermalinkFacts(name, name, None, (plural,), (plural,), name)
    segments = expand(pattern, facts).split("/") if pattern else [plural, sanitize(name)]
    ugly = site.ugly_urls if isinstance(site.ugly_urls, bool) else site.ugly_urls.get(plural, False)
    return _prefix(language, site) + directory_path(segments, lower=site.lower_paths, ugly=ugly)


def _prefix(language: HugoLanguage, site: HugoConfig) -> str:
    if not site.languages or language.base_url or (len(site.languages) == 1 and not site.default_language_in_subdir):
        return ""
    home = language.key == site.default_language and not site.default_language_in_subdir
    return "" if home else f"/{language.key}"


def _is_ugly(page: PageFacts, site: HugoConfig) -> bool:
    if isinstance(site.ugly_urls, bool):
        return site.ugly_urls
    return page.kind != "home" and site.ugly_urls.get(page.section, False)


def _pattern(page: PageFacts, language: HugoLanguage, site: HugoConfig) -> str:
    if page.kind == "home":
        return ""
    patterns = (language.permalinks or site.permalinks).get(page.kind, {})
    return patterns.get(page.section or "/", "") or patterns.get("*", "")


def _sections_above(page: PageFacts, rules: PageRules) -> list[tuple[str, SectionFacts | None]]:
    """Name the folders above a page, outermost first, each with what its _index.md says; a section is its own last."""
    file = page.file
    folders = (*file.folders, file.stem) if page.kind == "section" else file.folders
    return [(name, rules.sections.get((file.language, folders[: depth + 1]))) for depth, name in enumerate(folders)]


def _folder_segments(page: PageFacts, rules: PageRules) -> list[str]:
    """Turn the folders above a page into segments; a section's own slug stands for its folder."""
    above = _sections_above(page, rules)[: len(page.file.folders)]
    return [
        _slug_segment(section.slug, rules) if section and section.slug else _file_segment(name, rules)
        for name, section in above
    ]


def _last_segment(page: PageFacts, rules: PageRules) -> str:
    return _slug_segment(page.slug, rules) if page.slug else _file_segment(page.file.stem, rules)


def _slug_segment(slug: str, rules: PageRules) -> str:
    return sanitize(slug).strip("-") if rules.hugo_names else slug


def _file_segment(name: str, rules: PageRules) -> str:
    return file_segment(name) if rules.hugo_names else name


def _facts(page: PageFacts, rules: PageRules) -> PermalinkFacts:
    above = _sections_above(page, rules)
    return PermalinkFacts(
        title=page.title,
        slug=page.slug,
        date=page.date,
        sections=tuple(name for name, _ in above),
        section_slugs=tuple((section.slug or section.title if section else "") or name for name, section in above),
        filename=page.file.stem,
    )

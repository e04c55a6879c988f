"""One content file becomes a Page: front matter, cascades, dates, filters, address.

Everything is decided from the text and from `PageRules`; no file is opened here.
"""

from __future__ import annotations

from datetime import UTC
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from publisher.content.front_matter.dates import DateError, Dates, DateSources, resolve_dates, split_file_date
from publisher.content.front_matter.read import FrontMatter, locate, parse_front_matter
from publisher.content.hugo.cascade import CascadeTarget, cascade_blocks, hand_down
from publisher.content.hugo.page_paths import PageFacts, page_path
from publisher.content.pages import Hidden, Page, PageKind, PageRules, ReadPage, SectionFacts
from publisher.content.urls import permalink
from publisher.errors import ContentError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from publisher.content.hugo.discover import ContentFile

#: Keys that Hugo reads itself (gohugo.io, Front matter, Fields).
RESERVED = frozenset(
    """aliases build cascade date description draft expirydate headless iscjklanguage keywords lastmod layout linktitle
    markup menus modified outputs pubdate publishdate published resources sitemap sites slug summary title
    translationkey type unpublishdate url weight""".split()  # noqa: SIM905 - a list of words reads better
)
_TRUE = frozenset({"true", "t", "1"})
#: Names of files that tell about the folder they lie in.
_NO_POSTS = frozenset({"readme", "license", "changelog", "contributing", "todo"})
_YES = frozenset({"yes", "y", "on"})


def section_facts(front: FrontMatter) -> SectionFacts:
    """Take from a section's front matter what concerns the pages below it."""
    return SectionFacts(
        slug=_text(front.values.get("slug")),
        title=_text(front.values.get("title")),
        cascade=cascade_blocks(front.values),
    )


def read_page(file: ContentFile, text: str, rules: PageRules, modified: datetime | None = None) -> ReadPage:
    """Resolve a content file.

    text: the whole file. modified: its time on disk, for sites that date pages by :fileModTime.
    Raises ContentError, located, when the page can't be known: front matter, a date that decides whether it is
    public, its url.
    """
    front = parse_front_matter(text, file.name)
    kind = _kind(file)
    blocks = _handed_down(file, rules)
    values = _with_params(hand_down(front.values, blocks, _target(file, kind)) if blocks else dict(front.values))
    sources = DateSources(rules.zone, rules.site.date_keys, file.stem, modified)
    dates, errors, named_by_file = resolve_dates(values, sources)
    problems = [*_date_problems(errors, front, file), *_draft_problems(values, front, file)]
    language = rules.site.language_named(file.language)
    title = _text(values.get("title"))
    section = (file.folders or (file.stem if kind == "section" else "",))[0]
    slug = _slug(values, file, named_by_file=named_by_file)
    facts = PageFacts(file, kind, title, dates.date, section, slug, values.get("url"))
    try:
        address = permalink(language.base_url or rules.base_url, page_path(facts, language, rules))
    except ContentError as error:
        said = next((key for key in ("url", "slug") if key in front.values), None)
        at = locate(front.split, file.name, (said,) if said else ())
        raise ContentError(error.message, at=at, hint=error.hint) from error
    page = Page(
        file=file,
        kind=kind,
        title=title,
        link_title=_text(values.get("linktitle")) or title,
        permalink=address,
        dates=dates,
        section=section,
        weight=_weight(values.get("weight")),
        slug=slug,
        description=_text(values.get("description")),
        language=language.code,
        hidden=hidden(values, dates, rules),
        terms=MappingProxyType({plural: _terms(values.get(plural)) for plural in rules.site.taxonomies.values()}),
        params=MappingProxyType(values),
        split=front.split,
    )
    problems += _undated_problems(page, front, rules)
    return ReadPage(page, tuple(problems))


def _kind(file: ContentFile) -> PageKind:
    if file.kind == "branch" or not file.stem:
        return "section" if file.stem else "home"
    return "page"


def _target(file: ContentFile, kind: PageKind) -> CascadeTarget:
    path = "/" + "/".join((*file.folders, file.stem)).lower()
    return CascadeTarget(path, kind, file.language)


def _handed_down(file: ContentFile, rules: PageRules) -> list[Sequence[Mapping[str, Any]]]:
    """List what a page's ancestors and the configuration hand down, nearest first."""
    own = (*file.folders, file.stem) if file.kind == "branch" and file.stem else file.folders
    chain = [own[:depth] for depth in range(len(own), -1, -1)] if rules.sections else []
    found = [section.cascade for folders in chain if (section := rules.sections.get((file.language, folders)))]
    return [blocks for blocks in (*found, rules.site.cascade) if blocks]


def _with_params(values: dict[str, Any]) -> dict[str, Any]:
    """Merge the `params:` map into the top, where it wins over keys that mean nothing to Hugo itself."""
    params = values.pop("params", None)
    if isinstance(params, dict):
        values = values | {key: value for key, value in params.items() if key not in RESERVED or key not in values}
    elif params is not None:
        values["params"] = params
    return values


def _text(value: Any) -> str:
    """Write a scalar as Hugo casts it; tables and lists are no text."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, (dict, list)):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _weight(value: Any) -> int:
    try:
        return int(value or 0)
    except (TypeError, ValueError, OverflowError):
        return 0


def _terms(value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(filter(None, [_text(item).strip() for item in items])))


def _slug(values: Mapping[str, Any], file: ContentFile, *, named_by_file: bool) -> str:
    said = _text(values.get("slug"))
    return said or (split_file_date(file.stem, UTC)[1] if named_by_file else "")


def is_draft(values: Mapping[str, Any]) -> bool:
    """Tell whether a front matter says draft. A doubtful `draft: yes` counts as one; `published: false` says so too."""
    said = str(values.get("draft", "")).strip().lower()
    published = values.get("published")
    return said in _TRUE or said in _YES or (published is not None and str(published).strip().lower() == "false")


def hidden(values: Mapping[str, Any], dates: Dates, rules: PageRules) -> Hidden:
    """Say why a page is not shown: by its publication date, not by `date`, as in Hugo."""
    site = rules.site
    if is_draft(values) and not site.build_drafts:
        return "draft"
    published = dates.published or dates.date
    if published and published > rules.now and not site.build_future:
        return "future"
    if dates.expires and dates.expires <= rules.now and not site.build_expired:
        return "expired"
    build = values.get("build", values.get("_build"))
    listed = build.get("list", "always") if isinstance(build, dict) else "always"
    alone = values.get("headless") is True or (isinstance(build, dict) and build.get("render") in {"never", False})
    return "unlisted" if alone or str(listed).lower() in {"never", "local", "false"} else ""


def _date_problems(errors: Mapping[str, DateError], front: FrontMatter, file: ContentFile) -> list[Problem]:
    """Report refused dates; one that decides whether the page is public spoils the page."""
    problems = []
    for key, error in errors.items():
        at = locate(front.split, file.name, (key,))
        if key not in {"lastmod", "modified"}:
            raise ContentError(str(error), at=at, hint=error.hint)
        problems.append(Problem(str(error), at, error.hint, rule="bad-date"))
    return problems


def _undated_problems(page: Page, front: FrontMatter, rules: PageRules) -> list[Problem]:
    """Report a page of a published section that no feed shows because it has no date.

    Pages beside the sections (about, search), with a layout of their own, and files about the folder are no posts.
    """
    published = page.section in rules.site.main_sections if rules.site.main_sections else page.section
    no_post = page.kind != "page" or page.hidden or "layout" in page.params or page.file.stem.lower() in _NO_POSTS
    if no_post or not published or page.dates.date or page.dates.published:
        return []
    hint = "write `date: 2026-01-02`, or name the sections that hold posts in site.sections of publisher.toml"
    at = locate(front.split, page.file.name)
    return [Problem("the post has no date, so no feed shows it", at, hint, rule="undated")]


def _draft_problems(values: Mapping[str, Any], front: FrontMatter, file: ContentFile) -> list[Problem]:
    if str(values.get("draft", "")).strip().lower() not in _YES:
        return []
    at = locate(front.split, file.name, ("draft",))
    message = "`draft: yes` is text in YAML 1.2: new versions of Hugo publish this post, here it stays a draft"
    return [Problem(message, at, "write `draft: true` or `draft: false`", rule="doubtful-draft")]

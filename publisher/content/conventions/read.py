"""A content file of any convention becomes a Page: aliases, dates, filters, address.

Everything is decided from the text, the convention and `PageRules`; no file is opened here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from publisher.content.conventions.convention import FieldError, name_without_date
from publisher.content.front_matter import aliases
from publisher.content.front_matter.dates import DateError, Dates, split_file_date
from publisher.content.front_matter.read import FrontMatter, locate
from publisher.content.hugo.permalinks import PermalinkFacts, expand
from publisher.content.pages import Hidden, Page, PageRules, ReadPage
from publisher.content.summary import first_heading
from publisher.errors import ContentError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from publisher.content.conventions.convention import Convention
    from publisher.content.hugo.discover import ContentFile
    from publisher.errors import Location

_NO = frozenset({"false", "no", "off", "0"})
_YES = frozenset({"true", "t", "1", "yes", "y", "on"})
_NOT_PUBLIC = frozenset({"draft", "private", "pending", "scheduled", "sent"})
_NOT_LISTED = frozenset({"hidden", "skip", "unlisted"})


def read_by_convention(file: ContentFile, text: str, rules: PageRules, convention: Convention) -> ReadPage:
    """Resolve a content file by its generator's convention.

    text: the whole file. Raises ContentError, located, when the page can't be known: its front matter, a date that
    decides whether it is public, its address.
    """
    return _Reading(file, convention.parse(text, file.name), rules, convention).page()


@dataclass(slots=True)
class _Reading:
    """One file while it becomes a page."""

    file: ContentFile
    front: FrontMatter
    rules: PageRules
    convention: Convention
    problems: list[Problem] = field(default_factory=list)

    def page(self) -> ReadPage:
        """Resolve everything; the address last, which is made of all the rest."""
        try:
            values = self.convention.values(self.front.values, self.file, self.rules.site)
            slug = aliases.text(values, ("slug",)) or self.convention.slug(values, self.file, self.rules.site)
        except ContentError as error:
            raise self._located(error, error.key if isinstance(error, FieldError) else "title") from error
        page = self._without_address(values, slug)
        try:
            address = self.rules.base_url.rstrip("/") + escape(path_of(page, self.rules, self.convention))
        except ContentError as error:
            raise self._located(error, *self.convention.url_keys, "slug") from error
        page = replace(page, permalink=address)
        return ReadPage(self._with_excerpt(page), tuple(self.problems))

    def _without_address(self, values: Mapping[str, Any], slug: str) -> Page:
        file, dates, title = self.file, self._dates(values), self._title(values)
        page = Page(
            file=file,
            kind="section" if file.stem == "_index" or file.kind == "branch" else "page",
            title=title,
            link_title=title,
            permalink="",
            dates=dates,
            section=(file.folders or ("",))[0].removeprefix("_"),
            weight=_number(values.get("weight")),
            slug=slug,
            description=aliases.text(values, aliases.DESCRIPTION),
            language=aliases.text(values, aliases.LANGUAGE) or self.rules.site.language,
            hidden=hidden(values, dates, self.rules),
            terms=MappingProxyType(
                {"tags": aliases.texts(values, aliases.TAGS), "categories": aliases.texts(values, aliases.CATEGORIES)}
            ),
            params=MappingProxyType(dict(values)),
            split=self.front.split,
        )
        if page.kind == "page" and not page.hidden and not dates.date:
            self.problems.append(self._undated())
        return page

    def _title(self, values: Mapping[str, Any]) -> str:
        said = aliases.text(values, aliases.TITLE)
        if not said and self.convention.title_from_heading:
            said = first_heading(self.front.split.body)
        return said or titleised(name_without_date(self.file.stem))

    def _dates(self, values: Mapping[str, Any]) -> Dates:
        date = self._date(values, aliases.DATE) or split_file_date(self.file.stem, self.rules.zone)[0]
        changed, expires = self._date(values, aliases.UPDATED), self._date(values, aliases.EXPIRES)
        return Dates(date=date, lastmod=changed or date, published=date, expires=expires)

    def _date(self, values: Mapping[str, Any], names: tuple[str, ...]) -> datetime | None:
        """Read the first of several keys that holds a date.

        A bad date of change is a problem; every other one could publish a post by mistake, and spoils it.
        """
        for name in names:
            value = values.get(name)
            if value in (None, "") or isinstance(value, bool) or str(value).lower() in _NO | _YES:
                continue
            try:
                return self.convention.parse_date(value, self.rules.zone)
            except DateError as error:
                at = self._place(name)
                if names is not aliases.UPDATED:
                    raise ContentError(str(error), at=at, hint=error.hint) from error
                self.problems.append(Problem(str(error), at, error.hint, rule="bad-date"))
        return None

    def _with_excerpt(self, page: Page) -> Page:
        excerpt = "" if page.description else self.convention.excerpt(page, self.rules.site)
        if not excerpt:
            return page
        return replace(page, description=excerpt, params=MappingProxyType({**page.params, "description": excerpt}))

    def _undated(self) -> Problem:
        hint = "write `date: 2026-01-31`, or begin the file's name with the date; without one no feed shows it"
        return Problem("the post has no date", self._place(), hint, rule="undated")

    def _located(self, error: ContentError, *names: str) -> ContentError:
        """Point an error at the value that caused it, or at the file's top."""
        known = [name for name in names if name in self.front.values]
        return ContentError(error.message, at=error.at or self._place(*known[:1]), hint=error.hint)

    def _place(self, *path: str) -> Location:
        return locate(self.front.split, self.file.name, path)


def hidden(values: Mapping[str, Any], dates: Dates, rules: PageRules) -> Hidden:
    """Say why a page is not shown: what says draft in any generator's words, and its dates."""
    site = rules.site
    said = {name: str(values[name]).strip().lower() for name in aliases.DRAFT if values.get(name) is not None}
    is_draft = said.get("draft", "") in _YES or said.get("is_draft", "") in _YES
    withheld = said.get("published", "") in _NO or said.get("publish", "") in _NO
    if (is_draft or withheld or said.get("status") in _NOT_PUBLIC) and not site.build_drafts:
        return "draft"
    if said.get("status") in _NOT_LISTED or said.get("visibility") in {"private", "hidden"}:
        return "unlisted"
    if dates.date and dates.date > rules.now and not site.build_future:
        return "future"
    return "expired" if dates.expires and dates.expires <= rules.now and not site.build_expired else ""


def path_of(page: Page, rules: PageRules, convention: Convention) -> str:
    """Work out the page's path: its own front matter, [site] permalink in publisher.toml, the generator's rule."""
    own = (page.params.get(key) for key in convention.url_keys)
    url = next((value.strip() for value in own if isinstance(value, str) and value.strip()), "")
    if url:
        return convention.own_path(url, page, rules.site)
    pattern = rules.site.permalinks.get("page", {}).get("*", "")
    return expand(pattern, facts_of(page)) if pattern and page.kind == "page" else convention.path(page, rules.site)


def escape(path: str) -> str:
    """Percent-encode a path as browsers and most generators do: what RFC 3986 lets a path hold stays as it is."""
    quoted = quote("/" + path.lstrip("/"), safe="%/:@!$&'()*+,;=~", errors="replace")
    return re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", quoted)


def facts_of(page: Page) -> PermalinkFacts:
    """Gather what the tokens of a permalink pattern stand for."""
    folders = tuple(name.removeprefix("_") for name in page.file.folders)
    stem = name_without_date(page.file.stem)
    return PermalinkFacts(
        title=page.title,
        slug=page.slug,
        date=page.dates.date,
        sections=folders,
        section_slugs=folders,
        filename=stem,
    )


def titleised(name: str) -> str:
    """Make a title of a file's name: spaces for hyphens and underscores, each word with a capital."""
    return " ".join(word[:1].upper() + word[1:] for word in re.split(r"[-_\s]+", name) if word) or name


def _number(value: Any) -> int:
    try:
        return int(value or 0)
    except (TypeError, ValueError, OverflowError):
        return 0

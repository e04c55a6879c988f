"""A page: one content file as its own site sees it, before publisher decides what to show of it.

Between the file on disk and `model.Post` stands this value; the oracle of Hugo's own answers is compared with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from publisher.content.front_matter.dates import Dates

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, tzinfo

    from publisher.content.conventions.convention import Convention
    from publisher.content.front_matter.read import Split
    from publisher.content.hugo.discover import ContentFile
    from publisher.content.hugo.site import HugoConfig
    from publisher.errors import Problem

PageKind = Literal["page", "section", "home"]
#: Why a page is not shown; empty if it is. The words are those of `model.Site.left_out`.
Hidden = Literal["", "draft", "future", "expired", "unlisted", "other language"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One content file, resolved by the rules of its site."""

    file: ContentFile
    kind: PageKind
    title: str
    link_title: str = ""
    #: Absolute, percent-encoded.
    permalink: str
    dates: Dates = field(default_factory=Dates)
    #: Outermost folder; empty for pages beside the sections.
    section: str = ""
    weight: int = 0
    slug: str = ""
    description: str = ""
    #: BCP 47.
    language: str = ""
    hidden: Hidden = ""
    #: Front-matter lists by taxonomy (plural), as written.
    terms: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    #: Front matter and cascades, keys lower-cased.
    params: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    #: The file cut in two; its body is what reading time and summaries are made from.
    split: Split


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRules:
    """What all pages of a site are read by."""

    site: HugoConfig
    #: The site's address; ends in "/".
    base_url: str
    zone: tzinfo
    now: datetime
    #: Hugo's names in addresses; else file names are kept as they are.
    hugo_names: bool = True
    #: Cascades and slugs of sections, by language and folder.
    sections: Mapping[tuple[str, tuple[str, ...]], SectionFacts] = field(default_factory=dict)
    #: How generators other than Hugo lay out posts; None for Hugo.
    convention: Convention | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionFacts:
    """What a section's _index.md says about the pages below it."""

    slug: str = ""
    title: str = ""
    cascade: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page, and the doubts about it."""

    page: Page
    problems: tuple[Problem, ...] = ()

"""A feed: one document with a title, its entries and the addresses it is served at."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from publisher.errors import Problem
    from publisher.model.post import Author, Enclosure, Image

Format = Literal["rss", "atom", "json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A post as a feed shows it."""

    #: Permanent id: RSS guid, Atom id, JSON Feed id.
    guid: str
    url: str
    title: str
    published: datetime
    #: Last significant change (RFC 4287, 4.2.15); never before `published`.
    updated: datetime
    #: Plain text.
    summary: str
    #: Full content: clean HTML, absolute URLs, hero shown once.
    html: str
    #: Whether a feed shows nothing of the content; `html` is empty then.
    summary_only: bool = False
    #: Markdown of the content (source:markdown); empty where feeds don't carry it.
    markdown: str = ""
    language: str = ""
    authors: tuple[Author, ...] = ()
    categories: tuple[str, ...] = ()
    image: Image | None = None
    enclosure: Enclosure | None = None
    #: The article or video the post is about (Atom rel=via, JSON Feed external_url); empty if none.
    source_url: str = ""
    source_name: str = ""
    #: Podcast: season and episode, non-zero; None if not numbered.
    season: int | None = None
    episode: int | None = None
    explicit: bool = False
    #: Doubts met while the entry was made: characters left out, numbers not understood.
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Where a document stands among those that hold the whole history of its feed (RFC 5005, section 4).

    Addresses by format, as in `Feed.urls`; empty where there is no such document.
    """

    #: The subscription document, which has the newest entries.
    current: Mapping[Format, str]
    #: The archive document before this one, and the one behind it.
    previous: Mapping[Format, str] = field(default_factory=lambda: MappingProxyType({}))
    following: Mapping[Format, str] = field(default_factory=lambda: MappingProxyType({}))
    #: Whether this is an archive document, and not the subscription document.
    is_archive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One document, before it becomes RSS, Atom or JSON."""

    title: str
    description: str
    #: The page that a person would read instead.
    home_url: str
    #: Absolute address of this feed in each format it is served in.
    urls: Mapping[Format, str]
    #: Atom id of the feed itself; permanent.
    guid: str
    language: str
    #: Newest first.
    entries: tuple[Entry, ...]
    authors: tuple[Author, ...] = ()
    icon: Image | None = None
    #: WebSub hubs (W3C WebSub, 4).
    hubs: tuple[str, ...] = ()
    copyright: str = ""
    #: None for a feed without archives.
    history: History | None = None

    @property
    def updated(self) -> datetime | None:
        """The newest entry's date, never the time of the build: equal input gives equal bytes."""
        return max((entry.updated for entry in self.entries), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Podcast:
    """What podcast apps require beyond a feed (podcasters.apple.com/support/823)."""

    feed: Feed
    #: Absolute address of the podcast feed.
    url: str
    #: Square cover, 1400 to 3000 pixels, JPEG or PNG.
    cover: Image
    #: Apple's category and subcategory, exact spelling; subcategory may be empty.
    category: str
    subcategory: str = ""
    author: str = ""
    owner_name: str = ""
    owner_email: str = ""
    explicit: bool = False
    #: "episodic" or "serial".
    kind: str = "episodic"
    #: UUIDv5 of the feed's address (podcast namespace, `podcast:guid`).
    podcast_guid: str = ""
    extra: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

"""A post: one content file with front matter, and the media it names."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from publisher.errors import Problem

#: Who will look at the rendered HTML: a feed reader, a mail client, or somebody reading plain text.
Target = Literal["feed", "email", "text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Somebody who wrote a post (RFC 4287, 3.2)."""

    name: str
    email: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture of a post, as its site serves it."""

    #: Absolute URL.
    url: str
    #: What a person who can't see it is told; empty when the picture only decorates.
    alt: str = ""
    #: The file on this disk, when the site holds it.
    path: Path | None = None
    #: Size in bytes as served; 0 if unknown.
    length_bytes: int = 0
    #: By the bytes, not by the name; empty if unknown.
    mime_type: str = ""
    #: In pixels; 0 if unknown.
    width: int = 0
    height: int = 0
    #: Whether it was found in the post's own text, which shows it already.
    in_text: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A media file that travels with an entry (RSS 2.0 enclosure, JSON Feed attachment)."""

    url: str
    #: Size in bytes as served (RSS 2.0 enclosure length); 0 if unknown.
    length_bytes: int
    mime_type: str
    #: Playing time in seconds; None if unknown.
    duration_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What decides where a post is shown: all that a build has to know of the posts that no feed shows."""

    #: The file's path below the content folder with "/" between folders: names the post inside this program.
    key: str
    #: The file on disk.
    path: Path
    #: Permalink: absolute, percent-encoded.
    url: str
    #: First publication, aware; None for a page without a date, which no feed shows.
    published: datetime | None
    #: First path segment below the content folder; empty for pages beside it.
    section: str = ""
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    authors: tuple[Author, ...] = ()
    source_name: str = ""
    #: BCP 47 (RFC 5646).
    language: str = ""
    #: Key of its language among the site's, where that is another than the site's own (`feeds.languages`).
    edition: str = ""
    #: Permanent id, from the front matter or from publisher.lock; empty where it is the permalink.
    guid: str = ""
    #: Recognises the text under another name: hashes of the Markdown and of the title, joined by "-".
    text_hash: str = ""
    #: Last significant change as publisher.lock has it, aware; None where it has none.
    revised: datetime | None = None
    #: Front matter, keys lower-cased: of a post every key, the resolved ones included; of a card what feeds ask for.
    params: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Post(Card):
    """One content file's front matter, resolved: what its own site would say about it.

    The Markdown itself stays on disk until some feed or mail shows the post (`content.load.render_post`).
    """

    #: Where the Markdown begins in the file, in lines; the first line is 1. For file:line:column.
    body_line: int
    title: str
    #: Last change as the author states it, aware; equals `published` where nothing else is said.
    updated: datetime | None
    #: Plain text by the author; empty if there is none.
    description: str = ""
    weight: int = 0
    hero: Image | None = None
    audio: Enclosure | None = None
    #: Where the post's matter comes from: an article, a video (Atom rel=via, JSON Feed external_url).
    source_url: str = ""
    #: How long an average reader takes; at least 1.
    reading_minutes: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A post's Markdown as one target may show it: clean HTML with absolute URLs, or text."""

    #: HTML fragment for "feed" and "email"; empty for "text".
    html: str
    #: The same as plain text, without embeds; of a feed its beginning, which is all that an entry shows.
    text: str
    #: What the author put above `<!--more-->`, as plain text; empty where nothing is marked so.
    lead: str = ""
    #: Its Markdown, shortcodes resolved, every address absolute; empty where nobody asked (feeds.markdown).
    markdown: str = ""
    #: Warnings met on the way: unknown shortcodes, missing images.
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Everything that was read from a content folder."""

    #: What may be seen (no draft, future or expired post), newest first; undated posts last.
    posts: tuple[Post, ...]
    #: Every post that could not be read, and every doubt about one that could.
    problems: tuple[Problem, ...]
    #: Posts that stayed out, by reason: "draft", "future", "expired", "unlisted", "undated", "other section",
    #: "other language".
    left_out: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

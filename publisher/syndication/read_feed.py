"""Feeds that others wrote, RSS 2.0 or Atom, read for comparing: nothing is fetched, no entity is resolved."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, cast

from lxml import etree

from publisher.errors import FeedError, Location

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lxml.etree import _Element

#: Ten thousand long posts in full are some 70 MB; more is no feed that any reader would fetch.
MAX_BYTES = 100_000_000
#: The rule that a sound document of another kind breaks, such as a sitemap.
OTHER_DOCUMENT = "other-document"
_ATOM = "{http://www.w3.org/2005/Atom}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}RDF"
#: What Hugo writes for a page without a date: the first year of all.
_NEVER = re.compile(r"\b0001\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundItem:
    """An item or entry as it stands in the feed."""

    title: str = ""
    link: str = ""
    guid: str = ""
    #: None where there is none, or none that can be understood.
    published: datetime | None = None
    #: HTML.
    summary: str = ""
    #: HTML; empty where the feed has summaries only.
    content: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFeed:
    """A feed that somebody wrote."""

    title: str
    #: The page that it is the feed of.
    home_url: str
    generator: str
    items: tuple[FoundItem, ...]


def read_feed(content: bytes, name: str) -> FoundFeed:
    """Read an RSS 2.0 or Atom document.

    content: the whole of it. name: of the file, for messages.
    Raises FeedError, located where possible, for what is empty, too large, not XML, or no feed (`OTHER_DOCUMENT`).
    """
    refuse_size(len(content), name)
    root = _parse(content, name)
    if root.tag == "rss":
        return _read_rss(root, name)
    if root.tag == f"{_ATOM}feed":
        return _read_atom(root)
    what = "an RSS 1.0 feed" if root.tag == _RDF else f"a document of <{etree.QName(root).localname}>"
    raise _refused(f"not an RSS 2.0 or Atom feed, but {what}", name, OTHER_DOCUMENT)


def refuse_size(length_bytes: int, name: str) -> None:
    """Raise FeedError for a file that is empty or too large; may be asked before it is read."""
    if not length_bytes:
        raise _refused("the file is empty", name)
    if length_bytes > MAX_BYTES:
        message = f"{length_bytes / 1e6:.0f} MB is too large for a feed, of which {MAX_BYTES / 1e6:.0f} MB are read"
        raise _refused(message, name)


def _parse(content: bytes, name: str) -> _Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        at = Location(name, line or None, column or None)
        message = f"not XML: {str(error.msg).partition(', line ')[0]}"
        raise FeedError(message, rule="not-a-feed", at=at) from error
    if cast("Any", root.getroottree().docinfo).doctype:
        raise _refused("it declares a document type, which no feed needs and which may hide an attack", name)
    return root


def _refused(message: str, name: str, rule: str = "not-a-feed") -> FeedError:
    hint = "name the feed that your site's generator wrote, such as public/index.xml"
    return FeedError(message, rule=rule, at=Location(name), hint=hint)


def _read_rss(root: _Element, name: str) -> FoundFeed:
    channel = root.find("channel")
    if channel is None:
        raise _refused("an RSS document without <channel>", name)
    items = (
        FoundItem(
            title=_text(item, "title"),
            link=_text(item, "link"),
            guid=_text(item, "guid"),
            published=_rfc822(_text(item, "pubDate")),
            summary=_text(item, "description"),
            content=_text(item, _CONTENT),
        )
        for item in channel.iterfind("item")
    )
    return FoundFeed(
        title=_text(channel, "title"),
        home_url=_text(channel, "link"),
        generator=_text(channel, "generator"),
        items=tuple(items),
    )


def _read_atom(root: _Element) -> FoundFeed:
    items = (
        FoundItem(
            title=_text(entry, f"{_ATOM}title"),
            link=_alternate(entry),
            guid=_text(entry, f"{_ATOM}id"),
            published=_rfc3339(_text(entry, f"{_ATOM}published") or _text(entry, f"{_ATOM}updated")),
            summary=_text(entry, f"{_ATOM}summary"),
            content=_text(entry, f"{_ATOM}content"),
        )
        for entry in root.iterfind(f"{_ATOM}entry")
    )
    return FoundFeed(
        title=_text(root, f"{_ATOM}title"),
        home_url=_alternate(root),
        generator=_text(root, f"{_ATOM}generator"),
        items=tuple(items),
    )


def _text(parent: _Element, tag: str) -> str:
    """Give the text of a child; of XHTML inside it (Atom), the markup."""
    child = parent.find(tag)
    if child is None:
        return ""
    inside = "".join(etree.tostring(element, encoding="unicode") for element in child)
    return ((child.text or "") + inside).strip()


def _alternate(parent: _Element) -> str:
    links: Iterator[_Element] = parent.iterfind(f"{_ATOM}link")
    return next((link.get("href", "") for link in links if link.get("rel", "alternate") == "alternate"), "")


def _rfc822(text: str) -> datetime | None:
    return None if _NEVER.search(text) else _understood(text, parsedate_to_datetime)


def _rfc3339(text: str) -> datetime | None:
    return None if text.startswith("0001") else _understood(text, datetime.fromisoformat)


def _understood(text: str, parse: Callable[[str], datetime]) -> datetime | None:
    try:
        found = parse(text)
    except (ValueError, TypeError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)

"""What feedgen 1.0.0 gets wrong, put right by one extension of it.

feedgen calls an extension for the feed and for each entry once its own elements stand; these two classes then replace
what is broken and add what is missing. The faults, by the name that the comments below use:

F1  Atom entry links lose rel, type, title and length (feedgen issue 135; its loop variable is shadowed).
F3  The syndication module is written as sy:UpdatePeriod; its names begin with a small letter.
F6  Authors without e-mail vanish from RSS, several make several <author>, a feed's author never appears.
F7  The media module wraps a single picture in media:group and takes no integers.
F10 Hub links, and those between the documents of a feed (RFC 5005), never reach RSS.
F11 Dates that nobody sets are the time of the build.
F14 RSS dates are formatted by switching the locale of the whole process to C and back.

The tree that feedgen builds has no namespaces but for prefixed names (F15): Atom's own elements are plain names in it.
"""

from __future__ import annotations

from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from lxml.etree import SubElement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lxml.etree import _Element

    from publisher.model.feed import Entry, Feed, Format
    from publisher.model.post import Author, Image

ATOM = "http://www.w3.org/2005/Atom"
ATOM_TYPE = "application/atom+xml"
RSS_TYPE = "application/rss+xml"
DC = "http://purl.org/dc/elements/1.1/"
MEDIA = "http://search.yahoo.com/mrss/"
SY = "http://purl.org/rss/1.0/modules/syndication/"
FH = "http://purl.org/syndication/history/1.0"
SOURCE = "http://source.scripting.com/"
_WHERE_USED = {"fh": FH, "source": SOURCE}
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

#: How often a reader may ask again: a site that is built by hand changes at any hour.
UPDATE_PERIOD = "hourly"
UPDATE_FREQUENCY = "1"


class FeedRepairs:
    """Puts right the head of a feed. Set `feed` before the document is written."""

    feed: Feed

    def extend_ns(self) -> Mapping[str, str]:
        """Give the prefixes that the root element declares."""
        history = self.feed.history
        used = {"fh": bool(history and history.is_archive), "source": any(one.markdown for one in self.feed.entries)}
        return {"dc": DC, "media": MEDIA, "sy": SY} | {name: _WHERE_USED[name] for name in used if used[name]}

    def extend_atom(self, root: _Element) -> _Element:
        """Add what belongs to a feed with archives; the rest of Atom heads comes out of feedgen right."""
        for link in history_links(self.feed, "atom"):
            SubElement(root, "link", link)
        _mark_archive(root, self.feed)
        return root

    def extend_rss(self, root: _Element) -> _Element:
        """Add what feedgen leaves out of <channel> (F3, F6, F10, F11)."""
        channel = root[0]
        for hub in self.feed.hubs:
            SubElement(channel, f"{{{ATOM}}}link", href=hub, rel="hub")
        for link in history_links(self.feed, "rss"):
            SubElement(channel, f"{{{ATOM}}}link", link)
        _mark_archive(channel, self.feed)
        for author in self.feed.authors:
            if not author.email:
                _add(channel, f"{{{DC}}}creator", author.name)
        if self.feed.updated:
            _add(channel, "lastBuildDate", format_datetime(self.feed.updated))
        _add(channel, f"{{{SY}}}updatePeriod", UPDATE_PERIOD)
        _add(channel, f"{{{SY}}}updateFrequency", UPDATE_FREQUENCY)
        return root


class EntryRepairs:
    """Puts right one entry. Set `entry`, and `language` where it differs from the feed's."""

    entry: Entry
    #: BCP 47; empty where the entry speaks the language of its feed.
    language: str = ""

    def extend_atom(self, element: _Element) -> _Element:
        """Write the links again with all of their attributes (F1), and add picture and language."""
        for broken in element.findall("link"):
            element.remove(broken)
        for link in _atom_links(self.entry):
            SubElement(element, "link", link)
        if self.language:
            element.set(_XML_LANG, self.language)
        _add_picture(element, self.entry.image)
        return element

    def extend_rss(self, element: _Element) -> _Element:
        """Add date, authors, source and picture (F6, F7, F14)."""
        _add(element, "pubDate", format_datetime(self.entry.published))
        _add_rss_authors(element, self.entry.authors)
        if self.language:
            _add(element, f"{{{DC}}}language", self.language)
        if self.entry.source_url:
            _add(element, f"{{{DC}}}source", self.entry.source_url)
        _add_picture(element, self.entry.image)
        if self.entry.markdown:
            _add(element, f"{{{SOURCE}}}markdown", self.entry.markdown)
        return element


def history_links(feed: Feed, form: Format) -> list[dict[str, str]]:
    """List the links of a document to others of its feed (RFC 5005, section 4), as attributes."""
    history = feed.history
    if history is None:
        return []
    mime_type = ATOM_TYPE if form == "atom" else RSS_TYPE
    found = {"current": history.current, "prev-archive": history.previous, "next-archive": history.following}
    return [{"rel": rel, "type": mime_type, "href": urls[form]} for rel, urls in found.items() if form in urls]


def _mark_archive(head: _Element, feed: Feed) -> None:
    if feed.history and feed.history.is_archive:
        SubElement(head, f"{{{FH}}}archive")


def silence_clock(generator: Any) -> None:
    """Keep feedgen from writing the time of the build (F11) and from touching the locale to do so (F14).

    It always writes the lastBuildDate it made up when it was constructed, and offers no way to unset it.
    """
    generator._FeedGenerator__rss_lastBuildDate = None  # noqa: SLF001 - see above; a test watches the locale


def _add(parent: _Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text


def _add_rss_authors(item: _Element, authors: Sequence[Author]) -> None:
    """Name authors as RSS allows: a single one with an e-mail as <author>, else each as dc:creator, never both."""
    if len(authors) == 1 and authors[0].email:
        _add(item, "author", f"{authors[0].email} ({authors[0].name})")
        return
    for author in authors:
        _add(item, f"{{{DC}}}creator", author.name)


def _atom_links(entry: Entry) -> list[dict[str, str]]:
    links = [{"rel": "alternate", "type": "text/html", "href": entry.url}]
    if enclosure := entry.enclosure:
        length = {"length": str(enclosure.length_bytes)} if enclosure.length_bytes else {}
        links.append({"rel": "enclosure", "type": enclosure.mime_type, **length, "href": enclosure.url})
    if entry.source_url:
        title = {"title": entry.source_name} if entry.source_name else {}
        links.append({"rel": "via", **title, "href": entry.source_url})
    return links


def _add_picture(element: _Element, image: Image | None) -> None:
    """Add a picture as Media RSS says, without a group, which is for alternatives of one picture (F7)."""
    if image is None:
        return
    size = {name: str(value) for name, value in (("width", image.width), ("height", image.height)) if value}
    file = {"type": image.mime_type} if image.mime_type else {}
    if image.length_bytes:
        file["fileSize"] = str(image.length_bytes)
    content = SubElement(element, f"{{{MEDIA}}}content", {"url": image.url, "medium": "image", **file, **size})
    if image.alt:
        SubElement(content, f"{{{MEDIA}}}title", type="plain").text = image.alt
    SubElement(element, f"{{{MEDIA}}}thumbnail", {"url": image.url, **size})

"""RSS 2.0 and Atom 1.0, written by feedgen with its faults repaired (feedgen_repairs).

Sources: RSS 2.0 (rssboard.org/rss-specification), the RSS Best Practices Profile (rssboard.org/rss-profile),
RFC 4287 (Atom), Media RSS (rssboard.org/media-rss), WebSub (w3.org/TR/websub).
"""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator

from publisher.errors import FeedError
from publisher.syndication.feedgen_repairs import ATOM_TYPE, RSS_TYPE, EntryRepairs, FeedRepairs, silence_clock

if TYPE_CHECKING:
    from publisher.model.feed import Entry, Feed
    from publisher.model.post import Author

#: No version: a new release of this program would change every feed.
GENERATOR = "publisher"
#: An Atom feed must have a date (RFC 4287, 4.1.1); this is the one of a feed without entries.
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
#: What an RSS <image> may be (RSS Best Practices Profile).
_RSS_IMAGE_TYPES = {"image/png", "image/jpeg", "image/gif"}
#: Entries of which an element is kept: more than most sites show.
_KEPT_ITEMS = 1000


def render_rss(feed: Feed) -> bytes:
    """Render `feed` as an RSS 2.0 document.

    feed: entries newest first; every URL absolute; text free of characters that XML forbids.
    Returns UTF-8 with an XML declaration; equal feeds give equal bytes. Raises FeedError where it has no RSS address.
    """
    generator = begin_rss(feed, _address(feed, "rss"))
    for entry in feed.entries:
        generator.add_entry(_rss_item(entry, _own_language(entry, feed.language)), order="append")
    return write_rss(generator)


def render_atom(feed: Feed) -> bytes:
    """Render `feed` as an Atom 1.0 document; as `render_rss` in everything else."""
    generator = _begin(feed)
    generator.id(feed.guid)
    generator.updated(feed.updated or _NEVER)
    generator.link(href=_address(feed, "atom"), rel="self", type=ATOM_TYPE)
    generator.link(href=feed.home_url, rel="alternate", type="text/html")
    for hub in feed.hubs:
        generator.link(href=hub, rel="hub")
    if feed.icon:
        generator.logo(feed.icon.url)
    # Every entry needs an author, its own or the feed's (RFC 4287, 4.1.1).
    generator.author([_atom_author(author) for author in feed.authors] or [{"name": feed.title}])
    for entry in feed.entries:
        generator.add_entry(_atom_item(entry, _own_language(entry, feed.language)), order="append")
    return cast("bytes", generator.atom_str(pretty=True))


def begin_rss(feed: Feed, url: str) -> Any:
    """Begin an RSS document that will be served at `url`: feedgen with the head of `feed`, no entries yet."""
    generator = _begin(feed)
    silence_clock(generator)
    generator.link(href=url, rel="self", type=RSS_TYPE)
    # Last, because feedgen makes the last link the channel's (its fault F2).
    generator.link(href=feed.home_url, rel="alternate")
    editor = next((author for author in feed.authors if author.email), None)
    if editor:
        generator.managingEditor(f"{editor.email} ({editor.name})")
    if feed.icon and feed.icon.mime_type in _RSS_IMAGE_TYPES:
        generator.image(url=feed.icon.url, title=feed.title, link=feed.home_url)
    return generator


def add_rss_entry(generator: Any, entry: Entry, feed_language: str) -> Any:
    """Add an entry behind those that an RSS document has; gives feedgen's object for it."""
    item = generator.add_entry(order="append")
    _fill_rss(item, entry, _own_language(entry, feed_language))
    return item


class _Item(FeedEntry):  # type: ignore[misc] # feedgen has no types
    """feedgen's entry, which makes its element once and gives copies: an entry is in some five feeds of a site."""

    _element: Any = None

    def rss_entry(self, extensions: bool = True) -> Any:
        if self._element is None:
            self._element = super().rss_entry(extensions)
        return deepcopy(self._element)

    def atom_entry(self, extensions: bool = True) -> Any:
        if self._element is None:
            self._element = super().atom_entry(extensions)
        return deepcopy(self._element)


@lru_cache(maxsize=_KEPT_ITEMS)
def _rss_item(entry: Entry, language: str) -> _Item:
    item = _begin_item()
    _fill_rss(item, entry, language)
    return item


@lru_cache(maxsize=_KEPT_ITEMS)
def _atom_item(entry: Entry, language: str) -> _Item:
    item = _begin_item()
    _fill_atom(item, entry, language)
    return item


def _begin_item() -> _Item:
    item = _Item()
    item.register_extension("repairs", EntryRepairs)
    return item


def _fill_rss(item: Any, entry: Entry, language: str) -> None:
    _fill(item, entry, language)
    item.guid(entry.guid, permalink=entry.guid == entry.url)
    item.link(href=entry.url, rel="alternate")
    if entry.summary:
        item.description(entry.summary, isSummary=True)
    if not entry.summary_only:
        item.content(entry.html, type="CDATA")
    if enclosure := entry.enclosure:
        item.enclosure(enclosure.url, str(enclosure.length_bytes), enclosure.mime_type)


def write_rss(generator: Any) -> bytes:
    """Write an RSS document as UTF-8, one element a line: two versions of it can be compared by eye."""
    return cast("bytes", generator.rss_str(pretty=True))


def _begin(feed: Feed) -> Any:
    generator = FeedGenerator()
    generator.register_extension("repairs", FeedRepairs, EntryRepairs)
    generator.repairs.feed = feed
    generator.title(feed.title)
    generator.description(feed.description or feed.title)
    generator.language(feed.language)
    generator.generator(GENERATOR)
    if feed.copyright:
        generator.rights(feed.copyright)
    return generator


def _own_language(entry: Entry, feed_language: str) -> str:
    """Give the language of an entry where it is another than its feed's."""
    return "" if entry.language.lower() == feed_language.lower() else entry.language


def _fill(item: Any, entry: Entry, language: str) -> None:
    item.repairs.entry, item.repairs.language = entry, language
    item.title(entry.title)
    item.category([{"term": name} for name in entry.categories])


def _fill_atom(item: Any, entry: Entry, language: str) -> None:
    _fill(item, entry, language)
    item.id(entry.guid)
    item.published(entry.published)
    item.updated(entry.updated)
    item.author([_atom_author(author) for author in entry.authors])
    if entry.summary:
        item.summary(entry.summary)
    if entry.summary_only:
        # Without content there must be an alternate link (RFC 4287, 4.1.2), which the repairs write in full.
        item.link(href=entry.url, rel="alternate")
    else:
        item.content(entry.html, type="html")


def _atom_author(author: Author) -> dict[str, str]:
    person = {"name": author.name, "email": author.email, "uri": author.url}
    return {key: value for key, value in person.items() if value}


def _address(feed: Feed, form: str) -> str:
    url = next((url for name, url in feed.urls.items() if name == form), "")
    if not url:
        raise FeedError(f'the feed "{feed.title}" has no {form} address', rule="self-link")
    return url

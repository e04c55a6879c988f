"""JSON Feed 1.1 (jsonfeed.org/version/1.1)."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from publisher.errors import FeedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.model.feed import Entry, Feed
    from publisher.model.post import Author, Enclosure

VERSION = "https://jsonfeed.org/version/1.1"
_AFTER_ITEMS = "\n  "


def render_json(feed: Feed) -> bytes:
    """Render `feed` as a JSON Feed 1.1 document.

    feed: entries newest first; every URL absolute; text free of characters that XML forbids.
    Returns UTF-8, indented, keys in the order of the specification; equal feeds give equal bytes.
    Raises FeedError where the feed has no JSON address.
    """
    if "json" not in feed.urls:
        raise FeedError(f'the feed "{feed.title}" has no json address', rule="self-link")
    history = feed.history
    document = {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": feed.home_url,
        # It identifies the feed: an archive page is a part of it, and no feed of its own.
        "feed_url": history.current["json"] if history else feed.urls["json"],
        "description": feed.description,
        "next_url": history.previous.get("json", "") if history else "",
        "icon": feed.icon.url if feed.icon else "",
        "authors": [_author(author) for author in feed.authors],
        "language": feed.language,
        "hubs": [{"type": "WebSub", "url": url} for url in feed.hubs],
    }
    head = json.dumps({**_filled(document), "items": []}, ensure_ascii=False, indent=2).removesuffix("]\n}")
    items = ",".join(_item_text(entry, feed.language) for entry in feed.entries)
    return f"{head}{items}{_AFTER_ITEMS if items else ''}]\n}}\n".encode()


@lru_cache(maxsize=1000)
def _item_text(entry: Entry, feed_language: str) -> str:
    """Write an item as it stands in a feed: once, for it is in some five feeds of a site."""
    text = json.dumps(_item(entry, feed_language), ensure_ascii=False, indent=2)
    # No text of JSON holds a line end.
    return "".join(f"\n    {line}" for line in text.split("\n"))


def _item(entry: Entry, feed_language: str) -> dict[str, Any]:
    values = {
        "id": entry.guid,
        "url": entry.url,
        "external_url": entry.source_url,
        "title": entry.title,
        "content_html": entry.html,
        "content_text": entry.summary if entry.summary_only else "",
        "summary": entry.summary,
        "image": entry.image.url if entry.image else "",
        "date_published": entry.published.isoformat(),
        "date_modified": entry.updated.isoformat(),
        "authors": [_author(author) for author in entry.authors],
        "tags": list(entry.categories),
        "language": "" if entry.language.lower() == feed_language.lower() else entry.language,
        "attachments": [_attachment(entry.enclosure)] if entry.enclosure else [],
    }
    # An item must have a content, even an empty one.
    content = "content_text" if entry.summary_only else "content_html"
    return {**_filled(values), content: values[content]}


def _author(author: Author) -> dict[str, str]:
    """Name an author. JSON Feed has no e-mail; an address may stand as url, but nobody asked for that."""
    return {"name": author.name, "url": author.url} if author.url else {"name": author.name}


def _attachment(enclosure: Enclosure) -> dict[str, Any]:
    values = {
        "url": enclosure.url,
        "mime_type": enclosure.mime_type,
        "size_in_bytes": enclosure.length_bytes,
        "duration_in_seconds": round(enclosure.duration_s) if enclosure.duration_s else 0,
    }
    return _filled(values)


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what has nothing to say: JSON Feed has no null, and an empty list means nothing."""
    return {key: value for key, value in values.items() if value}

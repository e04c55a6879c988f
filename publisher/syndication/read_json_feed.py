"""Feeds that others wrote as JSON Feed 1.0 or 1.1, read for comparing; and feeds of any format."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from publisher.errors import FeedError, Location
from publisher.syndication.read_feed import OTHER_DOCUMENT, FoundFeed, FoundItem, read_feed, refuse_size

_VERSION = "https://jsonfeed.org/version/"


def read_any_feed(content: bytes, name: str) -> FoundFeed:
    """Read an RSS 2.0, Atom or JSON Feed document, told apart by its first character.

    content: the whole of it. name: of the file, for messages. Raises FeedError as `read_feed.read_feed` does.
    """
    is_json = content[:64].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"
    return read_json_feed(content, name) if is_json else read_feed(content, name)


def read_json_feed(content: bytes, name: str) -> FoundFeed:
    """Read a JSON Feed. Raises FeedError, located where possible, for what is none."""
    refuse_size(len(content), name)
    try:
        table = json.loads(content.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise _refused(f"not JSON: {error.msg}", Location(name, error.lineno, error.colno)) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise _refused("not JSON in UTF-8", Location(name)) from error
    if not isinstance(table, dict) or not _text(table, "version").startswith(_VERSION):
        raise _refused("a document in JSON, but not a JSON Feed", Location(name), OTHER_DOCUMENT)
    items = table.get("items")
    return FoundFeed(
        title=_text(table, "title"),
        home_url=_text(table, "home_page_url"),
        generator="",
        items=tuple(_item(item) for item in (items if isinstance(items, list) else ()) if isinstance(item, dict)),
    )


def _item(item: dict[str, Any]) -> FoundItem:
    return FoundItem(
        title=_text(item, "title"),
        link=_text(item, "url") or _text(item, "external_url"),
        guid=_text(item, "id"),
        published=_moment(_text(item, "date_published")),
        summary=_text(item, "summary"),
        content=_text(item, "content_html") or _text(item, "content_text"),
    )


def _text(table: dict[str, Any], key: str) -> str:
    value = table.get(key)
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _refused(message: str, at: Location, rule: str = "not-a-feed") -> FeedError:
    return FeedError(message, rule=rule, at=at, hint="name an RSS, Atom or JSON feed")

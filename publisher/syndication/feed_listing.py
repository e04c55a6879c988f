"""What a site says of its feeds: addresses out of its home page, an OPML list or a feed menu."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator

_HTML = re.compile(rb"<(!doctype\s+html|html|head)\b", re.IGNORECASE)
_OPML = re.compile(rb"<opml\b")
#: Of a document, in which what it is must show, in bytes.
_HEAD_BYTES = 2000
_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json", "application/json"})


def read_listing(content: bytes, url: str) -> tuple[str, ...] | None:
    """Give the addresses of feeds that a document lists, each once; None where it is no list of any kind.

    url: where it was found, from which its addresses start.
    A page that names no feed is a list, too: an empty one.
    """
    head = content[:_HEAD_BYTES]
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        found = _of_menu(content)
    elif _OPML.search(head):
        found = _of_opml(content)
    elif _HTML.search(head):
        found = _of_page(content)
    else:
        return None
    return None if found is None else tuple(dict.fromkeys(urljoin(url, address) for address in found))


def _of_menu(content: bytes) -> list[str] | None:
    """Read a feed menu (draft-nottingham-feed-menu-01)."""
    try:
        table = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return list(_menu_items(table)) if isinstance(table, dict) and "feed-menu" in table else None


def _menu_items(menu: dict[str, Any]) -> Iterator[str]:
    items = menu.get("items")
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict):
            yield from (item[form] for form in ("rss", "atom") if isinstance(item.get(form), str))
            yield from _menu_items(item)


def _of_opml(content: bytes) -> list[str] | None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        return None
    return [address for outline in root.iter("outline") if (address := outline.get("xmlUrl", ""))]


def _of_page(content: bytes) -> list[str]:
    """Read the links of a page's head (rssboard.org/rss-autodiscovery)."""
    page = _Page()
    page.feed(content.decode("utf-8", "replace"))
    return page.found


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        is_feed = facts.get("type", "").lower() in _FEED_TYPES and facts.get("href")
        if tag == "link" and is_feed and "alternate" in facts.get("rel", "").lower().split():
            self.found.append(facts["href"])

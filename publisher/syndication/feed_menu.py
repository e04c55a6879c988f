"""The feeds of a site as /.well-known/feed-menu.json (draft-nottingham-feed-menu-01), on request only, as it asks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publisher.model.feed import Feed

MENU_NAME = ".well-known/feed-menu.json"
#: Characters that the draft allows.
MAX_TITLE = 50
MAX_DESCRIPTION = 140


@dataclass(frozen=True, slots=True)
class Submenu:
    """Feeds under one heading."""

    title: str
    feeds: tuple[Feed, ...]


def render_feed_menu(title: str, feeds: Iterable[Feed], submenus: Iterable[Submenu]) -> bytes:
    """Render the menu: first feeds by themselves, then those under headings.

    A feed in neither RSS nor Atom is left out, since the draft knows no other format.
    Addresses are relative to the origin, so they hold on any mirror of it.
    """
    items = _items(feeds)
    for submenu in submenus:
        below = _items(submenu.feeds)
        if below:
            items.append({"feed-menu": _cut(submenu.title, MAX_TITLE), "items": below})
    menu = {"feed-menu": _cut(title, MAX_TITLE), "items": items}
    return (json.dumps(menu, ensure_ascii=False, indent=1) + "\n").encode()


def _items(feeds: Iterable[Feed]) -> list[dict[str, object]]:
    return [_item(feed) for feed in feeds if {"rss", "atom"} & feed.urls.keys()]


def _item(feed: Feed) -> dict[str, object]:
    facts = {
        "feed-title": _cut(feed.title, MAX_TITLE),
        "description": _cut(feed.description, MAX_DESCRIPTION),
        "rss": _below_origin(feed.urls.get("rss", "")),
        "atom": _below_origin(feed.urls.get("atom", "")),
        "lang": feed.language,
    }
    return {name: value for name, value in facts.items() if value}


def _below_origin(url: str) -> str:
    return urlsplit(url).path


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"

"""Posts, entries, feeds and podcasts to test with; each takes what a test wants to be different."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from publisher.model.feed import Entry, Feed, Podcast
from publisher.model.post import Author, Enclosure, Image, Post, Rendered

TAIPEI = timezone(timedelta(hours=8))
SITE = "https://shan.example/"
FEEDS = {"rss": f"{SITE}feeds/rss.xml", "atom": f"{SITE}feeds/atom.xml", "json": f"{SITE}feeds/feed.json"}
HERO = Image(
    url=f"{SITE}images/hero.webp",
    alt="雲海",
    length_bytes=48_123,
    mime_type="image/webp",
    width=1200,
    height=675,
)
AUDIO = Enclosure(url=f"{SITE}audio/1.mp3", length_bytes=7_654_321, mime_type="audio/mpeg", duration_s=754.6)
COVER = Image(url=f"{SITE}images/cover.jpg", mime_type="image/jpeg", width=1400, height=1400, length_bytes=90_000)


def a_post(**changes: Any) -> Post:
    values: dict[str, Any] = {
        "key": "posts/20261005-city.md",
        "path": Path("site/content/posts/20261005-city.md"),
        "body_line": 6,
        "title": "看不見的城市",
        "url": f"{SITE}posts/20261005-city/",
        "published": datetime(2026, 10, 5, 9, 30, tzinfo=TAIPEI),
        "updated": datetime(2026, 10, 6, 20, 0, tzinfo=TAIPEI),
        "description": "城市裡有一半的路不在地圖上。",
        "language": "zh-TW",
        "tags": ("城市", "地圖"),
        "categories": ("散步",),
        "hero": HERO,
    }
    return Post(**{**values, **changes})


def a_rendered(html: str = "<p>第一段。</p>", text: str = "第一段。") -> Rendered:
    return Rendered(html=html, text=text)


def an_entry(number: int = 1, **changes: Any) -> Entry:
    values: dict[str, Any] = {
        "guid": f"{SITE}posts/{number}/",
        "url": f"{SITE}posts/{number}/",
        "title": f"第{number}篇",
        "published": datetime(2026, 10, number, 8, 0, tzinfo=TAIPEI),
        "updated": datetime(2026, 10, number, 8, 0, tzinfo=TAIPEI),
        "summary": "摘要。",
        "html": "<p>內文 &amp; 更多。</p>\n",
        "language": "zh-TW",
    }
    return Entry(**{**values, **changes})


def a_full_entry(**changes: Any) -> Entry:
    """Make an entry that has everything an entry can have."""
    values: dict[str, Any] = {
        "updated": datetime(2026, 10, 3, 1, 2, 3, tzinfo=UTC),
        "authors": (Author(name="林小山"), Author(name="Ann Lee", email="ann@example.org", url=f"{SITE}ann/")),
        "categories": ("散步", "R&D <實驗>"),
        "image": HERO,
        "enclosure": AUDIO,
        "source_url": "https://video.example/watch?v=1&t=2",
        "source_name": "山城 & 電台",
        "season": 2,
        "episode": 7,
    }
    return an_entry(2, **{**values, **changes})


def a_feed(*entries: Entry, **changes: Any) -> Feed:
    values: dict[str, Any] = {
        "title": "山城週記",
        "description": "每週一篇，寫給走路的人。",
        "home_url": SITE,
        "urls": FEEDS,
        "guid": SITE,
        "language": "zh-TW",
        "entries": entries,
        "authors": (Author(name="林小山"),),
        "hubs": ("https://hub.example/",),
    }
    return Feed(**{**values, **changes})


def a_podcast(*entries: Entry, **changes: Any) -> Podcast:
    values: dict[str, Any] = {
        "feed": a_feed(*entries),
        "url": f"{SITE}feeds/podcast.xml",
        "cover": COVER,
        "category": "Society & Culture",
        "subcategory": "Documentary",
        "author": "林小山",
        "owner_name": "林小山",
        "owner_email": "owner@shan.example",
        "podcast_guid": "9b024349-ccf0-5f69-a609-6b82873eab3c",
    }
    return Podcast(**{**values, **changes})

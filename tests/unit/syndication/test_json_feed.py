import json
from typing import Any

import pytest

from publisher.errors import FeedError
from publisher.model.post import Author
from publisher.syndication.json_feed import render_json
from tests.feed_samples import SITE, a_feed, a_full_entry, an_entry


def item_of(entry: Any) -> Any:
    return json.loads(render_json(a_feed(entry)))["items"][0]


def test_the_version_comes_first_and_the_entries_last() -> None:
    document = json.loads(render_json(a_feed(an_entry())))
    assert list(document) == [
        "version",
        "title",
        "home_page_url",
        "feed_url",
        "description",
        "authors",
        "language",
        "hubs",
        "items",
    ]
    assert document["version"] == "https://jsonfeed.org/version/1.1"


def test_an_entry_says_everything() -> None:
    assert item_of(a_full_entry()) == {
        "id": f"{SITE}posts/2/",
        "url": f"{SITE}posts/2/",
        "external_url": "https://video.example/watch?v=1&t=2",
        "title": "第2篇",
        "content_html": "<p>內文 &amp; 更多。</p>\n",
        "summary": "摘要。",
        "image": f"{SITE}images/hero.webp",
        "date_published": "2026-10-02T08:00:00+08:00",
        "date_modified": "2026-10-03T01:02:03+00:00",
        "authors": [{"name": "林小山"}, {"name": "Ann Lee", "url": f"{SITE}ann/"}],
        "tags": ["散步", "R&D <實驗>"],
        "attachments": [
            {
                "url": f"{SITE}audio/1.mp3",
                "mime_type": "audio/mpeg",
                "size_in_bytes": 7654321,
                "duration_in_seconds": 755,
            }
        ],
    }


def test_what_is_empty_is_not_said_but_for_the_content() -> None:
    assert list(item_of(an_entry(summary="", html=""))) == [
        "id",
        "url",
        "title",
        "date_published",
        "date_modified",
        "content_html",
    ]


def test_an_entry_in_another_language_says_so() -> None:
    assert item_of(an_entry(language="ja"))["language"] == "ja"
    assert "language" not in item_of(an_entry(language="zh-TW"))


def test_an_email_address_is_not_published() -> None:
    document = render_json(a_feed(authors=(Author(name="Ann", email="ann@example.org"),)))
    assert b"ann@example.org" not in document


def test_chinese_is_written_as_chinese_one_value_a_line() -> None:
    lines = render_json(a_feed(an_entry())).decode("utf-8").splitlines()
    assert '  "title": "山城週記",' in lines


def test_a_feed_without_an_address_is_refused() -> None:
    with pytest.raises(FeedError, match="has no json address"):
        render_json(a_feed(urls={}))

import json

import pytest

from publisher.errors import FeedError
from publisher.syndication.json_feed import render_json
from publisher.syndication.read_json_feed import read_any_feed
from publisher.syndication.rss_atom import render_atom, render_rss
from tests.feed_samples import a_feed, a_full_entry, an_entry


@pytest.mark.parametrize("render", [render_rss, render_atom, render_json])
def test_what_we_write_is_read_back_the_same_in_every_format(render: object) -> None:
    feed = a_feed(an_entry(3), a_full_entry())
    read = read_any_feed(render(feed), "feed")  # type: ignore[operator]
    assert (read.title, read.home_url) == (feed.title, feed.home_url)
    for item, entry in zip(read.items, feed.entries, strict=True):
        assert (item.guid, item.title, item.link, item.published) == (
            entry.guid,
            entry.title,
            entry.url,
            entry.published,
        )
        assert item.content.strip() == entry.html.strip()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'{"version": ', r"f:1:13: not JSON"),
        (b"{\xff", "f: not JSON in UTF-8"),
        (b"{}", "f: a document in JSON, but not a JSON Feed"),
        (b"", "f: the file is empty"),
        (b"<html>", "not XML"),
    ],
)
def test_what_is_no_feed_is_told(content: bytes, told: str) -> None:
    with pytest.raises(FeedError, match=told):
        read_any_feed(content, "f")


def test_odd_values_are_passed_over() -> None:
    table = {"version": "https://jsonfeed.org/version/1", "items": [1, {"id": 7, "title": None, "date_published": "x"}]}
    [item] = read_any_feed(json.dumps(table).encode(), "f").items
    assert (item.guid, item.title, item.published) == ("7", "", None)

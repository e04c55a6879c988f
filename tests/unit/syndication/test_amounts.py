"""How much of a post a feed shows, in every format."""

from __future__ import annotations

import json
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.model.post import Image
from publisher.syndication.amounts import as_shown, as_summary, fit
from publisher.syndication.json_feed import render_json
from publisher.syndication.rss_atom import render_atom, render_rss
from publisher.templates import FEEDS, environment
from tests.feed_samples import a_feed, an_entry

if TYPE_CHECKING:
    from publisher.config_feeds import Content
    from publisher.model.feed import Entry, Feed

ENV = environment(FEEDS, None)


def shown(content: Content, entry: Entry) -> Feed:
    return replace(a_feed(), entries=(as_shown(entry, content, ENV),))


def one(**changes: object) -> Entry:
    return replace(an_entry(), summary="一句 <話>。", html="<p>全文</p>\n", language="zh-TW", **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("render", [render_rss, render_atom])
def test_a_summary_is_all_that_xml_shows_of_it(render: object) -> None:
    document = render(shown("summary", one()))  # type: ignore[operator]
    [item] = feedparser.parse(document).entries
    assert unescape(item.summary) == "一句 <話>。"
    assert item.link == an_entry().url
    assert "content" not in item
    assert "全文".encode() not in document


def test_a_summary_is_the_text_of_a_json_item() -> None:
    [item] = json.loads(render_json(shown("summary", one())))["items"]
    assert (item["content_text"], item["summary"]) == ("一句 <話>。", "一句 <話>。")
    assert "content_html" not in item


def test_an_entry_without_a_summary_is_its_title() -> None:
    [item] = json.loads(render_json(shown("summary", replace(one(), summary=""))))["items"]
    assert item["content_text"] == an_entry().title
    [item] = feedparser.parse(render_rss(shown("summary", replace(one(), summary="")))).entries
    assert (item.title, item.summary) == (an_entry().title, an_entry().title)


def test_a_teaser_shows_picture_and_summary_and_leads_to_the_rest() -> None:
    image = Image(url="https://shan.example/a.jpg", alt='山 "頂"', width=800, height=600)
    entry = one(image=image, url="https://shan.example/a/?x=1&y=2")
    html = as_shown(entry, "teaser", ENV).html
    assert html.split("\n")[0] == (
        '<p><a href="https://shan.example/a/?x=1&amp;y=2"><img src="https://shan.example/a.jpg" '
        'alt="山 &#34;頂&#34;" width="800" height="600"></a></p>'
    )
    assert "<p>一句 &lt;話&gt;。</p>" in html
    assert html.endswith('<p><a href="https://shan.example/a/?x=1&amp;y=2">閱讀全文</a></p>\n')
    assert [item["content_html"] for item in json.loads(render_json(shown("teaser", entry)))["items"]] == [html]


def measure(feed: Feed) -> int:
    return max(len(render(feed)) for render in (render_rss, render_atom, render_json))


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=8), st.integers(1000, 20000))
def test_the_newest_entries_that_fit_stay_whole_and_none_is_lost(lengths: list[int], max_bytes: int) -> None:
    entries = tuple(replace(one(), guid=f"urn:x:{number}", html="a" * length) for number, length in enumerate(lengths))
    feed = replace(a_feed(), entries=entries)
    fitted = fit(feed, max_bytes, measure)
    whole = [not entry.summary_only for entry in fitted.entries]
    count = sum(whole)
    assert whole == [True] * count + [False] * (len(lengths) - count)
    assert [entry.guid for entry in fitted.entries] == [entry.guid for entry in entries]
    assert measure(fitted) <= max_bytes or count == 0
    if count < len(lengths):
        more = (*entries[: count + 1], *map(as_summary, entries[count + 1 :]))
        assert measure(replace(feed, entries=more)) > max_bytes

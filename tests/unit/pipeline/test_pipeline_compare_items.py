"""One item of theirs against one entry of ours."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from publisher.pipeline.compare_items import INTENDED, Difference, OurEntry, compare_item
from publisher.syndication.read_feed import FoundItem
from tests.feed_samples import a_post, an_entry

ENTRY = an_entry(1)
VIDEO = "https://www.youtube.com/watch?v=abc"
FRAME = '<div><iframe src="https://www.youtube.com/embed/abc" title="x"></iframe></div>'
CARD = f'<p data-embed><a href="{VIDEO}"><img src="https://i.ytimg.com/vi/abc/hqdefault.jpg"><br>▶ 觀看</a></p>'


def ours(html: str = "<p>第一段。</p><p>第二段。</p>", stated: str = "", **post: Any) -> OurEntry:
    return OurEntry(post=a_post(url=ENTRY.url, **post), entry=ENTRY, html=html, stated=stated)


def item(summary: str = "<p>第一段。</p>\n<p>第二段。</p>", **changes: Any) -> FoundItem:
    same = FoundItem(title=ENTRY.title, link=ENTRY.url, guid=ENTRY.guid, published=ENTRY.published, summary=summary)
    return replace(same, **changes)


def differences(found: FoundItem, mine: OurEntry | None = None) -> list[tuple[str, str]]:
    return [(one.what, one.why) for one in compare_item(found, mine or ours())]


def test_what_says_the_same_does_not_differ() -> None:
    assert differences(item()) == []


@pytest.mark.parametrize(
    ("changes", "what", "why"),
    [
        ({"title": "別的"}, "title", ""),
        ({"title": ""}, "title", "title"),
        ({"link": "https://shan.example/posts/2/"}, "link", ""),
        ({"guid": "urn:other"}, "guid", ""),
        ({"published": ENTRY.published + timedelta(seconds=1)}, "date", ""),
        ({"published": None}, "date", ""),
    ],
)
def test_each_fact_of_the_head_is_compared(changes: dict[str, Any], what: str, why: str) -> None:
    assert differences(item(**changes)) == [(what, why)]


def test_an_address_may_be_escaped_in_either_way() -> None:
    mine = replace(
        ours(), entry=replace(ENTRY, url="https://a.example/%E7%94%B2/", guid="https://a.example/%E7%94%B2/")
    )
    assert differences(item(link="https://a.example/甲/", guid="https://a.example/甲/"), mine) == []


def test_a_guid_that_the_front_matter_gives_is_meant() -> None:
    assert differences(item(guid="urn:other"), ours(guid=ENTRY.guid)) == [("guid", "guid")]


@pytest.mark.parametrize("text", ["<p>第一段。</p>", "第一段…", "第一段...", ""])
def test_a_beginning_of_the_post_is_a_summary(text: str) -> None:
    assert differences(item(text)) == [("text", "summary")]


def test_a_summary_may_be_the_description_or_what_the_front_matter_says() -> None:
    assert differences(item("說明"), ours(description="說 明")) == [("text", "summary")]
    stated = ours(stated='<a href="https://x.example/">摘要</a>')
    assert differences(item('<a href="https://x.example/">摘要</a>'), stated) == [("text", "summary")]


def test_full_content_must_be_full() -> None:
    assert differences(item(content="<p>第一段。</p>")) == [("text", "")]
    assert differences(item(content="<p>第一段。\n第二段。</p>")) == []


def test_another_text_is_shown_from_where_it_differs() -> None:
    [one] = compare_item(item("<p>第一段。</p><p>第三段。</p>"), ours())
    assert one == Difference(link=ENTRY.url, what="text", theirs="第一段。第三段。", ours="第一段。第二段。")


def test_chinese_emphasis_is_meant_and_lost_stars_elsewhere_are_not() -> None:
    html = "<p>這是<strong>「重點」</strong>後面<del>「刪」</del></p>"
    assert differences(item("<p>這是**「重點」**後面~~「刪」~~</p>"), ours(html)) == [("text", "emphasis")]
    assert differences(item("<p>5 * 3</p>"), ours("<p>5 3</p>")) == [("text", "")]


def test_a_player_in_a_frame_is_a_link_in_ours() -> None:
    found = item(f"<p>前</p>{FRAME}<p>後</p>")
    assert differences(found, ours(f"<p>前</p>{CARD}<p>後</p>")) == [("embed", "embed")]
    assert differences(found, ours("<p>前</p><p>後</p>")) == [("embed", "embed"), ("address", "")]


def test_relative_addresses_are_absolute_in_ours() -> None:
    found = item('<p><a href="#b">甲</a><img src="pic.png"></p>')
    mine = ours(
        '<p><a href="https://shan.example/posts/1/#b">甲</a><img src="https://shan.example/posts/1/pic.png"></p>'
    )
    assert differences(found, mine) == [("address", "absolute")] * 2


def test_an_address_that_is_not_in_ours_is_told() -> None:
    found = item('<p><a href="https://a.example/中">甲</a> <a href="https://a.example/2">乙</a></p>')
    good = ours('<p><a href="https://a.example/%E4%B8%AD">甲</a> <a href="https://a.example/2">乙</a></p>')
    bad = ours('<p><a href="https://a.example/other">甲</a> <a href="https://a.example/2">乙</a></p>')
    assert differences(found, good) == []
    assert differences(found, bad) == [("address", "")]


def test_scripts_and_their_addresses_do_not_count() -> None:
    found = item(
        '<p><a href="javascript:x()">第一段。</a></p><script src="https://a.example/x.js">x</script><p>第二段。</p>'
    )
    assert differences(found) == []


def test_line_numbers_of_code_are_no_text() -> None:
    table = '<table class="lntable"><tr><td class="lntd">1\n2</td><td class="lntd"><code>a\nb</code></td></tr></table>'
    assert differences(item(table), ours("<pre><code>a\nb</code></pre>")) == []


def test_every_reason_is_told_in_words() -> None:
    found = item(f"{FRAME}<a href='x'>第</a>", title="", guid="urn:x")
    reasons = {why for _, why in differences(found, ours("<p>這</p>", guid="urn:y")) if why}
    assert reasons <= INTENDED.keys()
    assert len(reasons) == 4

"""`publisher verify` against feeds that Hugo itself wrote (tests/judges/hugo/), and against some tampered with."""

from collections import Counter
from pathlib import Path

import pytest

from publisher.pipeline.verify import FeedVerdict, verify
from tests.judges.hugo_answers import FOLDER, NOW, config_of, sites

#: How often we differ from Hugo on purpose, by site and reason; sites that are not named do not differ at all.
MEANT = {
    "01-real-shape": {"embed": 4, "other section": 2, "undated": 1},
    "03-dates": {"undated": 1},
    "06-urls-chinese": {"limit": 1},
    "10-base-subpath": {"absolute": 6},
    "17-summary-cjk": {"summary": 8, "embed": 1},
    "19-shortcode-syntax": {"limit": 1},
    "21-markdown-default": {"emphasis": 11, "absolute": 8, "limit": 1, "summary": 1},
    "23-order": {"order": 1, "their limit": 1},
}


def verdict(site: str, feed: Path | None = None) -> FeedVerdict:
    report = verify(config_of(FOLDER / site / "site"), NOW, feed or FOLDER / site / "rss/index.xml")
    assert not report.errors
    [found] = report.feeds
    return found


@pytest.mark.parametrize("site", sites())
def test_our_entries_are_those_of_hugos_home_feed_but_for_what_is_meant(site: str) -> None:
    found = verdict(site)
    assert found.not_meant == ()
    assert dict(found.meant) == MEANT.get(site, {})
    only_theirs = Counter(one.what for one in found.differences)["only theirs"]
    assert found.compared == found.items - only_theirs


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ("<title>第三篇</title>", "<title>第３篇</title>", "title"),
        ("<pubDate>Tue, 03 Feb 2026 10:00:00 +0800", "<pubDate>Tue, 03 Feb 2026 10:00:00 +0000", "date"),
        ("<guid>https://example.tw/posts/20260203-third/", "<guid>urn:x", "guid"),
        ("<link>https://example.tw/posts/20260203-third/", "<link>https://example.tw/third/", "link"),
        ("&lt;td&gt;語音&lt;/td&gt;", "&lt;td&gt;影像&lt;/td&gt;", "text"),
        ("20260203-cover.webp", "20260203-other.webp", "address"),
        # Ours is the card of another video then, whose words count as text.
        ("/embed/abcdefghij3", "/embed/abcdefghij9", "address text"),
        ("<item>", "<item><link>https://example.tw/none/</link></item><item>", "only-theirs"),
    ],
)
def test_whatever_else_differs_is_told(tmp_path: Path, before: str, after: str, what: str) -> None:
    text = (FOLDER / "01-real-shape/rss/index.xml").read_text(encoding="utf-8")
    assert before in text
    (tmp_path / "index.xml").write_text(text.replace(before, after, 1), encoding="utf-8")
    not_meant = verdict("01-real-shape", tmp_path / "index.xml").not_meant
    assert {one.what.replace(" ", "-") for one in not_meant} == set(what.split())


def test_a_post_that_hugos_feed_lacks_is_told(tmp_path: Path) -> None:
    text = (FOLDER / "01-real-shape/rss/index.xml").read_text(encoding="utf-8")
    start, end = text.index("<item>"), text.index("</item>") + len("</item>")
    (tmp_path / "index.xml").write_text(text[:start] + text[end:], encoding="utf-8")
    [one] = verdict("01-real-shape", tmp_path / "index.xml").not_meant
    assert (one.what, one.ours) == ("only ours", "只有日期")

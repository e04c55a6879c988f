from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import FeedError
from publisher.syndication.json_feed import render_json
from publisher.syndication.read_feed import MAX_BYTES, OTHER_DOCUMENT, read_feed, refuse_size
from publisher.syndication.rss_atom import render_atom, render_rss
from tests.feed_samples import a_feed, a_full_entry, an_entry

RSS = (
    '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>站</title>'
    "<link>https://a.example/</link><generator>Hugo</generator>{}</channel></rss>"
)


def test_our_own_rss_and_atom_read_alike() -> None:
    feed = a_feed(a_full_entry(), an_entry(1))
    rss, atom = read_feed(render_rss(feed), "rss.xml"), read_feed(render_atom(feed), "atom.xml")
    assert rss.items == atom.items
    assert (rss.title, rss.home_url, rss.generator) == (atom.title, atom.home_url, atom.generator)
    first = rss.items[0]
    entry = feed.entries[0]
    assert (first.title, first.link, first.guid) == (entry.title, entry.url, entry.guid)
    assert (first.published, first.summary, first.content) == (entry.published, entry.summary, entry.html.strip())


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("Wed, 04 Feb 2026 00:00:00 +0000", datetime(2026, 2, 4, tzinfo=UTC)),
        ("Tue, 03 Feb 2026 10:00:00 +0800", datetime(2026, 2, 3, 2, tzinfo=UTC)),
        ("Tue, 03 Feb 2026 10:00:00", datetime(2026, 2, 3, 10, tzinfo=UTC)),
        ("Mon, 01 Jan 0001 00:00:00 +0000", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates_are_moments_or_none(date: str, moment: datetime | None) -> None:
    [item] = read_feed(RSS.format(f"<item><pubDate>{date}</pubDate></item>").encode(), "x").items
    assert item.published == moment


def test_html_is_given_as_it_is_written_escaped_or_not() -> None:
    entry = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><published>0001-01-01T00:00:00Z</published>'
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><b>粗</b></div></content>'
        '<link rel="self" href="https://a.example/self"/><link href="https://a.example/1/"/></entry></feed>'
    )
    [item] = read_feed(entry.encode(), "x").items
    assert "<b>粗</b>" in item.content
    assert (item.link, item.published) == ("https://a.example/1/", None)


@pytest.mark.parametrize(
    ("content", "message", "line"),
    [
        (b"", "the file is empty", None),
        (b"\n", "not XML", 2),
        (b"hello", "not XML", 1),
        (b"<rss>\n<channel>\n<a></b>", "not XML: Opening and ending tag mismatch", 3),
        (RSS.format("<item>&nbsp;</item>").encode(), "not XML: Entity 'nbsp' not defined", 2),
        ((b"<rss>" * 5000), "not XML", 1),
        (b"<rss></rss>", "without <channel>", None),
        (b"\xff\xfe\x00binary\x00", "not XML", 1),
    ],
)
def test_what_is_no_feed_is_told_plainly(content: bytes, message: str, line: int | None) -> None:
    with pytest.raises(FeedError, match=message) as caught:
        read_feed(content, "public/index.xml")
    assert caught.value.rule == "not-a-feed"
    at = caught.value.at
    assert at is not None
    assert (at.file, at.line) == ("public/index.xml", line)


@pytest.mark.parametrize(
    ("root", "name"), [("urlset", "<urlset>"), ('RDF xmlns="http://www.w3.org/1999/02/22-rdf-syntax-ns#"', "RSS 1.0")]
)
def test_another_kind_of_document_is_named(root: str, name: str) -> None:
    with pytest.raises(FeedError, match=name) as caught:
        read_feed(f"<{root}/>".encode(), "sitemap.xml")
    assert caught.value.rule == OTHER_DOCUMENT


def test_entities_are_not_resolved_and_a_document_type_is_refused() -> None:
    bomb = '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    with pytest.raises(FeedError, match="document type"):
        read_feed((bomb + "<rss><channel><title>&b;&f;</title></channel></rss>").encode(), "x")


def test_a_file_too_large_for_a_feed_is_refused_before_it_is_read() -> None:
    refuse_size(MAX_BYTES, "x")
    with pytest.raises(FeedError, match="500 MB is too large for a feed"):
        refuse_size(500_000_000, "x")


@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: RSS.format(text).encode("utf-8", "replace")))
def test_nothing_but_our_own_error_is_raised(content: bytes) -> None:
    try:
        read_feed(content, "x")
    except FeedError as error:
        assert str(error).startswith("x")  # noqa: PT017 - it may be raised or not


def test_json_is_not_read_here() -> None:
    with pytest.raises(FeedError, match="not XML"):
        read_feed(render_json(a_feed()), "feed.json")

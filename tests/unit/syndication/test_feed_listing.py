import json

import pytest

from publisher.syndication.feed_listing import read_listing

URL = "https://shan.example/blog/"
RSS = b'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title></channel></rss>'


def test_a_page_names_feeds_in_its_head() -> None:
    page = """<!DOCTYPE html><html><head><title>港</title>
    <link rel="alternate" type="application/rss+xml" title="RSS" href="/index.xml">
    <LINK REL="alternate nofollow" TYPE="application/atom+xml" HREF=feeds/atom.xml>
    <link rel=alternate type=application/feed+json href="https://cdn.example/feed.json?a=1&amp;b=2">
    <link rel="alternate" hreflang="en" href="/en/"><link rel="stylesheet" type="text/css" href="/x.css">
    </head><body><a type="application/rss+xml" href="/no.xml">x</a>"""
    assert read_listing(page.encode(), URL) == (
        "https://shan.example/index.xml",
        "https://shan.example/blog/feeds/atom.xml",
        "https://cdn.example/feed.json?a=1&b=2",
    )


def test_a_page_that_names_none_is_an_empty_list() -> None:
    assert read_listing(b"<html><body>x", URL) == ()


def test_an_opml_list_names_feeds_in_its_outlines() -> None:
    opml = b"""<?xml version="1.0"?><opml version="2.0"><head><title>x</title></head><body>
    <outline text="a"><outline type="rss" xmlUrl="/a.xml"/></outline><outline xmlUrl="/a.xml"/><outline text="b"/>
    </body></opml>"""
    assert read_listing(opml, URL) == ("https://shan.example/a.xml",)


def test_a_feed_menu_names_feeds_at_any_depth() -> None:
    menu = {"feed-menu": "港", "items": [{"rss": "/r.xml"}, {"feed-menu": "x", "items": [{"atom": "/a.xml"}, 3]}]}
    assert read_listing(json.dumps(menu).encode(), URL) == ("https://shan.example/r.xml", "https://shan.example/a.xml")


@pytest.mark.parametrize(
    "content",
    [RSS, b"", b"\x00\xff", b"{", b'{"version": "https://jsonfeed.org/version/1.1"}', b"[]", b"{" * 99_999, b"<opml"],
)
def test_what_is_no_list_is_none(content: bytes) -> None:
    assert read_listing(content, URL) is None

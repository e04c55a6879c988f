"""How the documents of a feed with archives point at each other, in all three formats (RFC 5005, section 4)."""

import json
from collections.abc import Mapping
from typing import Any

import feedparser
import pytest
from lxml import etree

from publisher.model.feed import Feed, Format, History
from publisher.syndication.feedgen_repairs import ATOM, FH
from publisher.syndication.json_feed import render_json
from publisher.syndication.rss_atom import render_atom, render_rss
from tests.feed_samples import SITE, a_feed, an_entry

FEEDS = a_feed().urls
XML = {"rss": render_rss, "atom": render_atom}


def page(number: int) -> Mapping[Format, str]:
    base = f"{SITE}feeds/archive/"
    return {"rss": f"{base}rss/{number}.xml", "atom": f"{base}atom/{number}.xml", "json": f"{base}json/{number}.json"}


SUBSCRIPTION = a_feed(an_entry(9), history=History(current=FEEDS, previous=page(2)))
MIDDLE = a_feed(
    an_entry(5),
    urls=page(2),
    hubs=(),
    history=History(current=FEEDS, previous=page(1), following=page(3), is_archive=True),
)
FIRST = a_feed(an_entry(1), urls=page(1), history=History(current=FEEDS, following=page(2), is_archive=True))


def links_of(form: str, feed: Feed) -> list[dict[str, str]]:
    root = etree.fromstring(XML[form](feed))
    head = root if form == "atom" else root[0]
    found = [dict(link.attrib) for link in head.findall(f"{{{ATOM}}}link")]
    return [link for link in found if link["rel"] not in {"self", "alternate", "hub"}]


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_a_subscription_document_leads_to_the_newest_archive(form: Format) -> None:
    mime_type = f"application/{form}+xml"
    assert links_of(form, SUBSCRIPTION) == [
        {"rel": "current", "type": mime_type, "href": FEEDS[form]},
        {"rel": "prev-archive", "type": mime_type, "href": page(2)[form]},
    ]
    assert FH.encode() not in XML[form](SUBSCRIPTION)


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_an_archive_document_says_so_and_leads_back_forth_and_to_the_feed(form: Format) -> None:
    assert [(link["rel"], link["href"]) for link in links_of(form, MIDDLE)] == [
        ("current", FEEDS[form]),
        ("prev-archive", page(1)[form]),
        ("next-archive", page(3)[form]),
    ]
    root = etree.fromstring(XML[form](MIDDLE))
    assert len(list(root.iter(f"{{{FH}}}archive"))) == 1
    assert root.nsmap["fh"] == FH


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_the_oldest_archive_leads_to_none_before_it(form: str) -> None:
    assert [link["rel"] for link in links_of(form, FIRST)] == ["current", "next-archive"]


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_feedparser_finds_the_links_of_an_archive(form: Format) -> None:
    parsed: Any = feedparser.parse(XML[form](MIDDLE))
    assert not parsed.bozo
    links = {link.rel: link.href for link in parsed.feed.links}
    assert links["self"] == page(2)[form]
    assert (links["prev-archive"], links["next-archive"]) == (page(1)[form], page(3)[form])
    assert parsed.feed.link == SITE


def test_json_feed_leads_to_the_next_older_entries_and_never_to_itself() -> None:
    documents = [json.loads(render_json(feed)) for feed in (SUBSCRIPTION, MIDDLE, FIRST)]
    assert [one.get("next_url") for one in documents] == [page(2)["json"], page(1)["json"], None]
    # Its address identifies the feed, and next_url must never be equal to it (JSON Feed 1.1, feed_url and next_url).
    assert {one["feed_url"] for one in documents} == {FEEDS["json"]}


def test_a_feed_without_archives_says_nothing_of_any() -> None:
    feed = a_feed(an_entry(1))
    documents = (render_rss(feed), render_atom(feed), render_json(feed))
    assert not any(word in document for document in documents for word in (b"archive", b"current", b"next_url"))

"""Feeds at addresses that subscribers have, and what is in the way there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import feedparser
import pytest

from publisher.config import load_config
from publisher.pipeline.diff import diff
from publisher.pipeline.feed_list import hosting, list_feeds
from publisher.pipeline.stamp import still_built
from tests.unit.pipeline.grouped_site import HUGO, NOW, GroupedSite, rules_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def site(tmp_path: Path) -> GroupedSite:
    return GroupedSite(tmp_path)


def test_feeds_take_over_the_addresses_that_subscribers_have(site: GroupedSite) -> None:
    site.settings("""by = ["tags"]
site.addresses = { rss = "/index.xml" }
[feeds.group.tags]
addresses = { rss = "/tags/{term}/index.xml" }
[feeds.query.x]
where = '"地圖" in tags'
addresses = { atom = "/x.atom.xml", json = "/deep/x.json" }
""")
    site.file("hugo.toml", HUGO)
    site.post(1, "tags: [地圖]")
    assert site.build().problems == ()
    public = site.root / "public"
    found = sorted(path.relative_to(public).as_posix() for path in public.rglob("*.*"))
    assert found == [
        "deep/x.json",
        "feeds/atom.xml",
        "feeds/feed.json",
        "feeds/tags/地圖/atom.xml",
        "feeds/tags/地圖/feed.json",
        "feeds/x/rss.xml",
        "index.xml",
        "tags/地圖/index.xml",
        "x.atom.xml",
    ]
    taken = feedparser.parse((public / "tags/地圖/index.xml").read_bytes())
    assert [link.href for link in taken.feed.links if link.rel == "self"] == [
        "https://shan.example/tags/%E5%9C%B0%E5%9C%96/index.xml"
    ]
    assert json.loads((public / "deep/x.json").read_bytes())["feed_url"] == "https://shan.example/deep/x.json"
    urls = [dict(feed.urls) for feed in list_feeds(load_config(site.root), NOW).main]
    assert urls[0]["rss"] == "https://shan.example/index.xml"
    assert "/index.xml" in hosting(load_config(site.root), "netlify", NOW)


def test_an_address_that_a_feed_leaves_is_told_once(site: GroupedSite) -> None:
    site.file("hugo.toml", HUGO)
    site.post(1, "")
    site.settings("")
    site.build()
    site.settings('site.addresses = { rss = "/index.xml" }')
    [problem] = site.build().problems
    assert problem.message == "/feeds/rss.xml is no more: the feed 山城週記 lies at /index.xml now"
    assert site.build().problems == ()


@pytest.mark.parametrize(
    ("hugo", "address", "told"),
    [
        ("", "/index.xml", "Hugo writes the feed of its home page there"),
        ('disableKinds = ["taxonomy"]', "/index.xml", "Hugo writes the feed of its home page there"),
        ('outputs = { home = ["HTML", "RSS"] }', "/index.xml", "Hugo writes the feed of its home page there"),
        ("", "/tags/index.xml", "Hugo writes the feed of a taxonomy there"),
        ("", "/posts/index.xml", "Hugo writes the feed of a section there"),
        ('outputFormats = { rss = { baseName = "feed" } }', "/feed.xml", "Hugo writes the feed of its home page there"),
        (HUGO, "/old.xml", "the site serves static/old.xml there"),
        (HUGO, "/feeds/x/rss.xml", "the feed x · 山城週記 lies there"),
        (HUGO, "/.well-known/feed-menu.json", "another document of the feeds lies there"),
    ],
)
def test_what_lies_at_an_address_already_is_told(site: GroupedSite, hugo: str, address: str, told: str) -> None:
    query = """[feeds.query.x]\nwhere = '"地圖" in tags'"""
    site.settings(f'site.addresses = {{ rss = "{address}" }}\n{query}')
    site.file("hugo.toml", hugo)
    site.file("static/old.xml", "<x/>")
    site.post(1, "tags: [地圖]")
    [problem] = site.build().problems
    assert told in problem.message
    assert problem.message.endswith("it stays at /feeds/rss.xml")
    assert (problem.rule, problem.severity, str(problem.at)) == ("address-clash", "error", "publisher.toml:12:1")
    assert site.titles(".") == ["第1天"]


@pytest.mark.parametrize("hugo", [HUGO, 'outputs = { home = ["html"] }', 'disableKinds = ["home"]'])
def test_what_hugo_was_told_not_to_write_is_free(site: GroupedSite, hugo: str) -> None:
    site.settings('site.addresses = { rss = "/index.xml" }')
    site.file("hugo.toml", hugo)
    # An earlier run of Hugo has left its own there.
    site.file("public/index.xml", "<rss/>")
    site.post(1, "tags: [地圖]")
    assert site.build().problems == ()
    assert feedparser.parse((site.root / "public/index.xml").read_bytes()).entries[0].title == "第1天"


def test_another_generators_file_is_not_taken_over(site: GroupedSite) -> None:
    site.settings('site.addresses = { rss = "/feed.xml" }')
    toml = site.root / "publisher.toml"
    toml.write_text(
        toml.read_text()
        .replace('"hugo"', '"plain"')
        .replace('url = "https://shan', 'permalink = "/:slug/"\nurl = "https://shan')
    )
    site.file("public/feed.xml", "<rss>theirs</rss>")
    site.post(1, "tags: [地圖]")
    [problem] = site.build().problems
    assert "public/feed.xml is not ours" in problem.message
    assert (site.root / "public/feed.xml").read_text() == "<rss>theirs</rss>"
    (site.root / "public/feed.xml").unlink()
    assert rules_of(site.build().problems) == ["feed-moved"]
    # Ours, it is taken for ours, even by a machine that does not remember.
    (site.root / ".publisher/built.json").unlink()
    assert site.build().problems == ()


def test_two_feeds_that_want_one_address_are_told(site: GroupedSite) -> None:
    site.settings("""[feeds.query.x]
where = '"a" in tags'
addresses = { rss = "/a.xml" }
[feeds.query.y]
where = '"a" in tags'
addresses = { rss = "/A.xml" }
""")
    site.file("hugo.toml", HUGO)
    site.post(1, "tags: [a]")
    [problem] = site.build().problems
    assert "the feed x · 山城週記 lies there" in problem.message
    assert site.titles("y") == ["第1天"]


def test_a_diff_names_feeds_that_leave_addresses_of_their_own(site: GroupedSite) -> None:
    site.file("hugo.toml", HUGO)
    site.post(1, "")
    site.settings('site.addresses = { rss = "/index.xml" }')
    site.build()
    site.settings("")
    assert diff(load_config(site.root), NOW).gone == ("index.xml",)


def test_a_clash_is_looked_at_again_as_long_as_it_lasts(site: GroupedSite) -> None:
    site.settings('site.addresses = { rss = "/index.xml" }')
    site.post(1, "")
    for _ in range(3):
        assert rules_of(site.build().problems) == ["address-clash"]
    assert still_built(site.root, NOW) is None


def test_an_address_that_a_feed_has_anyway_is_no_clash(site: GroupedSite) -> None:
    site.settings('site.addresses = { rss = "/feeds/rss.xml" }')
    site.post(1, "")
    assert site.build().problems == ()
    assert site.titles(".") == ["第1天"]

"""Feeds in each language of a site."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import feedparser
import pytest

from publisher.config import load_config
from publisher.errors import ConfigError
from publisher.pipeline.adopt import adopt
from publisher.pipeline.check import check
from publisher.pipeline.explain_post import explain_post
from publisher.pipeline.feed_list import head_links
from publisher.pipeline.identity import read_known_site
from tests.unit.pipeline.grouped_site import NOW, GroupedSite

if TYPE_CHECKING:
    from pathlib import Path

HUGO = """
baseURL = "https://shan.example/"
defaultContentLanguage = "zh-tw"
disableKinds = ["RSS"]
[languages.zh-tw]
languageCode = "zh-TW"
title = "山城週記"
weight = 1
[languages.en]
languageCode = "en-US"
title = "Hill Town Weekly"
weight = 2
"""


@pytest.fixture
def site(tmp_path: Path) -> GroupedSite:
    site = GroupedSite(tmp_path)
    site.settings('by = ["tags"]\nlanguages = ["en"]')
    site.file("hugo.toml", HUGO)
    site.post(1, "tags: [地圖]")
    site.file("content/posts/01.en.md", post("Day 1", "maps"))
    site.file("content/posts/02.en.md", post("Day 2", "maps"))
    return site


def post(title: str, tag: str) -> str:
    return f"---\ntitle: {title}\ndate: 2026-10-02T08:00:00+08:00\ntags: [{tag}]\n---\n\nText.\n"


def test_each_language_has_the_feeds_of_a_site(site: GroupedSite) -> None:
    assert site.build().problems == ()
    assert site.folders() == [".", "en", "en/tags/maps", "tags/地圖"]
    assert site.titles(".") == ["第1天"]
    assert sorted(site.titles("en")) == ["Day 1", "Day 2"]
    feed = json.loads((site.feeds / "en/feed.json").read_bytes())
    assert (feed["title"], feed["language"]) == ("Hill Town Weekly", "en-US")
    assert feed["feed_url"] == "https://shan.example/feeds/en/feed.json"
    assert feed["home_page_url"] == "https://shan.example/en/"
    assert "language" not in feed["items"][0]
    assert {item["url"] for item in feed["items"]} == {
        "https://shan.example/en/posts/01/",
        "https://shan.example/en/posts/02/",
    }
    assert site.feed("en/tags/maps").feed.title == "maps · Hill Town Weekly"


def test_without_being_asked_for_another_language_has_none(site: GroupedSite) -> None:
    site.settings('by = ["tags"]')
    assert site.build().left_out == {"other language": 2}
    assert site.folders() == [".", "tags/地圖"]


def test_a_language_that_the_site_does_not_have_is_told(site: GroupedSite) -> None:
    site.settings('languages = ["fr"]')
    with pytest.raises(ConfigError, match=r'feeds\.languages names "fr"') as caught:
        site.build()
    assert caught.value.hint == "the site's languages: zh-tw, en"


def test_posts_of_two_languages_in_folders_of_their_own_are_two(site: GroupedSite) -> None:
    site.file(
        "hugo.toml",
        HUGO.replace("weight = 1", 'contentDir = "content/zh"').replace("weight = 2", 'contentDir = "content/en"'),
    )
    site.file("content/zh/posts/a.md", post("甲", "地圖"))
    site.file("content/en/posts/a.md", post("A", "maps"))
    site.settings('by = ["tags"]\nlanguages = ["en"]')
    assert site.build().problems == ()
    assert (site.titles("."), site.titles("en")) == (["甲"], ["A"])
    lock = (site.root / "publisher.lock").read_text()
    assert [line.split()[1] for line in lock.splitlines()[1:]] == ["en/posts/a.md", "posts/a.md"]


def test_a_query_is_asked_in_each_language_and_knows_which(site: GroupedSite) -> None:
    site.settings("""languages = ["en"]
[feeds.query.all]
where = 'date > "2000"'
[feeds.query.english]
where = 'language == "en-US"'
""")
    told = [problem.rule for problem in site.build().problems]
    assert site.folders() == [".", "all", "en", "en/all", "en/english"]
    assert told == ["empty-query"]
    lines = (site.root / "publisher.lock").read_text().splitlines()
    assert [line.split()[1] for line in lines if line.startswith("feed ")] == [
        "en:feeds.query/all",
        "en:feeds.query/english",
        "feeds.query/all",
    ]


def test_addresses_that_subscribers_have_are_below_each_language(site: GroupedSite) -> None:
    site.settings('languages = ["en"]\nsite.addresses = { rss = "/index.xml" }')
    assert site.build().problems == ()
    public = site.root / "public"
    assert feedparser.parse((public / "en/index.xml").read_bytes()).feed.title == "Hill Town Weekly"
    assert feedparser.parse((public / "index.xml").read_bytes()).feed.title == "山城週記"
    site.file("hugo.toml", HUGO.replace('["RSS"]', "[]"))
    assert [problem.rule for problem in site.build().problems][:2] == ["address-clash", "address-clash"]


def test_issues_are_of_the_sites_own_language_and_the_lock_is_of_all(site: GroupedSite) -> None:
    site.build()
    config = load_config(site.root)
    assert [one.key for one in read_known_site(config, NOW).posts] == ["posts/01.md"]
    before = (site.root / "publisher.lock").read_bytes()
    adopt(config, NOW, str(site.feeds / "rss.xml"))
    assert (site.root / "publisher.lock").read_bytes() == before
    assert check(config, NOW).posts == 3


def test_pages_and_links_lead_to_the_other_language(site: GroupedSite) -> None:
    toml = site.root / "publisher.toml"
    toml.write_text(toml.read_text().replace("pages = false", "feed_menu = true"))
    assert site.build().problems == ()
    index = (site.feeds / "index.html").read_text()
    assert "其他語言" in index
    assert "標籤 · Hill Town Weekly" in index
    assert 'lang="en-US"' in (site.feeds / "en/index.html").read_text()
    opml = (site.feeds / "feeds.opml").read_text()
    assert 'language="en-US"' in opml
    assert '"/en/" (dict "title" "Hill Town Weekly"' in head_links(load_config(site.root), NOW)


def test_explaining_a_post_names_the_feed_of_its_language(site: GroupedSite) -> None:
    found = explain_post(load_config(site.root), NOW, "posts/01.en.md")
    assert [(one.path, one.why) for one in found.feeds] == [
        ("feeds/en/rss.xml", "the feed of all posts in en-US"),
        ("feeds/en/tags/maps/rss.xml", "tags has maps"),
    ]

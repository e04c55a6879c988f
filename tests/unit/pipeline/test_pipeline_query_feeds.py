"""Feeds of saved queries."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from publisher.config import load_config
from publisher.errors import ConfigError
from publisher.pipeline.explain_post import explain_post
from tests.unit.pipeline.grouped_site import HUGO, NOW, GroupedSite, lock_of, rules_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def site(tmp_path: Path) -> GroupedSite:
    return GroupedSite(tmp_path)


def test_a_saved_query_has_a_feed(site: GroupedSite) -> None:
    site.settings("""
[feeds.query.chips]
where = '"台積電" in tags and "AI" in categories'
title = "台積電與 AI"
description = "晶片的事"
limit = 1
""")
    site.post(1, "tags: [台積電]\ncategories: [ai]")
    site.post(2, "tags: [台積電]\ncategories: [AI]")
    site.post(3, "tags: [台積電]")
    assert site.build().problems == ()
    assert site.folders() == [".", "chips"]
    feed = json.loads((site.feeds / "chips/feed.json").read_bytes())
    assert (feed["title"], feed["description"]) == ("台積電與 AI", "晶片的事")
    assert feed["feed_url"] == "https://shan.example/feeds/chips/feed.json"
    assert [item["title"] for item in feed["items"]] == ["第2天"]
    assert lock_of(site) == ["feed feeds.query/chips path=chips"]


def test_a_query_may_ask_for_any_front_matter(site: GroupedSite) -> None:
    site.settings("""[feeds.query.big]\nwhere = 'rating >= 4 and extra.kind == "long" and date < "2026-10-03"'""")
    site.post(1, "rating: 4.5\nextra: {kind: long}")
    site.post(2, "rating: 3\nextra: {kind: long}")
    site.post(3, "rating: 5\nextra: {kind: long}")
    site.build()
    assert site.titles("big") == ["第1天"]
    # What a build has learned of the posts, it has learned for the query.
    site.settings("""[feeds.query.big]\nwhere = 'rating < 4'""")
    site.build()
    assert site.titles("big") == ["第2天"]


def test_a_query_that_is_none_is_told_to_the_character(site: GroupedSite) -> None:
    site.settings("""[feeds.query.x]\nwhere = '"a" in tags AND'""")
    with pytest.raises(ConfigError, match=r"feeds\.query\.x\.where: a test is missing") as caught:
        site.build()
    assert str(caught.value.at) == "publisher.toml:13:25"


def test_a_field_that_no_post_has_is_told_with_the_nearest_that_some_have(site: GroupedSite) -> None:
    site.settings("""[feeds.query.x]\nwhere = 'section == "posts" and "TSMC" in related_company'""")
    site.post(1, "related_companies: [TSMC]")
    told = {problem.rule: problem for problem in site.build().problems}
    assert told["query-field"].hint == "did you mean related_companies?"
    assert str(told["query-field"].at) == "publisher.toml:13:43"
    assert told["empty-query"].message == "this query means no post: it gets no feed"
    assert site.folders() == ["."]


def test_a_query_keeps_its_feed_when_it_means_nothing_any_more(site: GroupedSite) -> None:
    site.settings("""[feeds.query.x]\nwhere = '"a" in tags'""")
    site.post(1, "tags: [a]")
    site.build()
    site.post(1, "tags: [b]")
    assert rules_of(site.build().problems) == ["small-feed"]
    assert site.titles("x") == []
    assert rules_of(site.build().problems) == []
    assert lock_of(site) == ["feed feeds.query/x path=x small"]


def test_a_query_that_is_taken_away_is_told_once(site: GroupedSite) -> None:
    site.settings("""[feeds.query.x]\nwhere = '"a" in tags'""")
    site.post(1, "tags: [a]")
    site.build()
    site.settings("")
    report = site.build()
    assert rules_of(report.problems) == ["feed-gone"]
    assert [path.name for path in report.removed] == ["atom.xml", "feed.json", "rss.xml"]
    assert site.build().problems == ()


def test_a_query_at_the_address_of_another_feed_is_told(site: GroupedSite) -> None:
    site.settings("""[feeds.query.x]\nwhere = '"a" in tags'\n[feeds.query.y]\nwhere = '"a" in tags'\npath = "x" """)
    site.post(1, "tags: [a]")
    [problem] = site.build().problems
    assert (problem.rule, str(problem.at)) == ("feed-clash", "publisher.toml:16:1")


def test_explaining_a_post_says_which_queries_mean_it(site: GroupedSite) -> None:
    site.settings(
        """
[feeds.query.old]
where = 'date < "2026-10-03"'
limit = 1
[feeds.query.new]
where = 'date > "2026-10-01"'
"""
    )
    for day in range(1, 4):
        site.post(day, "")
    told = {one.path: (one.place, one.why) for one in explain_post(load_config(site.root), NOW, "posts/01.md").feeds}
    assert told["feeds/old/rss.xml"] == (
        0,
        'what [feeds.query.old] asks for: date < "2026-10-03", but 1 posts are newer, and feeds.limit is 1',
    )
    assert told["feeds/new/rss.xml"] == (0, 'not what [feeds.query.new] asks for: date > "2026-10-01"')


def test_pages_and_lists_of_feeds_name_queries(site: GroupedSite) -> None:
    site.settings("""feed_menu = true
[feeds.query.chips]
where = '"台積電" in tags'
title = "晶片"
addresses = { rss = "/chips.xml" }
""")
    toml = site.root / "publisher.toml"
    toml.write_text(toml.read_text().replace("pages = false", ""))
    site.file("hugo.toml", HUGO)
    site.post(1, "tags: [台積電]")
    assert site.build().problems == ()
    assert 'xmlUrl="https://shan.example/chips.xml"' in (site.feeds / "feeds.opml").read_text()
    assert "主題" in (site.feeds / "index.html").read_text()
    assert "https://shan.example/chips.xml" in (site.feeds / "chips/index.html").read_text()
    menu = json.loads((site.root / "public/.well-known/feed-menu.json").read_bytes())
    assert menu["items"][1] == {
        "feed-menu": "主題",
        "items": [
            {
                "feed-title": "晶片",
                "description": "晶片",
                "rss": "/chips.xml",
                "atom": "/feeds/chips/atom.xml",
                "lang": "zh-TW",
            }
        ],
    }

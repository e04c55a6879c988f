"""How much of its posts a feed shows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import feedparser
import pytest

from tests.unit.pipeline.grouped_site import GroupedSite

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def site(tmp_path: Path) -> GroupedSite:
    return GroupedSite(tmp_path)


def test_a_feed_shows_as_much_of_a_post_as_it_is_told(site: GroupedSite) -> None:
    site.settings("""by = ["tags"]
content = "summary"
site.content = "full"
[feeds.query.teasers]
where = 'date > "2000"'
content = "teaser"
""")
    site.post(1, "tags: [a]\ndescription: 一句話。", "全部的**內文**。")
    site.build()

    def texts(folder: str) -> tuple[str, str, str]:
        rss, atom = (
            feedparser.parse((site.feeds / folder / name).read_bytes()).entries[0] for name in ("rss.xml", "atom.xml")
        )
        [item] = json.loads((site.feeds / folder / "feed.json").read_bytes())["items"]
        contents = (one["content"][0]["value"] if "content" in one else one["summary"] for one in (rss, atom))
        return (*(text.strip() for text in contents), item.get("content_html", item.get("content_text", "")).strip())

    assert set(texts(".")) == {"<p>全部的<strong>內文</strong>。</p>"}
    assert set(texts("tags/a")) == {"一句話。"}
    [teaser] = set(texts("teasers"))
    assert teaser == '<p>一句話。</p>\n<p><a href="https://shan.example/posts/01/">閱讀全文</a></p>'


def test_a_teaser_of_the_sites_own_replaces_ours_at_the_next_build(site: GroupedSite) -> None:
    site.settings('content = "teaser"')
    site.post(1, "description: 一句話。")
    site.build()
    site.file("feeds/teaser.html.j2", "<p>{{ entry.title }} …</p>")
    site.build()
    assert "第1天 …" in (site.feeds / "feed.json").read_text()


def test_older_entries_shrink_to_summaries_where_room_is_short(site: GroupedSite) -> None:
    site.settings("max_bytes = 12000")
    for day in range(1, 6):
        site.post(day, "description: 一句話。", "很長的文章。" * 300)
    assert site.build().problems == ()
    for form in ("rss.xml", "atom.xml", "feed.json"):
        assert (site.feeds / form).stat().st_size <= 12000
    items = json.loads((site.feeds / "feed.json").read_bytes())["items"]
    whole = ["content_html" in item for item in items]
    assert whole == sorted(whole, reverse=True)
    assert 0 < sum(whole) < len(whole) == 5
    entries = feedparser.parse((site.feeds / "atom.xml").read_bytes()).entries
    assert ["content" in entry for entry in entries] == whole
    assert site.build().written == 0


def test_a_feed_that_is_too_large_even_so_is_told(site: GroupedSite) -> None:
    site.settings("max_bytes = 1000")
    for day in range(1, 6):
        site.post(day, f"description: {'一句話。' * 20}")
    [problem] = site.build().problems
    assert (problem.rule, str(problem.at)) == ("feed-too-large", "publisher.toml:12:1")
    assert len(site.titles(".")) == 5


def test_a_site_without_a_post_is_told_that_its_feed_is_empty(site: GroupedSite) -> None:
    site.settings("")
    site.post(1, "draft: true")
    [problem] = site.build().problems
    assert (problem.rule, problem.message) == ("empty-feed", "no post may be seen: the feed 山城週記 is empty")
    assert feedparser.parse((site.feeds / "rss.xml").read_bytes()).version == "rss20"

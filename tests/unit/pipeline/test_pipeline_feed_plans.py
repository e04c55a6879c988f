"""Which feeds there are, and where: saved queries, folders in Latin letters, addresses that subscribers have."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import feedparser
import pytest

from publisher.config import load_config
from publisher.errors import ConfigError, Problem
from publisher.pipeline.build import build
from publisher.pipeline.diff import diff
from publisher.pipeline.explain_post import explain_post
from publisher.pipeline.feed_list import hosting, list_feeds
from publisher.pipeline.stamp import still_built
from tests.unit.pipeline.test_pipeline_term_feeds import NOW, GroupedSite

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def site(tmp_path: Path) -> GroupedSite:
    return GroupedSite(tmp_path)


def lock_of(site: GroupedSite) -> list[str]:
    """Give what publisher.lock says of feeds, without the checks."""
    lines = (site.root / "publisher.lock").read_text().splitlines()
    return [line.rpartition(" check=")[0] for line in lines if line.startswith("feed ")]


def rules_of(problems: tuple[Problem, ...]) -> list[str]:
    return sorted(problem.rule for problem in problems)


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


def test_folders_of_chinese_terms_stay_as_they_are_unless_asked_otherwise(site: GroupedSite) -> None:
    site.post(1, "tags: [台積電]")
    site.build()
    assert site.folders() == [".", "tags/台積電"]
    assert lock_of(site) == []


def test_folders_in_latin_letters_are_what_the_site_says(site: GroupedSite) -> None:
    site.settings('by = ["tags", "related_people"]\nterm_paths = "ascii"')
    site.post(1, "tags: [台積電, AI]\nrelated_people: [奧特曼]")
    site.file("content/tags/台積電/_index.md", "---\ntitle: 台積電\nslug: tsmc\n---\n")
    site.file("content/people/奧特曼.md", "---\ntitle: 奧特曼\nname_en: Sam Altman\n---\n")
    site.build()
    assert site.folders() == [".", "related_people/sam-altman", "tags/ai", "tags/tsmc"]
    assert lock_of(site) == ["feed related_people/奧特曼 path=sam-altman", "feed tags/台積電 path=tsmc"]


def test_a_term_of_which_nothing_is_said_gets_a_folder_all_the_same(site: GroupedSite) -> None:
    site.settings('by = ["tags"]\nterm_paths = "ascii"')
    site.post(1, "tags: [台積電, 臺積電, ！]")
    site.build()
    folders = [folder for folder in site.folders() if folder != "."]
    assert len(folders) == 3
    assert all(folder.isascii() for folder in folders)


def test_no_term_takes_the_folder_that_is_called_as_another_is(site: GroupedSite) -> None:
    site.settings('by = ["tags"]\nterm_paths = "ascii"')
    site.post(1, "tags: [台積電]")
    site.post(2, "tags: [TSMC, 台灣積體電路]")
    site.file("content/tags/台積電/_index.md", "---\nslug: tsmc\n---\n")
    site.file("content/tags/台灣積體電路/_index.md", "---\nslug: tsmc\n---\n")
    assert site.build().problems == ()
    assert site.titles("tags/tsmc") == ["第2天"]
    assert len([folder for folder in site.folders() if folder.isascii()]) == 4


def test_a_folder_that_subscribers_have_stays_whatever_is_said_later(site: GroupedSite) -> None:
    site.settings('by = ["tags"]\nterm_paths = "ascii"')
    site.post(1, "tags: [台積電]")
    site.file("content/tags/台積電/_index.md", "---\nslug: tsmc\n---\n")
    site.build()
    site.file("content/tags/台積電/_index.md", "---\nslug: taiwan-semiconductor\n---\n")
    site.post(2, "tags: [台積電]")
    assert site.build().problems == ()
    assert site.folders() == [".", "tags/tsmc"]
    site.settings('by = ["tags"]')
    site.build()
    assert site.folders() == [".", "tags/tsmc"]


def test_feeds_that_are_there_stay_where_they_are_when_new_ones_get_latin_letters(site: GroupedSite) -> None:
    site.post(1, "tags: [台積電]")
    site.build()
    site.settings('by = ["tags"]\nterm_paths = "ascii"\n[feeds.group.tags.paths]\n"地圖" = "maps"')
    site.post(2, "tags: [地圖]")
    site.build()
    assert site.folders() == [".", "tags/maps", "tags/台積電"]
    # Nor does a machine that starts from a fresh checkout forget it.
    for folder in (".publisher", "public"):
        shutil.rmtree(site.root / folder)
    site.build()
    assert site.folders() == [".", "tags/maps", "tags/台積電"]


def test_a_machine_that_knows_of_no_build_moves_no_feed_of_an_old_post(site: GroupedSite) -> None:
    site.post(1, "tags: [台積電]")
    site.build()
    for folder in (".publisher", "public"):
        shutil.rmtree(site.root / folder)
    site.settings('by = ["tags"]\nterm_paths = "ascii"')
    site.post(2, "tags: [地圖]")
    site.build()
    assert "tags/台積電" in site.folders()
    assert "tags/地圖" not in site.folders()


def test_a_folder_that_is_written_for_a_term_counts_and_a_move_is_told_once(site: GroupedSite) -> None:
    site.settings('by = ["tags"]\n[feeds.group.tags.paths]\n"AI Agent" = "agents"')
    site.post(1, "tags: [ai-agent]")
    site.build()
    assert site.folders() == [".", "tags/agents"]
    site.settings('by = ["tags"]\n[feeds.group.tags.paths]\n"AI Agent" = "ai"')
    [problem] = site.build().problems
    assert problem.message == "the feed of ai-agent (tags) moves from agents/ to ai/, its subscribers don't"
    assert site.build().problems == ()
    assert site.folders() == [".", "tags/ai"]


def test_a_move_away_from_the_terms_own_folder_is_told_too(site: GroupedSite) -> None:
    site.post(1, "tags: [台積電]")
    site.build()
    site.settings('by = ["tags"]\n[feeds.group.tags.paths]\n"台積電" = "tsmc"')
    [problem] = site.build().problems
    assert problem.message == "the feed of 台積電 (tags) moves from 台積電/ to tsmc/, its subscribers don't"
    assert site.build().problems == ()


def test_two_terms_in_one_folder_are_told_with_what_to_write(site: GroupedSite) -> None:
    site.settings('by = ["tags"]\n[feeds.group.tags.paths]\n"甲" = "ai"')
    site.post(1, "tags: [甲]")
    site.post(2, "tags: [AI]")
    [problem] = site.build().problems
    assert problem.rule == "feed-clash"
    assert 'paths = { "AI" = "…" } in [feeds.group.tags]' in str(problem.hint)
    assert site.titles("tags/ai") == ["第1天"]


def test_a_frozen_lock_refuses_a_folder_that_only_it_would_know(site: GroupedSite) -> None:
    site.settings('by = ["tags"]')
    site.post(1, "tags: [台積電]")
    site.build()
    site.settings('by = ["tags"]\n[feeds.group.tags.paths]\n"台積電" = "tsmc"')
    with pytest.raises(ConfigError, match="frozen: tags/台積電"):
        build(load_config(site.root), NOW, frozen_lock=True)
    site.settings('by = ["tags"]\n[feeds.group.tags]\nminimum = 2')
    assert build(load_config(site.root), NOW, frozen_lock=True).lock_changed is False


def test_a_feed_stays_when_its_posts_become_too_few(site: GroupedSite) -> None:
    site.settings('by = ["tags"]\n[feeds.group.tags]\nminimum = 2')
    site.post(1, "tags: [二]")
    site.post(2, "tags: [二, 一]")
    site.build()
    site.post(2, "tags: [一]")
    [problem] = site.build().problems
    assert (problem.rule, str(problem.at)) == ("small-feed", "publisher.toml:14:1")
    assert problem.message.endswith("subscribers keep the one they have (tags): 二")
    assert site.folders() == [".", "tags/二"]
    assert site.titles("tags/二") == ["第1天"]
    assert site.build().problems == ()
    site.post(1, "tags: [二]")
    site.post(2, "tags: [二]")
    site.build()
    assert lock_of(site) == ["feed tags/二 path=二"]


def test_feeds_stay_when_more_posts_are_asked_of_new_ones(site: GroupedSite) -> None:
    site.post(1, "tags: [一]")
    site.build()
    site.settings('by = ["tags"]\n[feeds.group.tags]\nminimum = 2')
    site.post(2, "tags: [二]")
    assert rules_of(site.build().problems) == ["small-feed"]
    assert site.folders() == [".", "tags/一"]


def test_a_term_that_no_post_has_any_more_is_told_once_and_keeps_its_folder_for_later(site: GroupedSite) -> None:
    site.settings('by = ["tags"]\n[feeds.group.tags.paths]\n"甲" = "first"')
    site.post(1, "tags: [甲]")
    site.build()
    site.post(1, "tags: [乙]")
    assert rules_of(site.build().problems) == ["feed-gone"]
    assert site.build().problems == ()
    site.settings('by = ["tags"]')
    site.post(1, "tags: [甲]")
    site.build()
    assert site.folders() == [".", "tags/first"]


HUGO = 'disableKinds = ["RSS"]\n'


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


def test_a_site_without_a_post_is_told_that_its_feed_is_empty(site: GroupedSite) -> None:
    site.settings("")
    site.post(1, "draft: true")
    [problem] = site.build().problems
    assert (problem.rule, problem.message) == ("empty-feed", "no post may be seen: the feed 山城週記 is empty")
    assert feedparser.parse((site.feeds / "rss.xml").read_bytes()).version == "rss20"


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

"""Feeds of tags, people and whatever else a front matter lists."""

import json
from pathlib import Path

import pytest

from publisher.errors import PublisherError
from publisher.pipeline.term_folders import folder_name
from publisher.syndication.groups import term_name
from tests.unit.pipeline.grouped_site import GroupedSite


@pytest.fixture
def site(tmp_path: Path) -> GroupedSite:
    return GroupedSite(tmp_path)


def test_each_tag_has_a_feed_of_its_own_in_every_format(site: GroupedSite) -> None:
    site.post(1, "tags: [地圖, AI Agent]")
    site.post(2, "tags: [地圖]")
    report = site.build()
    assert site.folders() == [".", "tags/ai-agent", "tags/地圖"]
    assert site.titles("tags/地圖") == ["第2天", "第1天"]
    assert (len(report.files), report.entries, report.problems) == (9, 2, ())
    feed = json.loads((site.feeds / "tags/地圖/feed.json").read_bytes())
    assert feed["feed_url"] == "https://shan.example/feeds/tags/%E5%9C%B0%E5%9C%96/feed.json"
    assert feed["title"] == "地圖 · 山城週記"


def test_a_feed_leads_to_the_page_that_hugo_makes_for_its_term(site: GroupedSite) -> None:
    site.settings('by = ["tags", "related_people"]')
    site.post(1, "tags: [C++]\nrelated_people: [sam]")
    site.build()
    assert site.feed("tags/c++").feed.link == "https://shan.example/tags/c++/"
    assert site.feed("related_people/sam").feed.link == "https://shan.example/"


def test_any_list_and_any_single_value_makes_feeds(site: GroupedSite) -> None:
    site.settings('by = ["related_people", "source_name"]')
    site.post(1, "related_people: [sam-altman, jane]\nsource_name: 山城電台")
    site.build()
    assert site.folders() == [".", "related_people/jane", "related_people/sam-altman", "source_name/山城電台"]


def test_a_term_is_called_what_its_own_page_says(site: GroupedSite) -> None:
    site.post(1, "tags: [openai]")
    site.file("content/tags/openai/_index.md", "---\ntitle: OpenAI 公司\n---\n")
    site.build()
    assert site.feed("tags/openai").feed.title == "OpenAI 公司 · 山城週記"


def test_a_person_is_called_what_their_page_says(site: GroupedSite) -> None:
    site.settings('by = ["related_people", "guests"]\n[feeds.group.guests]\npages = "people"')
    site.post(1, "related_people: [Sam-Altman, nobody]\nguests: [jane]")
    site.file("content/people/sam-altman.md", "---\ntitle: 山姆．奧特曼\n---\n")
    site.file("content/people/jane/index.md", "---\nname_zh: 王珍\n---\n")
    site.build()
    assert site.feed("related_people/sam-altman").feed.title == "山姆．奧特曼 · 山城週記"
    assert site.feed("related_people/sam-altman").feed.link == "https://shan.example/people/sam-altman/"
    assert site.feed("related_people/nobody").feed.title == "nobody · 山城週記"
    assert site.feed("guests/jane").feed.title == "王珍 · 山城週記"


def test_a_term_page_speaks_before_a_page_elsewhere(site: GroupedSite) -> None:
    site.settings('by = ["related_people"]')
    site.post(1, "related_people: [sam]")
    site.file("content/people/sam.md", "---\ntitle: 人物頁\n---\n")
    site.file("content/related_people/sam/_index.md", "---\ntitle: 專頁\n---\n")
    site.build()
    assert site.feed("related_people/sam").feed.title == "專頁 · 山城週記"


def test_a_page_that_is_not_public_names_nothing(site: GroupedSite) -> None:
    site.settings('by = ["related_people"]')
    site.post(1, "related_people: [sam]")
    site.file("content/people/sam.md", "---\ntitle: 秘密\ndraft: true\n---\n")
    site.build()
    assert site.feed("related_people/sam").feed.title == "sam · 山城週記"


def test_a_name_is_never_capitalised(site: GroupedSite) -> None:
    site.post(1, "tags: [openai, iPhone]")
    site.build()
    assert site.feed("tags/openai").feed.title == "openai · 山城週記"
    assert site.feed("tags/iphone").feed.title == "iPhone · 山城週記"


def test_two_terms_at_one_address_are_an_error_that_names_both_places(site: GroupedSite) -> None:
    site.post(1, "tags:\n  - 地圖\n  - 人工智慧")
    site.post(2, "tags: [人工智慧。]")
    report = site.build()
    [problem] = report.problems
    assert (problem.rule, problem.severity) == ("feed-clash", "error")
    assert str(problem.at) == "content/posts/02.md:4:8"
    assert '"人工智慧。" (tags)' in problem.message
    assert '"人工智慧" (tags) in content/posts/01.md:6:5' in problem.message
    assert site.titles("tags/人工智慧") == ["第1天"]


def test_a_term_does_not_take_the_place_of_another_file(site: GroupedSite) -> None:
    site.settings('by = ["tags"]\n[feeds.group.tags]\npath = "."')
    site.post(1, "tags: [rss.xml, ok]")
    report = site.build()
    assert [problem.rule for problem in report.problems] == ["feed-clash"]
    assert site.folders() == [".", "ok"]


@pytest.mark.parametrize("tag", ["？！", "🎉", "..", "長" * 90])
def test_a_term_without_a_usable_name_is_told_and_the_others_get_their_feeds(site: GroupedSite, tag: str) -> None:
    site.post(1, f'tags: [ok, "{tag}"]')
    report = site.build()
    assert [(one.rule, str(one.at)) for one in report.problems] == [
        ("feed-without-address", "content/posts/01.md:4:12")
    ]
    assert site.folders() == [".", "tags/ok"]


@pytest.mark.parametrize(
    ("name", "folder"),
    [("a/b", "a-b"), ("..\\..\\x", "dot-.-..-x"), (".net", "dot-net"), ("c#", "c#"), ("100%41", "10041")],
)
def test_a_folder_leads_nowhere_else(name: str, folder: str) -> None:
    assert folder_name(name) == folder


@pytest.mark.parametrize(
    ("written", "folder"),
    [
        ("R & D", "r--d"),
        ("來源 & <節目>", "來源--節目"),
        ("A  B", "a--b"),
        ("C#", "c#"),
        ("人工智慧。", "人工智慧"),
        ("「引號」", "引號"),
        ("Foo_Bar", "foo_bar"),
        ("全形　空白", "全形-空白"),
        ("-x-", "-x-"),
        ("café", "café"),
        ("C++", "c++"),
    ],
)
def test_a_folder_is_the_one_that_hugo_makes_for_the_term(written: str, folder: str) -> None:
    """Measured on Hugo 0.168."""
    assert folder_name(term_name(written)) == folder


def test_ten_thousand_tags_on_a_post_are_told(site: GroupedSite) -> None:
    site.post(1, "tags: [" + ", ".join(f"t{number}" for number in range(10_000)) + "]")
    report = site.build()
    told = [problem for problem in report.problems if problem.rule == "too-many-terms"]
    assert [(str(one.at), "10000 tags" in one.message) for one in told] == [("content/posts/01.md:4:7", True)]
    assert len(site.folders()) == 101


def test_terms_with_few_posts_may_stay_without_feed(site: GroupedSite) -> None:
    site.settings('by = ["tags"]\n[feeds.group.tags]\nminimum = 2')
    site.post(1, "tags: [一, 二]")
    site.post(2, "tags: [二]")
    site.build()
    assert site.folders() == [".", "tags/二"]


def test_drafts_and_future_posts_have_no_terms(site: GroupedSite) -> None:
    site.post(1, "tags: [秘密]\ndraft: true")
    site.post(20, "tags: [秘密]")
    site.build()
    assert site.folders() == ["."]


def test_a_post_is_rendered_once_however_many_feeds_show_it(site: GroupedSite) -> None:
    site.post(1, "tags: [一, 二, 三]", "{{< nowhere >}}")
    report = site.build()
    assert [problem.rule for problem in report.problems].count("unknown-shortcode") == 1


def test_posts_beyond_the_limit_of_the_site_feed_are_in_their_own(site: GroupedSite) -> None:
    site.settings('limit = 1\nby = ["tags"]')
    for day in (1, 2, 3):
        site.post(day, f"tags: [第{day}]")
    report = site.build()
    assert (site.titles("."), site.titles("tags/第1"), report.entries) == (["第3天"], ["第1天"], 3)


def test_a_table_for_a_key_that_makes_no_feeds_is_refused(site: GroupedSite) -> None:
    site.settings('by = ["tags"]\n[feeds.group.people]\nminimum = 2')
    with pytest.raises(PublisherError, match=r'write by = \["tags", "people"\]'):
        site.build()


@pytest.mark.parametrize("title", ["no term", "{term} {name}", "{term.__class__}", "{{term}}", "{term"])
def test_a_title_that_can_not_be_filled_in_is_refused(site: GroupedSite, title: str) -> None:
    site.settings(f'by = ["tags"]\n[feeds.group.tags]\ntitle = "{title}"')
    with pytest.raises(PublisherError, match="not a title for feeds"):
        site.build()

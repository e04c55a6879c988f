from datetime import datetime
from typing import Any

import pytest
from jinja2 import DictLoader, Environment

from publisher.errors import ContentError, TemplateError
from publisher.model.feed import Entry
from publisher.model.post import Image, Rendered
from publisher.syndication.entries import make_entry, shows_near_top
from publisher.templates import FEEDS, environment
from tests.feed_samples import AUDIO, HERO, SITE, TAIPEI, a_post, a_rendered

ENV = environment(FEEDS, None)
PICTURE = f'<img src="{HERO.url}" alt="">'


def entry_of(rendered: Rendered | None = None, **changes: Any) -> Entry:
    return make_entry(a_post(**changes), rendered or a_rendered(), "guid", ENV)


def test_an_entry_says_what_its_post_says() -> None:
    entry = entry_of(guid="", source_name="電台", source_url="https://radio.example/1")
    assert (entry.guid, entry.url, entry.title) == ("guid", f"{SITE}posts/20261005-city/", "看不見的城市")
    assert entry.categories == ("散步", "城市", "地圖")
    assert (entry.source_url, entry.source_name) == ("https://radio.example/1", "電台")
    assert entry.problems == ()


def test_the_html_is_hero_text_and_source_line() -> None:
    entry = entry_of(source_name="A & B", source_url="https://radio.example/?a=1&b=2")
    assert entry.html == (
        f'<p><img src="{HERO.url}" alt="雲海" width="1200" height="675"></p>\n'
        "<p>第一段。</p>\n"
        '<p>原文來源：<a href="https://radio.example/?a=1&amp;b=2">A &amp; B</a></p>\n'
    )


def test_a_post_without_picture_and_source_is_its_text() -> None:
    assert entry_of(hero=None).html == "<p>第一段。</p>\n"


def test_a_picture_of_unknown_size_has_no_size() -> None:
    image = Image(url="https://cdn.example/a.jpg", alt='"quoted"')
    assert entry_of(hero=image).html.startswith('<p><img src="https://cdn.example/a.jpg" alt="&#34;quoted&#34;"></p>')


@pytest.mark.parametrize(
    "html",
    [
        f"<p>{PICTURE}</p><p>…</p>",
        f"<blockquote><p>本文整理自電台。</p></blockquote><figure>{PICTURE}</figure>",
        f'<p><img alt="x" src="{HERO.url}?w=800#top"></p>',
        f'<p><img src="https://other.example/x.png"> {PICTURE}</p>',
    ],
)
def test_a_hero_that_the_text_begins_with_is_shown_once(html: str) -> None:
    assert entry_of(a_rendered(html)).html.count("hero.webp") == 1


def test_a_hero_far_down_in_the_text_is_shown_at_the_top_too() -> None:
    html = f"<p>{'長' * 301}</p><p>{PICTURE}</p>"
    assert not shows_near_top(html, HERO.url)
    assert entry_of(a_rendered(html)).html.count("hero.webp") == 2


def test_an_address_in_a_text_is_compared_unescaped() -> None:
    assert shows_near_top('<img src="https://a.example/b&amp;c.jpg">', "https://a.example/b&c.jpg")


def test_the_summary_is_the_description_else_the_first_sentences() -> None:
    assert entry_of().summary == "城市裡有一半的路不在地圖上。"
    long = a_rendered(text="第一句。" + "很長" * 200)
    assert entry_of(long, description="").summary.startswith("第一句。")
    assert len(entry_of(long, description="").summary) <= 200


def test_a_post_without_title_is_called_by_its_first_words_else_by_its_address() -> None:
    assert entry_of(title="  ").title == "第一段。"
    assert entry_of(a_rendered("", ""), title="\x00").title == f"{SITE}posts/20261005-city/"


def test_a_full_width_space_in_a_title_is_meant() -> None:
    assert entry_of(title=" 上　下\n卷 ").title == "上　下 卷"


def test_a_change_before_publication_does_not_count() -> None:
    early = datetime(2026, 10, 1, tzinfo=TAIPEI)
    entry = entry_of(updated=early)
    assert entry.updated == entry.published
    assert entry_of(updated=None).updated == entry.published


def test_a_post_without_date_is_refused() -> None:
    with pytest.raises(ContentError, match=r"content/posts/20261005-city\.md: a post without a date"):
        entry_of(published=None)


def test_a_source_without_name_is_called_by_its_host() -> None:
    assert entry_of(source_url="https://www.radio.example/x").source_name == "radio.example"


def test_a_source_without_address_is_named_without_link() -> None:
    entry = entry_of(source_name="口述", language="en")
    assert entry.html.endswith("<p>Source: 口述</p>\n")
    assert entry.source_url == ""


def test_a_chinese_address_of_a_source_is_encoded_once() -> None:
    entry = entry_of(source_url="https://radio.example/節目/%E5%B1%B1 1")
    assert entry.source_url == "https://radio.example/%E7%AF%80%E7%9B%AE/%E5%B1%B1%201"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "radio.example/1", "http://[bad", "https://"])
def test_a_source_that_is_no_web_address_is_told_and_not_linked(address: str) -> None:
    entry = entry_of(source_url=address, source_name="電台")
    assert (entry.source_url, "href" in entry.html) == ("", False)
    [problem] = entry.problems
    assert (problem.rule, problem.severity) == ("source-url", "warning")
    assert str(problem.at) == "content/posts/20261005-city.md"


def test_characters_that_xml_forbids_are_left_out_and_told_with_post_and_offset() -> None:
    entry = entry_of(a_rendered("<p>倒\x08退</p>", "倒\x08退"), title="鈴\x07聲", description="")
    assert (entry.title, entry.summary) == ("鈴聲", "倒退")
    assert "<p>倒退</p>" in entry.html
    assert [str(problem.at) for problem in entry.problems] == ["content/posts/20261005-city.md"] * 2
    assert [problem.message for problem in entry.problems] == [
        'title holds U+0007 at character 1 after "鈴": left out',
        'the text holds U+0008 at character 4 after "<p>倒": left out',
    ]


def test_characters_that_a_title_has_lost_already_are_told_too() -> None:
    params = {"title": "a\x08b", "description": "x\x01y", "weight": 3}
    entry = make_entry(a_post(title="ab", description="xy", params=params), a_rendered(), "urn:x:1", ENV)
    assert [problem.message.partition(" at ")[0] for problem in entry.problems] == [
        "title holds U+0008",
        "description holds U+0001",
    ]


def test_season_and_episode_come_with_audio() -> None:
    numbers = {"season": 2, "episode": "7", "explicit": True}
    entry = entry_of(audio=AUDIO, params=numbers)
    assert (entry.season, entry.episode, entry.explicit) == (2, 7, True)
    silent = entry_of(params=numbers)
    assert (silent.season, silent.episode, silent.explicit) == (None, None, False)


@pytest.mark.parametrize("number", [0, -1, "one", 1.5, "²"])
def test_a_number_that_is_none_is_told(number: object) -> None:
    entry = entry_of(audio=AUDIO, params={"episode": number})
    assert entry.episode is None
    assert [problem.rule for problem in entry.problems] == ["podcast-number"]


def test_a_site_may_bring_its_own_template() -> None:
    env = Environment(loader=DictLoader({"entry.html.j2": "{{ html }}\n<p>{{ post.title }}</p>"}), autoescape=True)
    entry = make_entry(a_post(title="A < B"), a_rendered(), "guid", env)
    assert entry.html == "<p>第一段。</p>\n<p>A &lt; B</p>\n"


def test_a_broken_template_is_told_by_its_name() -> None:
    env = Environment(loader=DictLoader({"entry.html.j2": "{{ html"}), autoescape=True)
    with pytest.raises(TemplateError, match="entry"):
        make_entry(a_post(), a_rendered(), "guid", env)

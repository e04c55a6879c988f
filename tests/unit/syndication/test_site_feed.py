from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publisher.config import Config, parse_config
from publisher.errors import ConfigError
from publisher.model.feed import Entry, Feed
from publisher.syndication.groups import terms_of
from publisher.syndication.site_feed import FeedPlan, feed_path, make_feed, make_podcast, plan_site_feed, plan_term_feed
from tests.feed_samples import COVER, a_full_entry, a_post, an_entry

if TYPE_CHECKING:
    from publisher.model.post import Card

SITE = """
[site]
title = "山城週記"
url = "https://shan.example/blog"
language = "zh-TW"
"""
PODCAST = """
[podcast]
cover = "cover.jpg"
category = "Society & Culture/Documentary"
"""


def a_config(text: str = "") -> Config:
    return parse_config(SITE + text, Path("site/publisher.toml"))


def site_feed(config: Config, *entries: Entry) -> Feed:
    return make_feed(config, plan_site_feed(config, []), entries)


def term_plan(text: str, title: str = "散步", home_url: str = "") -> FeedPlan:
    cards: list[Card] = [a_post(key=f"{number}.md") for number in range(3)]
    [term] = terms_of(cards, "categories")
    return plan_term_feed(a_config(text), term, "散步", title, home_url)


def test_the_feed_of_a_term_has_an_address_and_an_id_of_its_own() -> None:
    config = a_config('[feeds]\nby = ["categories"]')
    plan = term_plan('[feeds]\nby = ["categories"]')
    feed = make_feed(config, plan, [])
    assert plan.folder == "feeds/categories/散步"
    below = "https://shan.example/blog/feeds/categories/%E6%95%A3%E6%AD%A5/"
    assert dict(feed.urls) == {"rss": f"{below}rss.xml", "atom": f"{below}atom.xml", "json": f"{below}feed.json"}
    assert (feed.guid, feed.title, feed.home_url) == (below, "散步 · 山城週記", "https://shan.example/blog/")


def test_a_group_says_how_its_feeds_are_called_where_they_lie_and_how_long_they_are() -> None:
    plan = term_plan(
        '[feeds]\nby = ["categories"]\n[feeds.group.categories]\ntitle = "{site}：{term}"\npath = "on/"\nlimit = 2',
        title="慢{site}走",
        home_url="https://shan.example/blog/walks/",
    )
    assert (plan.folder, plan.title, len(plan.posts)) == ("feeds/on/散步", "山城週記：慢{site}走", 2)
    assert plan.home_url == "https://shan.example/blog/walks/"


def test_the_feeds_of_a_group_lie_inside_the_output_folder() -> None:
    with pytest.raises(ConfigError, match=r"feeds\.group\.categories\.path"):
        term_plan('[feeds]\nby = ["categories"]\n[feeds.group.categories]\npath = "../x"')


def test_a_feed_is_served_below_the_address_of_its_site() -> None:
    feed = site_feed(a_config(), an_entry())
    assert dict(feed.urls) == {
        "rss": "https://shan.example/blog/feeds/rss.xml",
        "atom": "https://shan.example/blog/feeds/atom.xml",
        "json": "https://shan.example/blog/feeds/feed.json",
    }
    assert feed.home_url == "https://shan.example/blog/"


def test_only_the_formats_that_are_wanted_have_an_address() -> None:
    feed = site_feed(a_config('[feeds]\nformats = ["atom"]\nhubs = ["https://hub.example/"]'))
    assert list(feed.urls) == ["atom"]
    assert feed.hubs == ("https://hub.example/",)


def test_a_site_without_description_is_described_by_its_title() -> None:
    assert site_feed(a_config()).description == "山城週記"


def test_a_site_without_author_has_a_feed_without_author() -> None:
    assert site_feed(a_config()).authors == ()
    [author] = site_feed(a_config('author = "林小山"\nauthor_email = "lin@example.org"')).authors
    assert (author.name, author.email) == ("林小山", "lin@example.org")


@pytest.mark.parametrize(("path", "file"), [("feeds", "feeds/a"), ("/rss/all/", "rss/all/a"), (".", "a"), ("", "a")])
def test_feeds_may_lie_in_any_folder_of_the_site(path: str, file: str) -> None:
    assert feed_path(a_config(f'[feeds]\npath = "{path}"'), "a") == file


@pytest.mark.parametrize("path", ["../up", "a/../../b", "a b", "a?b", "a\\\\b"])
def test_feeds_lie_nowhere_else(path: str) -> None:
    with pytest.raises(ConfigError, match=r"feeds\.path can't be"):
        feed_path(a_config(f'[feeds]\npath = "{path}"'), "a")


def test_a_podcast_takes_from_the_site_what_it_does_not_say_itself() -> None:
    config = a_config(PODCAST)
    assert config.podcast
    podcast = make_podcast(config, config.podcast, [an_entry(3), a_full_entry()], COVER)
    assert (podcast.feed.title, podcast.feed.description, podcast.author) == ("山城週記", "山城週記", "山城週記")
    assert (podcast.category, podcast.subcategory) == ("Society & Culture", "Documentary")
    assert podcast.url == "https://shan.example/blog/feeds/podcast.xml"
    assert [entry.guid for entry in podcast.feed.entries] == [a_full_entry().guid]

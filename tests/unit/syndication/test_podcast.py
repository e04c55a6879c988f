from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from publisher.errors import FeedError, PublisherErrors
from publisher.model.post import Image
from publisher.syndication.apple_categories import CATEGORIES
from publisher.syndication.feedgen_repairs import ATOM
from publisher.syndication.podcast import playable, podcast_guid, render_podcast
from publisher.syndication.podcast_rules import cover_fault
from publisher.syndication.podcast_tags import ITUNES, PODCAST
from tests.feed_samples import AUDIO, COVER, SITE, a_feed, a_full_entry, a_podcast, an_entry


def channel_of(*entries: Any, **changes: Any) -> Any:
    return etree.fromstring(render_podcast(a_podcast(*entries, **changes)))[0]


def itunes(element: Any, name: str) -> str | None:
    found: str | None = element.findtext(f"{{{ITUNES}}}{name}")
    return found


def test_the_guid_of_a_podcast_is_that_of_its_specification() -> None:
    assert podcast_guid("https://podnews.net/rss") == "9b024349-ccf0-5f69-a609-6b82873eab3c"
    assert podcast_guid("http://podnews.net/rss/") == podcast_guid("https://podnews.net/rss")


def test_the_show_has_what_apple_requires() -> None:
    channel = channel_of(a_full_entry())
    assert (itunes(channel, "author"), itunes(channel, "explicit"), itunes(channel, "type")) == (
        "林小山",
        "false",
        "episodic",
    )
    assert channel.find(f"{{{ITUNES}}}image").get("href") == COVER.url
    assert channel.find(f"{{{ITUNES}}}category").get("text") == "Society & Culture"
    assert channel.find(f"{{{ITUNES}}}category/{{{ITUNES}}}category").get("text") == "Documentary"
    assert itunes(channel.find(f"{{{ITUNES}}}owner"), "email") == "owner@shan.example"
    assert channel.findtext(f"{{{PODCAST}}}guid") == "9b024349-ccf0-5f69-a609-6b82873eab3c"
    assert channel.findtext(f"{{{PODCAST}}}medium") == "podcast"
    assert channel.find(f"{{{ATOM}}}link[@rel='self']").get("href") == f"{SITE}feeds/podcast.xml"


def test_an_episode_has_its_enclosure_duration_and_numbers() -> None:
    item = channel_of(a_full_entry()).find("item")
    assert dict(item.find("enclosure").attrib) == {"url": AUDIO.url, "length": "7654321", "type": "audio/mpeg"}
    names = ("duration", "season", "episode", "explicit", "episodeType", "author")
    assert [itunes(item, name) for name in names] == ["755", "2", "7", "false", "full", "林小山, Ann Lee"]


def test_an_episode_without_numbers_has_none() -> None:
    entry = an_entry(enclosure=replace(AUDIO, duration_s=None), explicit=True)
    item = channel_of(entry).find("item")
    assert [itunes(item, name) for name in ("duration", "season", "episode")] == [None, None, None]
    assert (itunes(item, "author"), itunes(item, "explicit")) == ("林小山", "true")


def test_entries_without_audio_are_no_episodes() -> None:
    channel = channel_of(an_entry(3), a_full_entry(), an_entry(1))
    assert [item.findtext("guid") for item in channel.findall("item")] == [f"{SITE}posts/2/"]


def test_a_podcast_is_locked_where_there_is_an_owner_to_ask() -> None:
    locked = channel_of(a_full_entry()).find(f"{{{PODCAST}}}locked")
    assert (locked.text, locked.get("owner")) == ("yes", "owner@shan.example")
    nobody = channel_of(a_full_entry(), owner_email="")
    assert nobody.findtext(f"{{{PODCAST}}}locked") == "no"
    assert nobody.find(f"{{{ITUNES}}}owner") is None


def test_descriptions_are_cut_to_4000_bytes_between_characters() -> None:
    feed = a_feed(a_full_entry(summary="山" * 2000), description="水" * 2000)
    channel = channel_of(feed=feed)
    for text in (channel.findtext("description"), channel.findtext("item/description")):
        assert len(text.encode()) <= 4000
        assert text == text[0] * 1332 + "…"


def test_a_square_picture_is_the_cover_of_its_episode() -> None:
    square = Image(url=f"{SITE}a.png", mime_type="image/png", width=1500, height=1500)
    item = channel_of(a_full_entry(image=square)).find("item")
    assert item.find(f"{{{ITUNES}}}image").get("href") == square.url
    assert channel_of(a_full_entry()).find(f"item/{{{ITUNES}}}image") is None


@pytest.mark.parametrize(
    ("change", "rule", "words"),
    [
        ({"mime_type": "image/webp"}, "podcast-cover-type", "image/webp, not JPEG or PNG"),
        ({"mime_type": ""}, "podcast-cover-type", "of no known type"),
        ({"url": f"{SITE}cover.png"}, "podcast-cover-type", "cover.png is image/jpeg"),
        ({"width": 1500}, "podcast-cover-square", "not square: 1500 × 1400 pixels"),
        ({"width": 1399, "height": 1399}, "podcast-cover-size", "1399 × 1399"),
        ({"width": 3001, "height": 3001}, "podcast-cover-size", "3001 × 3001"),
    ],
)
def test_a_cover_that_apple_would_reject_is_refused(change: dict[str, Any], rule: str, words: str) -> None:
    with pytest.raises(FeedError, match=words) as caught:
        render_podcast(a_podcast(a_full_entry(), cover=replace(COVER, **change)))
    assert caught.value.rule == rule
    assert caught.value.hint


@pytest.mark.parametrize(
    "cover",
    [
        replace(COVER, width=3000, height=3000),
        replace(COVER, url=f"{SITE}Cover.JPEG?v=2", path=Path("static/Cover.JPEG")),
        replace(COVER, width=0, height=0),
    ],
)
def test_a_cover_that_apple_takes_passes(cover: Image) -> None:
    assert cover_fault(cover) is None


@pytest.mark.parametrize(
    ("category", "subcategory", "hint"),
    [
        ("society & culture", "", 'did you mean "Society & Culture"?'),
        ("Arts", "Book", 'did you mean "Books"?'),
        ("Technology", "Podcasting", "leave the subcategory out"),
        ("走路", "", f"write one of: {', '.join(CATEGORIES)}"),
    ],
)
def test_an_unknown_category_is_refused_with_the_nearest_name(category: str, subcategory: str, hint: str) -> None:
    with pytest.raises(FeedError) as caught:
        render_podcast(a_podcast(a_full_entry(), category=category, subcategory=subcategory))
    assert (caught.value.rule, caught.value.hint) == ("podcast-category", hint)


def test_apple_has_110_categories() -> None:
    assert len(CATEGORIES) + sum(len(below) for below in CATEGORIES.values()) == 110


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"mime_type": ""}, "podcast-type"),
        ({"mime_type": "audio/ogg"}, "podcast-type"),
        ({"length_bytes": 0}, "podcast-length"),
    ],
)
def test_an_episode_that_apple_would_reject_is_kept_out_of_the_show(change: dict[str, Any], rule: str) -> None:
    bad = an_entry(3, enclosure=replace(AUDIO, **change))
    good, faults = playable([bad, a_full_entry(), an_entry(1)])
    assert [entry.guid for entry in good] == [f"{SITE}posts/2/"]
    assert [(fault.rule, fault.guid) for fault in faults] == [(rule, bad.guid)]
    with pytest.raises(FeedError):
        render_podcast(a_podcast(bad))


def test_all_faults_are_told_together() -> None:
    podcast = a_podcast(an_entry(enclosure=replace(AUDIO, length_bytes=0)), category="x", author="")
    with pytest.raises(PublisherErrors) as caught:
        render_podcast(podcast)
    rules = {error.rule for error in caught.value.errors if isinstance(error, FeedError)}
    assert rules == {"podcast-category", "podcast-author", "podcast-length"}

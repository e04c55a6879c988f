"""What a whole feed reader makes of our feeds: lemon24/reader, which keeps entries and says which are new."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from reader import Entry as Shown
from reader import Reader, make_reader

from publisher.model.feed import Feed
from publisher.syndication.json_feed import render_json
from publisher.syndication.podcast import render_podcast
from publisher.syndication.rss_atom import render_atom, render_rss
from publisher.syndication.rules import known_rules
from tests.feed_samples import SITE, a_feed, a_full_entry, a_podcast, an_entry

FORMATS: dict[str, Callable[[Feed], bytes]] = {"rss": render_rss, "atom": render_atom, "json": render_json}
FULL = a_feed(a_full_entry(), an_entry(1))


class Subscriber:
    """Somebody who has subscribed to one feed, in a folder instead of on the web."""

    def __init__(self, reader: Reader, file: Path) -> None:
        self._reader = reader
        self._file = file
        reader.add_feed(file.name)

    def fetch(self, document: bytes) -> tuple[int, int]:
        """Fetch the feed as it is now; gives how many entries are new, and how many have changed."""
        self._file.write_bytes(document)
        updated = self._reader.update_feed(self._file.name)
        assert self._reader.get_feed(self._file.name).last_exception is None
        return (updated.new, updated.modified or 0) if updated else (0, 0)

    @property
    def entries(self) -> dict[str, Shown]:
        return {entry.id: entry for entry in self._reader.get_entries()}

    @property
    def unread(self) -> int:
        return self._reader.get_entry_counts(read=False).total or 0

    def read_all(self) -> None:
        for entry in self._reader.get_entries(read=False):
            self._reader.mark_entry_as_read(entry)


@pytest.fixture
def subscriber(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Subscriber]:
    # Without a server that says so, the name tells that a feed is JSON.
    kind = "json" if "[json]" in request.node.name else "xml"
    reader = make_reader(":memory:", feed_root=str(tmp_path))
    yield Subscriber(reader, tmp_path / f"feed.{kind}")
    reader.close()


@pytest.mark.parametrize("form", FORMATS)
def test_a_reader_shows_every_entry_as_it_is(form: str, subscriber: Subscriber) -> None:
    assert subscriber.fetch(FORMATS[form](FULL)) == (2, 0)
    for entry in FULL.entries:
        shown = subscriber.entries[entry.guid]
        assert (shown.link, shown.title, shown.summary) == (entry.url, entry.title, entry.summary)
        assert shown.published == entry.published
        assert [content.value.strip() for content in shown.content] == [entry.html.strip()]
        enclosure = entry.enclosure
        expected = [(enclosure.url, enclosure.length_bytes, enclosure.mime_type)] if enclosure else []
        assert [(one.href, one.length, one.type) for one in shown.enclosures] == expected


@pytest.mark.parametrize("form", FORMATS)
def test_a_feed_that_did_not_change_brings_nothing(form: str, subscriber: Subscriber) -> None:
    subscriber.fetch(FORMATS[form](FULL))
    assert subscriber.fetch(FORMATS[form](FULL)) == (0, 0)


@pytest.mark.parametrize("form", FORMATS)
def test_posts_at_other_addresses_on_another_domain_are_not_unread_again(form: str, subscriber: Subscriber) -> None:
    subscriber.fetch(FORMATS[form](FULL))
    subscriber.read_all()
    moved = [replace(entry, url=f"https://new.example/{number}/") for number, entry in enumerate(FULL.entries)]
    new, _ = subscriber.fetch(FORMATS[form](a_feed(*moved)))
    assert (new, subscriber.unread) == (0, 0)
    assert {entry.link for entry in subscriber.entries.values()} == {"https://new.example/0/", "https://new.example/1/"}


def test_a_reader_can_tell_a_guid_that_changes(subscriber: Subscriber) -> None:
    subscriber.fetch(render_rss(FULL))
    subscriber.read_all()
    changed = [replace(entry, guid=f"{entry.guid}again") for entry in FULL.entries]
    assert subscriber.fetch(render_rss(a_feed(*changed)))[0] == 2
    assert subscriber.unread == 2


def test_a_reader_finds_the_episodes_of_a_podcast(subscriber: Subscriber) -> None:
    assert subscriber.fetch(render_podcast(a_podcast(a_full_entry(), an_entry(1)))) == (1, 0)
    [episode] = subscriber.entries.values()
    assert [(one.href, one.type) for one in episode.enclosures] == [(f"{SITE}audio/1.mp3", "audio/mpeg")]


@pytest.mark.parametrize(
    ("rule", "html", "shown"),
    [
        ("E1", '<p>一</p><iframe src="https://maps.example/"></iframe>', "<p>一</p>"),
        (
            "E3",
            '<picture><img src="https://a.example/1.png" srcset="https://a.example/2.png 2x"></picture>',
            '<img src="https://a.example/1.png" />',
        ),
        ("E5", "<details><summary>答案</summary>42</details>", "<details>答案42</details>"),
        ("H10", "<p><ruby>漢<rt>ㄏㄢˋ</rt></ruby></p>", "<p>漢ㄏㄢˋ</p>"),
    ],
)
def test_what_rules_say_is_lost_is_lost(rule: str, html: str, shown: str, subscriber: Subscriber) -> None:
    assert "feedparser" in known_rules()[rule].readers
    subscriber.fetch(render_rss(a_feed(an_entry(1, html=html))))
    [entry] = subscriber.entries.values()
    assert entry.content[0].value == shown

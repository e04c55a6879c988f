from datetime import UTC, datetime
from typing import Any

from publisher.syndication.feed_changes import compare_feeds, sentences
from publisher.syndication.read_feed import FoundItem


def an_item(number: int, **changes: Any) -> FoundItem:
    values: dict[str, Any] = {
        "title": f"第{number}篇",
        "link": f"https://shan.example/{number}/",
        "guid": f"urn:{number}",
        "published": datetime(2026, 10, number, tzinfo=UTC),
        "content": f"<p>{number}</p>",
    }
    return FoundItem(**{**values, **changes})


def kinds(before: list[FoundItem], after: list[FoundItem]) -> list[tuple[str, str]]:
    return [(one.kind, one.guid) for one in compare_feeds("rss.xml", before, after).changes]


def test_nothing_is_told_of_a_feed_that_stays() -> None:
    same = compare_feeds("rss.xml", [an_item(1)], [an_item(1)])
    assert (same.changes, sentences(same)) == ((), ["nothing changes"])


def test_a_feed_that_nobody_had_has_no_changes() -> None:
    new = compare_feeds("rss.xml", None, [an_item(1)])
    assert (new.before, new.changes, sentences(new)) == (None, (), ["nobody has this feed yet"])


def test_an_entry_with_another_guid_is_unread_again_however_it_is_recognised() -> None:
    old = an_item(1)
    for changes in (
        {"title": "別的", "content": "", "published": None},
        {"link": "https://other.example/x/", "content": ""},
        {"link": "https://other.example/x/", "published": datetime(2026, 1, 1, tzinfo=UTC)},
        {"link": "https://other.example/x/", "title": "別的"},
    ):
        assert kinds([old], [an_item(1, guid="urn:again", **changes)]) == [("re-identified", "urn:again")]


def test_an_entry_that_only_looks_a_little_alike_is_new() -> None:
    other = an_item(2, title="第1篇")
    assert kinds([an_item(1)], [other]) == [("new", "urn:2"), ("aged out", "urn:1")]


def test_two_entries_of_one_name_are_not_one_twice() -> None:
    old = [an_item(1), an_item(1, guid="urn:1b")]
    new = [an_item(1, guid="urn:x"), an_item(1, guid="urn:y")]
    assert kinds(old, new) == [("re-identified", "urn:x"), ("re-identified", "urn:y")]


def test_what_falls_off_the_end_is_not_told_as_lost() -> None:
    assert kinds([an_item(2), an_item(1)], [an_item(3), an_item(2)]) == [("new", "urn:3"), ("aged out", "urn:1")]
    assert kinds([an_item(3), an_item(2), an_item(1)], [an_item(3), an_item(1)]) == [("vanished", "urn:2")]


def test_an_older_entry_that_comes_in_is_told_apart_from_news() -> None:
    assert kinds([an_item(3)], [an_item(3), an_item(1)]) == [("older", "urn:1")]


def test_dates_and_texts_are_told_one_by_one() -> None:
    moved = an_item(1, published=datetime(2026, 10, 9, tzinfo=UTC), content="<p>別的</p>")
    found = compare_feeds("rss.xml", [an_item(1)], [moved])
    assert [(one.kind, one.before, one.after) for one in found.changes] == [
        ("re-dated", "2026-10-01T00:00:00+00:00", "2026-10-09T00:00:00+00:00"),
        ("changed", "", "content"),
    ]


def test_subscribers_are_told_in_plain_words() -> None:
    before = [an_item(number) for number in (3, 2, 1)]
    after = [an_item(4), *(an_item(number, guid=f"urn:new{number}") for number in (3, 2, 1))]
    found = compare_feeds("rss.xml", before, after)
    assert found.reruns == 3
    assert sentences(found) == ["3 entries will appear as unread again", "1 entry will appear as new"]

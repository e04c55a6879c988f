from datetime import UTC, datetime
from typing import Any

from publisher.syndication.adopting import adopt_guids
from publisher.syndication.claims import decide
from publisher.syndication.lock import Lock
from publisher.syndication.read_feed import FoundItem
from tests.feed_samples import SITE, a_post


def the_posts(*numbers: int, **changes: Any) -> list[Any]:
    return [
        a_post(
            **{
                "key": f"{n}.md",
                "url": f"{SITE}{n}/",
                "title": f"第{n}篇",
                "published": datetime(2026, 10, n, tzinfo=UTC),
                "text_hash": f"{n}-{n}",
                **changes,
            }
        )
        for n in numbers
    ]


def adopted(posts: list[Any], *items: FoundItem, lock: Lock | None = None) -> tuple[Lock, list[tuple[str, str]]]:
    start = decide(lock or Lock(), posts, lambda _post: "").lock
    after, done = adopt_guids(start, posts, items)
    return after, [(one.outcome, one.key) for one in done]


def test_a_guid_is_taken_over_by_link_whatever_the_domain() -> None:
    lock, done = adopted(the_posts(1), FoundItem(link="http://old.example/1/index.html", guid="urn:old:1"))
    assert done == [("adopted", "1.md")]
    assert lock.lines["1.md"].guid == "urn:old:1"


def test_a_guid_is_taken_over_by_title_and_date() -> None:
    item = FoundItem(link=f"{SITE}elsewhere/", title="第1篇", guid="7", published=datetime(2026, 10, 1, tzinfo=UTC))
    assert adopted(the_posts(1, 2), item)[0].lines["1.md"].guid == "7"


def test_a_title_alone_is_not_enough() -> None:
    assert adopted(the_posts(1), FoundItem(link=f"{SITE}x/", title="第1篇", guid="7"))[1] == [("no such post", "")]


def test_an_item_without_a_guid_is_known_by_its_link_as_readers_do() -> None:
    assert adopted(the_posts(1), FoundItem(link="http://shan.example/1/"))[0].lines["1.md"].guid == (
        "http://shan.example/1/"
    )


def test_the_same_guid_is_no_news() -> None:
    assert adopted(the_posts(1), FoundItem(link=f"{SITE}1/", guid=f"{SITE}1/"))[1] == [("the same", "1.md")]


def test_a_guid_of_another_post_is_not_given_away() -> None:
    lock, done = adopted(the_posts(1, 2), FoundItem(link=f"{SITE}1/", guid=f"{SITE}2/"))
    assert done == [("taken", "1.md")]
    assert lock.lines["1.md"].guid == f"{SITE}1/"


def test_a_guid_that_was_adopted_or_stated_is_for_good() -> None:
    lock, _ = adopted(the_posts(1), FoundItem(link=f"{SITE}1/", guid="urn:one"))
    again, done = adopted(the_posts(1), FoundItem(link=f"{SITE}1/", guid="urn:two"), lock=lock)
    assert (done, again) == ([("another guid", "1.md")], lock)
    assert adopted(the_posts(1, guid="urn:mine"), FoundItem(link=f"{SITE}1/", guid="urn:x"))[1] == [
        ("another guid", "1.md")
    ]


def test_a_post_that_a_feed_has_twice_keeps_the_first_guid() -> None:
    items = (FoundItem(link=f"{SITE}1/", guid="urn:one"), FoundItem(link=f"{SITE}1/", guid="urn:two"))
    assert adopted(the_posts(1), *items)[1] == [("adopted", "1.md"), ("twice", "1.md")]

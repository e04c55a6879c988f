from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from publisher.model.post import Card
from publisher.syndication.archives import Archive, is_page, make_archive, page_path

DAY = datetime(2026, 1, 1, tzinfo=UTC)


def card(number: int, day: int | None = None) -> Card:
    published = DAY + timedelta(days=number if day is None else day)
    return Card(key=f"{number:03}.md", path=Path(), url=f"https://x.example/{number}/", published=published)


def newest_first(*cards: Card) -> tuple[Card, ...]:
    return tuple(sorted(cards, key=lambda one: one.published or DAY, reverse=True))


def keys(archive: Archive) -> list[list[str]]:
    return [[post.key[:3] for post in page] for page in archive.pages]


POSTS = newest_first(*map(card, range(1, 8)))


def test_pages_are_filled_oldest_first_and_the_newest_posts_wait() -> None:
    archive = make_archive(POSTS, {}, 3)
    assert keys(archive) == [["003", "002", "001"], ["006", "005", "004"]]
    assert archive.loose == {"007.md"}


def test_there_is_no_page_before_one_is_full() -> None:
    assert keys(make_archive(POSTS[-2:], {}, 3)) == []


def test_a_post_with_an_old_date_goes_to_a_later_page() -> None:
    known = make_archive(POSTS, {}, 3).given
    archive = make_archive(newest_first(*POSTS, card(8, day=0), card(9, day=2)), known, 3)
    assert keys(archive)[:2] == [["003", "002", "001"], ["006", "005", "004"]]
    assert set(keys(archive)[2]) == {"007", "008", "009"}


def test_a_post_that_goes_leaves_its_place_empty() -> None:
    known = make_archive(POSTS, {}, 3).given
    left = tuple(post for post in POSTS if post.key not in {"001.md", "002.md", "003.md", "005.md"})
    archive = make_archive(left, known, 3)
    assert keys(archive) == [[], ["006", "004"]]
    assert archive.loose == {"007.md"}


def test_another_size_holds_for_new_pages_only() -> None:
    known = make_archive(POSTS, {}, 3).given
    archive = make_archive(POSTS, known, 1)
    assert keys(archive) == [["003", "002", "001"], ["006", "005", "004"], ["007"]]


def test_where_nothing_may_be_decided_posts_wait() -> None:
    archive = make_archive(POSTS, {"001.md": 1}, 3, frozen=True)
    assert keys(archive) == [["001"]]
    assert len(archive.loose) == 6


Step = tuple[str, int, int]
steps = st.lists(st.tuples(st.sampled_from(["add", "delete", "back"]), st.integers(0, 99), st.integers(0, 40)))


@given(steps, st.integers(1, 5))
def test_whatever_comes_and_goes_nobody_changes_the_page(history: list[Step], size: int) -> None:
    here: dict[str, Card] = {}
    known: dict[str, int] = {}
    for act, number, day in history:
        if act == "delete":
            here.pop(f"{number:03}.md", None)
        else:
            here[f"{number:03}.md"] = card(number, day)
        posts = newest_first(*here.values())
        archive = make_archive(posts, known, size)
        assert not archive.given.keys() & known.keys()
        known |= archive.given
        # Every post is in one place, and on the page that it was given first.
        shown = [post.key for page in archive.pages for post in page]
        assert sorted([*shown, *archive.loose]) == sorted(here)
        assert all(known[post.key] == at for at, page in enumerate(archive.pages, start=1) for post in page)
        assert len(archive.loose) < size
        assert len(archive.pages) == max(known.values(), default=0)
    assert all(list(known.values()).count(number) == size for number in known.values())


def test_the_address_of_a_page_is_known_as_one() -> None:
    assert page_path("feeds", "json", 12) == "feeds/archive/json/12.json"
    assert page_path("", "rss", 1) == "archive/rss/1.xml"
    assert all(
        is_page(page_path(folder, form, 3)) for folder in ("", "feeds/標籤/ai") for form in ("rss", "atom", "json")
    )
    assert not any(
        map(is_page, ("feeds/rss.xml", "feeds/archive/rss.xml", "feeds/archive/1/rss.xml", "archive/rss/a.xml"))
    )

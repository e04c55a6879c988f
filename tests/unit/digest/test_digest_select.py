from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from publisher.digest.select import choose_lead, period_before, select_posts
from publisher.model.post import Image, Post
from tests.digest_samples import TAIPEI, WEEK, a_post

BERLIN = ZoneInfo("Europe/Berlin")


def guid(post: Post) -> str:
    return post.guid or post.url


def test_a_week_ends_at_its_hour_and_not_a_second_earlier() -> None:
    due = datetime(2026, 10, 8, 8, tzinfo=TAIPEI)
    on_time = period_before(due, TAIPEI, "thursday", time(8))
    early = period_before(due - timedelta(seconds=1), TAIPEI, "thursday", time(8))
    assert on_time.end == due
    assert early.end == due - timedelta(days=7)
    assert early.end == on_time.start


@pytest.mark.parametrize("days", range(7))
def test_any_moment_until_the_next_end_gives_the_same_week(days: int) -> None:
    due = datetime(2026, 10, 8, 8, tzinfo=TAIPEI)
    later = due + timedelta(days=days, hours=23, minutes=59)
    assert period_before(later, TAIPEI, "thursday", time(8)).end == due


def test_the_newsletters_zone_decides_which_day_it_is() -> None:
    monday_in_taipei = datetime(2026, 10, 4, 16, tzinfo=UTC)
    assert period_before(monday_in_taipei, TAIPEI, "monday", time(0)).end == monday_in_taipei
    assert period_before(monday_in_taipei, ZoneInfo("UTC"), "monday", time(0)).end == datetime(2026, 9, 28, tzinfo=UTC)


@pytest.mark.parametrize(("now", "hours"), [((2026, 3, 30, 9), 167), ((2026, 10, 26, 9), 169), ((2026, 6, 1, 9), 168)])
def test_a_week_with_a_change_of_clocks_is_an_hour_shorter_or_longer(
    now: tuple[int, int, int, int], hours: int
) -> None:
    period = period_before(datetime(*now, tzinfo=BERLIN), BERLIN, "monday", time(8))
    assert period.end - period.start == timedelta(hours=hours)
    assert period.end.astimezone(BERLIN).hour == period.start.astimezone(BERLIN).hour == 8


def test_weeks_follow_each_other_without_gap_or_overlap() -> None:
    now = datetime(2026, 12, 1, tzinfo=UTC)
    weeks = [period_before(now - timedelta(days=7 * back), BERLIN, "sunday", time(2, 30)) for back in range(60)]
    assert all(newer.start == older.end for newer, older in pairwise(weeks))


def test_posts_of_the_week_come_newest_first_and_equal_dates_by_key() -> None:
    same = datetime(2026, 10, 3, tzinfo=UTC)
    posts = [a_post(1), a_post(3, key="b", published=same), a_post(2, key="a", published=same), a_post(6)]
    assert [post.key for post in select_posts(posts, WEEK, frozenset(), guid)] == ["posts/6.md", "a", "b", "posts/1.md"]


def test_what_an_earlier_issue_told_is_not_told_again() -> None:
    posts = [a_post(1), a_post(2)]
    assert select_posts(posts, WEEK, frozenset({posts[0].url}), guid) == (posts[1],)


def test_posts_before_after_and_without_date_stay_out() -> None:
    first, last = WEEK.start, WEEK.end
    posts = [
        a_post(1, published=first),
        a_post(2, published=first - timedelta(microseconds=1)),
        a_post(3, published=last),
        a_post(4, published=None),
    ]
    assert select_posts(posts, WEEK, frozenset(), guid) == (posts[0],)


def test_of_two_posts_with_one_guid_only_the_newest_is_picked() -> None:
    old, new = a_post(1, guid="urn:same"), a_post(2, guid="urn:same")
    assert select_posts([old, new], WEEK, frozenset(), guid) == (new,)


def with_hero(post_number: int, width: int) -> Post:
    hero = Image(url="https://shan.example/x.webp", path=a_post().path, width=width, height=width)
    return a_post(post_number, hero=hero)


def test_the_author_chooses_the_lead_by_featured_then_by_weight() -> None:
    plain, heavy, light = a_post(5), a_post(4, weight=20), a_post(3, weight=10)
    featured = a_post(2, params={"featured": True})
    assert choose_lead([plain, heavy, light, featured], 480) is featured
    assert choose_lead([plain, heavy, light], 480) is light


def test_else_the_newest_with_a_wide_picture_leads_and_else_the_newest() -> None:
    plain, narrow, wide, older = a_post(5), with_hero(4, 300), with_hero(3, 1200), with_hero(2, 1200)
    assert choose_lead([plain, narrow, wide, older], 480) is wide
    assert choose_lead([plain, narrow], 480) is plain


def test_featured_false_is_no_wish() -> None:
    newest, not_featured = a_post(5), a_post(4, params={"featured": False})
    assert choose_lead([newest, not_featured], 480) is newest

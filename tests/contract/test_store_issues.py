"""Every store keeps issues alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from publisher.errors import StoreError
from publisher.model.issue import Issue, Period
from publisher.store.issues import find_issue, freeze_issue, get_issue, latest_issue, manifests, next_number
from publisher.store.open import open_store
from publisher.store.schema import issue_posts, issues

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.store.open import Store

TAIPEI = ZoneInfo("Asia/Taipei")
START = datetime(2026, 2, 2, 8, tzinfo=TAIPEI)
WEEK = Period(start=START, end=START + timedelta(days=7))
ISSUE = Issue(
    newsletter="weekly",
    number=128,
    period=WEEK,
    subject="本週文章:「搜尋」之後",
    preheader="三篇文章",
    html="<p>你好</p>",
    text="你好\n",
    manifest=("guid-乙", "guid-甲"),
    frozen_at=datetime(2026, 2, 9, 8, 0, 0, 123456, tzinfo=TAIPEI),
    content_hash="0" * 64,
    web_url="https://example.org/issues/128/",
)
NEXT = replace(
    ISSUE, number=129, period=Period(start=WEEK.end, end=WEEK.end + timedelta(days=7)), manifest=("guid-丙",)
)


def test_an_issue_comes_back_as_it_was_frozen(store: Store) -> None:
    with store.begin() as connection:
        freeze_issue(connection, ISSUE)
    with store.read() as connection:
        assert find_issue(connection, "weekly", WEEK) == ISSUE
        assert get_issue(connection, "weekly", 128) == ISSUE


def test_moments_come_back_aware_in_utc(store: Store) -> None:
    with store.begin() as connection:
        freeze_issue(connection, ISSUE)
        found = get_issue(connection, "weekly", 128)
    assert found.frozen_at.tzinfo is UTC
    assert found.period.start == datetime(2026, 2, 2, 0, tzinfo=UTC)


def test_a_period_is_the_same_in_any_time_zone(store: Store) -> None:
    elsewhere = Period(start=WEEK.start.astimezone(UTC), end=WEEK.end.astimezone(UTC))
    with store.begin() as connection:
        freeze_issue(connection, ISSUE)
        assert find_issue(connection, "weekly", elsewhere) is not None
        assert find_issue(connection, "weekly", NEXT.period) is None
        assert find_issue(connection, "monthly", WEEK) is None


def test_a_moment_without_zone_is_refused(store: Store) -> None:
    naive = replace(ISSUE, frozen_at=datetime(2026, 2, 9))  # noqa: DTZ001 - the mistake under test
    with pytest.raises(Exception, match="without time zone"), store.begin() as connection:
        freeze_issue(connection, naive)


@pytest.mark.parametrize(
    "second", [replace(NEXT, number=128), replace(NEXT, period=WEEK)], ids=["number taken", "period taken"]
)
def test_a_number_and_a_period_are_given_once(store: Store, second: Issue) -> None:
    with store.begin() as connection:
        freeze_issue(connection, ISSUE)
        with pytest.raises(StoreError, match="already has an issue"):
            freeze_issue(connection, second)
        assert get_issue(connection, "weekly", 128) == ISSUE


def test_another_newsletter_may_have_the_same_number_and_period(store: Store) -> None:
    with store.begin() as connection:
        freeze_issue(connection, ISSUE)
        freeze_issue(connection, replace(ISSUE, newsletter="monthly"))
        assert manifests(connection, "monthly") == {"guid-甲", "guid-乙"}


@pytest.mark.parametrize(
    "change",
    [update(issues).values(subject="other"), delete(issue_posts), update(issue_posts).values(guid="other")],
    ids=["subject", "manifest gone", "manifest changed"],
)
def test_a_frozen_issue_never_changes(store: Store, change: object) -> None:
    with store.begin() as connection:
        freeze_issue(connection, ISSUE)
    with pytest.raises(DBAPIError, match="never changes"), store.begin() as connection:
        connection.execute(change)  # type: ignore[call-overload]
    with store.read() as connection:
        assert get_issue(connection, "weekly", 128) == ISSUE


def test_numbers_go_up_from_the_first_one(store: Store) -> None:
    with store.begin() as connection:
        assert next_number(connection, "weekly", 128) == 128
        freeze_issue(connection, ISSUE)
        assert next_number(connection, "weekly", 1) == 129
        assert next_number(connection, "weekly", 200) == 200
        assert next_number(connection, "monthly", 1) == 1


def test_the_latest_issue_has_the_highest_number(store: Store) -> None:
    with store.begin() as connection:
        assert latest_issue(connection, "weekly") is None
        freeze_issue(connection, NEXT)
        freeze_issue(connection, ISSUE)
        assert latest_issue(connection, "weekly") == NEXT


def test_manifests_gather_what_all_issues_told_of(store: Store) -> None:
    with store.begin() as connection:
        assert manifests(connection, "weekly") == frozenset()
        freeze_issue(connection, ISSUE)
        freeze_issue(connection, NEXT)
        assert manifests(connection, "weekly") == {"guid-甲", "guid-乙", "guid-丙"}


def test_a_missing_issue_names_those_there_are(store: Store) -> None:
    with store.begin() as connection:
        with pytest.raises(StoreError, match="weekly has no issue 7") as caught:
            get_issue(connection, "weekly", 7)
        assert caught.value.hint == "publisher issue weekly"
        freeze_issue(connection, ISSUE)
        with pytest.raises(StoreError) as caught:
            get_issue(connection, "weekly", 7)
        assert caught.value.hint == "the numbers there are go from 128 to 128"


def test_an_exception_undoes_the_whole_block(store: Store) -> None:
    def stopped_half_way() -> None:
        with store.begin() as connection:
            freeze_issue(connection, ISSUE)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped_half_way()
    with store.read() as connection:
        assert latest_issue(connection, "weekly") is None


def test_what_was_kept_is_there_after_opening_again(store: Store, store_url: str, tmp_path: Path) -> None:
    with store.begin() as connection:
        freeze_issue(connection, ISSUE)
    again = open_store(store_url, tmp_path)
    with again.read() as connection:
        assert latest_issue(connection, "weekly") == ISSUE
    again.close()

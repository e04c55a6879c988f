"""Every store keeps what came back alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from publisher.store.feedback import (
    FeedbackRow,
    KeptKind,
    add_feedback,
    find_issue_id,
    find_person,
    list_feedback,
    score_of,
)
from publisher.store.subscribers import NewSubscriber, add_subscribers, set_state
from publisher.store.suppressions import suppress

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from publisher.store.open import Store

NOW = datetime(2026, 2, 9, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=90)
ROW = FeedbackRow(
    mail="a" * 64,
    position=0,
    kind="soft",
    address="a@example.org",
    subscriber_id=None,
    issue_id=None,
    status="5.2.2",
    detail="552 5.2.2 信箱已滿",
    reported_at=NOW,
    read_at=NOW,
)


def add(connection: Connection, number: int, kind: KeptKind, *, hours: int = 0) -> None:
    add_feedback(connection, replace(ROW, mail=f"{number:064}", kind=kind, reported_at=NOW + timedelta(hours=hours)))


def test_a_report_is_kept_once(store: Store) -> None:
    with store.begin() as connection:
        assert add_feedback(connection, ROW)
        assert not add_feedback(connection, replace(ROW, kind="hard", read_at=NOW + timedelta(days=1)))
        assert add_feedback(connection, replace(ROW, position=1))
    with store.read() as connection:
        assert [kept.row for kept in list_feedback(connection)] == [ROW, replace(ROW, position=1)]


def test_a_report_about_a_stranger_and_one_about_a_subscriber_are_listed(store: Store) -> None:
    with store.begin() as connection:
        add_subscribers(connection, "weekly", [NewSubscriber(email="B@x.org", address="b@x.org")], NOW)
        add_feedback(connection, ROW)
        add_feedback(connection, replace(ROW, mail="b", address="b@x.org", subscriber_id=1, kind="complaint"))
        suppress(connection, "b@x.org", "complaint", NOW)
        found = [(kept.row.address, kept.suppressed) for kept in list_feedback(connection)]
        assert found == [("a@example.org", ""), ("b@x.org", "complaint")]
        assert [kept.row.kind for kept in list_feedback(connection, "b@x.org")] == ["complaint"]


@pytest.mark.parametrize(
    ("kinds", "score"),
    [
        (["soft"], 0.5),
        (["failed"], 1.0),
        (["soft", "soft", "failed"], 1.0),
        (["policy", "delayed", "unsubscribe"], 0.0),
    ],
)
def test_a_day_counts_once_by_its_worst_report(store: Store, kinds: list[KeptKind], score: float) -> None:
    with store.begin() as connection:
        for number, kind in enumerate(kinds):
            add(connection, number, kind)
        assert score_of(connection, "a@example.org", LONG_AGO) == score
        assert score_of(connection, "b@example.org", LONG_AGO) == 0


def test_days_add_up_and_old_ones_are_forgotten(store: Store) -> None:
    with store.begin() as connection:
        for day in range(4):
            add(connection, day, "soft", hours=-24 * day)
        add(connection, 9, "failed", hours=-24 * 91)
        assert score_of(connection, "a@example.org", LONG_AGO) == 2.0


def test_a_subscriber_is_found_by_number(store: Store) -> None:
    with store.begin() as connection:
        add_subscribers(connection, "weekly", [NewSubscriber(email="B@x.org", address="b@x.org")], NOW)
        set_state(connection, "weekly", "b@x.org", "unsubscribed", NOW)
        person = find_person(connection, 1)
        assert person is not None
        assert (person.newsletter, person.email, person.state) == ("weekly", "B@x.org", "unsubscribed")
        assert find_person(connection, 2) is None
        assert find_issue_id(connection, "weekly", 1) is None

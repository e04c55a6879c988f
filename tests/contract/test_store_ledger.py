"""Every store keeps the ledger alike: nobody twice, nobody lost."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from publisher.errors import StoreError
from publisher.model.issue import Issue, Period
from publisher.store.deliveries import Delivery, count_states, deliveries_in, next_retry
from publisher.store.issues import freeze_issue, issue_id
from publisher.store.ledger import (
    Outcome,
    claim,
    commit,
    record,
    recover,
    release,
    replan_deferred,
)
from publisher.store.open import open_store
from publisher.store.plans import Plan, Planned, Tally, candidates, find_plan, write_plan
from publisher.store.subscribers import NewSubscriber, add_subscribers, set_state
from publisher.store.suppressions import suppress

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from publisher.store.open import Store

NOW = datetime(2026, 2, 9, 0, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
ISSUE = Issue(
    newsletter="weekly",
    number=1,
    period=Period(start=NOW - timedelta(days=7), end=NOW),
    subject="週報",
    preheader="",
    html="",
    text="",
    manifest=(),
    frozen_at=NOW,
    content_hash="0" * 64,
)
ACCEPTED = Outcome(state="accepted", provider_id="id-1", detail="250 ok")


def planned(connection: Connection) -> list[Planned]:
    return [
        Planned(candidate=one, email=one.email, state="suppressed" if one.suppressed else "planned")
        for one in candidates(connection, "weekly")
    ]


@pytest.fixture
def issue(store: Store) -> int:
    """An issue, planned for a, b and c."""
    people = [NewSubscriber(email=f"{name}@example.org", address=f"{name}@example.org") for name in "abc"]
    with store.begin() as connection:
        freeze_issue(connection, ISSUE)
        add_subscribers(connection, "weekly", people, NOW)
        key = issue_id(connection, "weekly", 1)
        write_plan(connection, key, "weekly", planned(connection), NOW, tally=Tally(ISSUE.content_hash))
        return key


def take(store: Store, issue: int, limit: int = 10) -> tuple[Delivery, ...]:
    with store.begin() as connection:
        return claim(connection, issue, limit, "memory", NOW)


def states(store: Store, issue: int) -> dict[str, int]:
    with store.read() as connection:
        return {str(state): rows for state, rows in count_states(connection, issue).items()}


def test_the_plan_balances_and_is_kept(store: Store, issue: int) -> None:
    with store.read() as connection:
        plan = find_plan(connection, issue)
        assert plan is not None
        expected = Plan(planned_at=NOW, active=3, planned=3, suppressed=0, invalid=0, plan_hash=plan.plan_hash)
        assert (plan, plan.equation, len(plan.plan_hash)) == (expected, "3 active = 3 planned", 64)
        assert find_plan(connection, issue + 1) is None


def test_a_plan_that_forgets_somebody_keeps_nothing(store: Store) -> None:
    people = [NewSubscriber(email=f"{name}@example.org", address=f"{name}@example.org") for name in "ab"]
    with store.begin() as connection:
        freeze_issue(connection, ISSUE)
        add_subscribers(connection, "weekly", people, NOW)
        key = issue_id(connection, "weekly", 1)
    with pytest.raises(StoreError, match=r"does not balance: 2 active.* 1 planned"), store.begin() as connection:
        write_plan(connection, key, "weekly", planned(connection)[:1], NOW, tally=Tally(ISSUE.content_hash))
    assert states(store, key) == {}


def test_candidates_carry_the_suppression_against_them(store: Store, issue: int) -> None:
    with store.begin() as connection:
        suppress(connection, "b@example.org", "complaint", NOW)
        set_state(connection, "weekly", "c@example.org", "unsubscribed", NOW)
        found = [(one.email, one.suppressed) for one in candidates(connection, "weekly")]
    assert found == [("a@example.org", ""), ("b@example.org", "complaint")]


def test_a_delivery_goes_from_planned_to_accepted(store: Store, issue: int) -> None:
    claimed = take(store, issue, limit=1)
    assert [(row.email, row.state, row.attempt, row.transport) for row in claimed] == [
        ("a@example.org", "claimed", 1, "memory")
    ]
    with store.begin() as connection:
        assert commit(connection, claimed, NOW) == {claimed[0].subscriber_id}
    assert states(store, issue) == {"committing": 1, "planned": 2}
    with store.begin() as connection:
        record(connection, [(claimed[0], ACCEPTED)], LATER)
        (row,) = deliveries_in(connection, issue, "accepted")
    expected = claimed[0]._replace(state="accepted", provider_id="id-1", detail="250 ok", changed_at=LATER)
    assert row == expected


def test_nobody_is_claimed_twice(store: Store, issue: int) -> None:
    first, second = take(store, issue, limit=2), take(store, issue, limit=2)
    assert [row.email for row in first + second] == ["a@example.org", "b@example.org", "c@example.org"]
    assert take(store, issue) == ()


def test_who_was_suppressed_or_left_since_the_plan_is_passed_over_at_the_claim(store: Store, issue: int) -> None:
    with store.begin() as connection:
        suppress(connection, "a@example.org", "manual", NOW)
        set_state(connection, "weekly", "b@example.org", "unsubscribed", NOW)
    assert [row.email for row in take(store, issue, limit=1)] == ["c@example.org"]
    assert states(store, issue) == {"claimed": 1, "suppressed": 2}


def test_who_leaves_between_claim_and_commit_may_not_be_mailed(store: Store, issue: int) -> None:
    claimed = take(store, issue)
    with store.begin() as connection:
        suppress(connection, "b@example.org", "unsubscribed", NOW)
    with store.begin() as connection:
        allowed = commit(connection, claimed, NOW)
        release(connection, [row for row in claimed if row.subscriber_id not in allowed], NOW)
    assert [row.email for row in claimed if row.subscriber_id in allowed] == ["a@example.org", "c@example.org"]
    assert take(store, issue) == ()
    assert states(store, issue) == {"committing": 2, "suppressed": 1}


def test_after_a_crash_claimed_rows_are_planned_and_committing_ones_uncertain(store: Store, issue: int) -> None:
    claimed = take(store, issue, limit=2)
    with store.begin() as connection:
        commit(connection, claimed[:1], NOW)
    with store.begin() as connection:
        lost = recover(connection, issue, LATER)
    assert [row.email for row in lost] == ["a@example.org"]
    assert states(store, issue) == {"planned": 2, "uncertain": 1}
    with store.begin() as connection:
        assert recover(connection, issue, LATER) == ()
    assert [row.email for row in take(store, issue)] == ["b@example.org", "c@example.org"]


def test_a_program_that_lost_its_claim_may_not_send(store: Store, issue: int) -> None:
    slow = take(store, issue, limit=1)
    with store.begin() as connection:
        recover(connection, issue, NOW)
    quick = take(store, issue, limit=1)
    assert quick[0].subscriber_id == slow[0].subscriber_id
    with store.begin() as connection:
        assert commit(connection, slow, NOW) == frozenset()
        assert commit(connection, quick, NOW) == {quick[0].subscriber_id}


def test_an_outcome_is_written_only_under_its_own_attempt(store: Store, issue: int) -> None:
    slow = take(store, issue, limit=1)
    with store.begin() as connection:
        recover(connection, issue, NOW)
    take(store, issue, limit=1)
    with store.begin() as connection:
        record(connection, [(slow[0], ACCEPTED)], NOW)
        release(connection, slow, NOW)
    assert states(store, issue) == {"claimed": 1, "planned": 2}


def test_an_outcome_that_comes_late_settles_what_was_uncertain(store: Store, issue: int) -> None:
    claimed = take(store, issue, limit=1)
    with store.begin() as connection:
        commit(connection, claimed, NOW)
        recover(connection, issue, NOW)
        record(connection, [(claimed[0], ACCEPTED)], NOW)
    assert states(store, issue) == {"accepted": 1, "planned": 2}


def test_an_outcome_is_final(store: Store, issue: int) -> None:
    claimed = take(store, issue, limit=1)
    with store.begin() as connection:
        commit(connection, claimed, NOW)
        record(connection, [(claimed[0], ACCEPTED)], NOW)
        record(connection, [(claimed[0], Outcome(state="deferred"))], NOW)
    assert states(store, issue) == {"accepted": 1, "planned": 2}


def test_a_deferred_delivery_waits_until_its_time(store: Store, issue: int) -> None:
    claimed = take(store, issue)
    soon = Outcome(state="deferred", reason="server", detail="451 later", smtp_code=451)
    with store.begin() as connection:
        record(connection, [(claimed[0], soon), (claimed[1], soon._replace(retry_at=LATER))], NOW)
        assert next_retry(connection, issue) == LATER
        assert replan_deferred(connection, issue, NOW) == 1
        assert replan_deferred(connection, issue, LATER) == 1
        assert next_retry(connection, issue) is None
    again = take(store, issue)
    assert [(row.email, row.attempt) for row in again] == [("a@example.org", 2), ("b@example.org", 2)]


def test_a_released_delivery_can_be_claimed_again(store: Store, issue: int) -> None:
    claimed = take(store, issue, limit=1)
    with store.begin() as connection:
        commit(connection, claimed, NOW)
        release(connection, claimed, NOW)
    assert take(store, issue, limit=1)[0].attempt == 2


def test_programs_that_claim_at_the_same_time_share_the_work(store: Store, store_url: str, tmp_path: Path) -> None:
    people = [NewSubscriber(email=f"r{number}@example.org", address=f"r{number}@example.org") for number in range(40)]
    with store.begin() as connection:
        freeze_issue(connection, ISSUE)
        add_subscribers(connection, "weekly", people, NOW)
        key = issue_id(connection, "weekly", 1)
        write_plan(connection, key, "weekly", planned(connection), NOW, tally=Tally(ISSUE.content_hash))

    def work(_worker: int) -> list[int]:
        mine: list[int] = []
        with closing(open_store(store_url, tmp_path)) as own:
            while rows := take(own, key, limit=3):
                with own.begin() as connection:
                    allowed = commit(connection, rows, NOW)
                mine += sorted(allowed)
        return mine

    with ThreadPoolExecutor(4) as pool:
        shares = list(pool.map(work, range(4)))
    assert sorted(itertools.chain(*shares)) == list(range(1, 41))


def test_nothing_to_do_is_no_error(store: Store, issue: int) -> None:
    with store.begin() as connection:
        assert commit(connection, (), NOW) == frozenset()
        release(connection, (), NOW)
        record(connection, (), NOW)
    assert states(store, issue) == {"planned": 3}

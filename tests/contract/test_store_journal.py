"""Every store's ledger can be checked: whoever changed, removed or reordered anything is found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from publisher.store.deliveries import Delivery, deliveries_in
from publisher.store.issues import freeze_issue, issue_id
from publisher.store.journal import Head, entries, fingerprint, head
from publisher.store.journal_check import Verdict, check_journal
from publisher.store.ledger import Outcome, cancel, claim, commit, record, recover, resend_uncertain
from publisher.store.plans import Planned, Tally, candidates, write_plan
from publisher.store.senders import LEASE_S, Station, begin_sending, end_sending, renew_lease, unended
from publisher.store.subscribers import NewSubscriber, add_subscribers
from tests.digest_samples import an_issue

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from publisher.store.open import Store

NOW = datetime(2026, 10, 8, tzinfo=UTC)
ACCEPTED = Outcome(state="accepted", provider_id="id-1", detail="250 ok")


@pytest.fixture
def issue(store: Store) -> int:
    """An issue for a, b, c and d: a is accepted, b is in doubt, c is deferred, d is planned."""
    people = [NewSubscriber(email=f"{name}@example.org", address=f"{name}@example.org") for name in "abcd"]
    with store.begin() as connection:
        frozen = an_issue()
        freeze_issue(connection, frozen)
        add_subscribers(connection, "weekly", people, NOW)
        key = issue_id(connection, "weekly", frozen.number)
        rows = [Planned(candidate=one, email=one.email, state="planned") for one in candidates(connection, "weekly")]
        write_plan(connection, key, "weekly", rows, NOW, tally=Tally(frozen.content_hash))
        a, b, c = claim(connection, key, 3, "memory", NOW, sender=7)
        commit(connection, [a, b], NOW)
        wait = Outcome(state="deferred", reason="server", smtp_code=451, retry_at=NOW + timedelta(hours=1))
        record(connection, [(a, ACCEPTED), (c, wait)], NOW)
        recover(connection, key, NOW)
    return key


def check(store: Store, issue: int, known: Head | None = None) -> Verdict:
    with store.read() as connection:
        return check_journal(connection, issue, known)


def tamper(store: Store, *statements: str) -> None:
    """Change the database as somebody with its password might: without the guards, and without a trace."""
    with store.begin() as connection:
        for verb in ("update", "delete"):
            where = " ON journal" if connection.dialect.name == "postgresql" else ""
            connection.execute(text(f"DROP TRIGGER journal_no_{verb}{where}"))
        for statement in statements:
            connection.execute(text(statement))


def test_an_untouched_ledger_is_whole(store: Store, issue: int) -> None:
    verdict = check(store, issue)
    assert (verdict.faults, verdict.rows, verdict.unjournaled) == ((), 4, 0)
    with store.read() as connection:
        assert verdict.head == head(connection, issue)
        told = [
            (one.event, [(step.subscriber_id, step.state) for step in one.steps]) for one in entries(connection, issue)
        ]
    assert told == [
        ("planned", [(1, "planned"), (2, "planned"), (3, "planned"), (4, "planned")]),
        ("claimed", [(1, "claimed"), (2, "claimed"), (3, "claimed")]),
        ("committing", [(1, "committing"), (2, "committing")]),
        ("outcome", [(1, "accepted"), (3, "deferred")]),
        ("recovered", [(2, "uncertain")]),
    ]


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        (
            "UPDATE deliveries SET state = 'accepted' WHERE subscriber_id = 2",
            "(b@example.org, accepted) is not as written",
        ),
        (
            "UPDATE deliveries SET email = 'z@example.org' WHERE subscriber_id = 1",
            "(z@example.org, accepted) is not as",
        ),
        ("UPDATE deliveries SET detail = 'never' WHERE subscriber_id = 1", "is not as written"),
        ("UPDATE deliveries SET retry_at = NULL WHERE subscriber_id = 3", "is not as written"),
        ("DELETE FROM deliveries WHERE subscriber_id = 4", "the row of subscriber 4 is gone"),
        ("UPDATE journal SET body = replace(body, 'accepted', 'rejected') WHERE seq = 4", "entry 4 was changed"),
        ("DELETE FROM journal WHERE seq = 3", "entry 3 is missing"),
        ("DELETE FROM journal WHERE seq = 5", "(b@example.org, uncertain) is not as written (committing)"),
        ("DELETE FROM journal", "is in no entry"),
        ("UPDATE journal SET at = '2026-01-01 00:00:00.000000' WHERE seq = 2", "entry 2 was changed"),
        ("UPDATE journal SET body = 'x' WHERE seq = 1", "entry 1 can't be read"),
    ],
)
def test_whatever_is_changed_behind_its_back_is_found(store: Store, issue: int, statement: str, fault: str) -> None:
    tamper(store, statement)
    assert any(fault in one for one in check(store, issue).faults), check(store, issue).faults


def test_entries_that_changed_places_are_found(store: Store, issue: int) -> None:
    swap = [(3, 99), (4, 3), (99, 4)]
    tamper(store, *(f"UPDATE journal SET seq = {new} WHERE seq = {old}" for old, new in swap))
    assert any("entry 3 was changed" in fault for fault in check(store, issue).faults)


def test_a_cut_off_end_is_found_by_a_certificate(store: Store, issue: int) -> None:
    known = check(store, issue).head
    tamper(
        store,
        "DELETE FROM journal WHERE seq > 1",
        "UPDATE deliveries SET state = 'planned', attempt = 0, sender = 0, transport = '', provider_id = '',"
        " reason = '', detail = '', smtp_code = NULL, retry_at = NULL",
    )
    assert check(store, issue).faults == ()
    assert "the journal ends at entry 1, but entry 5 was certified" in check(store, issue, known).faults
    assert "entry 1 is not the one that was certified" in check(store, issue, Head(1, "0" * 64)).faults


def test_what_was_certified_stays_true_while_more_happens(store: Store, issue: int) -> None:
    known = check(store, issue).head
    with store.begin() as connection:
        claim(connection, issue, 1, "memory", NOW)
    assert check(store, issue, known).faults == ()


@pytest.mark.parametrize("statement", ["UPDATE journal SET body = ''", "DELETE FROM journal"])
def test_the_journal_refuses_to_be_rewritten(store: Store, issue: int, statement: str) -> None:
    with pytest.raises(DBAPIError, match="only ever added to"), store.begin() as connection:
        connection.execute(text(statement))


def test_every_column_counts_in_a_fingerprint(store: Store, issue: int) -> None:
    with store.read() as connection:
        row, *_ = deliveries_in(connection, issue)
    changes: dict[str, object] = {
        **dict.fromkeys(("email", "address", "name", "selection", "transport", "provider_id", "reason", "detail"), "x"),
        **dict.fromkeys(("subscriber_id", "attempt", "sender", "smtp_code"), 99),
        **dict.fromkeys(("retry_at", "planned_at", "changed_at"), NOW + timedelta(days=1)),
        "state": "deferred",
    }
    assert set(changes) == set(Delivery._fields) - {"issue_id"}
    found = {fingerprint(row._replace(**{name: value})) for name, value in changes.items()}  # type: ignore[arg-type]
    assert len(found | {fingerprint(row)}) == len(changes) + 1


def test_a_plan_from_before_the_journal_is_not_taken_for_tampering(store: Store, issue: int) -> None:
    tamper(store, "DELETE FROM journal", "UPDATE plans SET plan_hash = ''")
    assert (check(store, issue).faults, check(store, issue).unjournaled) == ((), 4)
    with store.begin() as connection:
        claim(connection, issue, 1, "memory", NOW)
    assert (check(store, issue).faults, check(store, issue).unjournaled) == ((), 3)


def test_sending_again_on_purpose_is_written_down_with_who_decided_it(store: Store, issue: int) -> None:
    with store.begin() as connection:
        assert resend_uncertain(connection, issue, NOW, "mei on desk") == 1
        *_, last = entries(connection, issue)
        (again,) = (row for row in claim(connection, issue, 9, "memory", NOW) if row.subscriber_id == 2)
    assert (last.event, last.note, [step[:3] for step in last.steps]) == ("resend", "mei on desk", [(2, 1, "planned")])
    assert "mei on desk" in again.detail
    assert check(store, issue).faults == ()


def test_cancelling_takes_what_is_left_out_of_everybodys_hands(store: Store, issue: int) -> None:
    with store.begin() as connection:
        held = claim(connection, issue, 1, "memory", NOW)
        assert cancel(connection, issue, NOW, "mei") == 2
        assert commit(connection, held, NOW) == frozenset()
        assert claim(connection, issue, 9, "memory", NOW) == ()
        found = {row.email[0]: (row.state, row.reason) for row in deliveries_in(connection, issue)}
    cancelled = ("skipped", "cancelled")
    assert found == {"a": ("accepted", ""), "b": ("uncertain", ""), "c": cancelled, "d": cancelled}
    assert check(store, issue).faults == ()


def hold(store: Store, issue: int, act: Callable[[Connection, int], object]) -> tuple[int, ...]:
    """Begin a run, do something with it, and give the runs that have not ended."""
    station = Station(host="desk", boot="b", pid=1, born="0")
    with store.begin() as connection:
        sender = begin_sending(connection, issue, station, NOW)
        act(connection, sender)
        found = unended(connection, issue)
        assert all(one.station == station for one in found)
        return tuple(one.lease_left_s for one in found)


def test_a_run_has_a_lease_until_it_ends(store: Store, issue: int) -> None:
    (left,) = hold(store, issue, renew_lease)
    assert LEASE_S - 5 <= left <= LEASE_S
    with store.begin() as connection:
        end_sending(connection, unended(connection, issue)[0].id, NOW)
    assert hold(store, issue, lambda connection, sender: end_sending(connection, sender, NOW)) == ()


def test_what_a_living_run_holds_is_not_recovered(store: Store, issue: int) -> None:
    with store.begin() as connection:
        mine = claim(connection, issue, 1, "memory", NOW, sender=8)
        assert recover(connection, issue, NOW, living=[8]) == ()
        assert commit(connection, mine, NOW) == {4}
        assert [row.subscriber_id for row in recover(connection, issue, NOW, living=[9])] == [4]

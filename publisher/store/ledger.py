"""The ledger: one row per issue and subscriber, made before anything leaves, changed only in its state.

    planned → claimed → committing → accepted | deferred | rejected | uncertain
    suppressed: at plan time (store.plans), at claim time, or at the last moment before committing
    skipped: at plan time, or when what is left of a send is cancelled

`committing` means: from now on the message may have left. A program that dies there leaves a row that nobody can
decide, so the next run shows it as `uncertain` and never sends it again by itself. Until then (`claimed`) it has not
left. Each claim raises the attempt number; an outcome is written only under the number it was claimed with (fencing),
so two programs at once never both send. Whatever changes rows tells the journal so, in the same transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, or_, tuple_, update

from publisher.store.deliveries import PAGE, Delivery, as_delivery, rows_of
from publisher.store.journal import append, lock_issue
from publisher.store.schema import DeliveryState, deliveries
from publisher.store.statements import Statement, as_moment, as_numbers, read_moment

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime


class Outcome(NamedTuple):
    """How a delivery ended, for now: the columns of its row."""

    state: DeliveryState
    provider_id: str = ""
    reason: str = ""
    detail: str = ""
    smtp_code: int | None = None
    retry_at: datetime | None = None


def recover(connection: Connection, issue_id: int, now: datetime, living: Collection[int] = ()) -> tuple[Delivery, ...]:
    """Put right what runs that ended half-way left behind. Gives the rows that became uncertain by it.

    living: runs (store.senders) that still go on: what they hold is left to them.
    committing → uncertain: the message may have left. claimed → planned: it has not.
    """
    orphaned = deliveries.c.sender.not_in(sorted(living))
    detail = "the program ended while the message was being handed over"
    values = {"state": "uncertain", "detail": detail, "changed_at": now}
    pages = _move_all(connection, issue_id, (deliveries.c.state == "committing") & orphaned, values, "recovered")
    lost = tuple(row for page in pages for row in page)
    back = {"state": "planned", "changed_at": now}
    _count(_move_all(connection, issue_id, (deliveries.c.state == "claimed") & orphaned, back, "recovered"))
    return lost


def replan_deferred(connection: Connection, issue_id: int, now: datetime) -> int:
    """Plan those deferred deliveries again whose time has come. Tells how many."""
    due = or_(deliveries.c.retry_at.is_(None), deliveries.c.retry_at <= now)
    condition = (deliveries.c.state == "deferred") & due
    return _count(_move_all(connection, issue_id, condition, {"state": "planned", "changed_at": now}, "replanned"))


def resend_uncertain(connection: Connection, issue_id: int, now: datetime, who: str) -> int:
    """Plan uncertain deliveries again, because somebody decided so: some readers may get two. Tells how many.

    who: goes into the journal and the rows.
    """
    values = {"state": "planned", "detail": f"uncertain, and sent again on purpose by {who}", "changed_at": now}
    return _count(_move_all(connection, issue_id, deliveries.c.state == "uncertain", values, "resend", note=who))


def cancel(connection: Connection, issue_id: int, now: datetime, who: str) -> int:
    """Send the issue to nobody any more who does not have it. Tells to how many. What is on the wire arrives.

    Claimed deliveries are taken out of their senders' hands: `commit` lets none of them go.
    """
    values = {"state": "skipped", "reason": "cancelled", "detail": f"cancelled by {who}", "changed_at": now}
    condition = deliveries.c.state.in_(("planned", "claimed", "deferred"))
    return _count(_move_all(connection, issue_id, condition, values, "cancelled", note=who))


def claim(
    connection: Connection,
    issue_id: int,
    limit: int,
    transport: str,
    now: datetime,
    *,
    sender: int = 0,
    among: Sequence[int] | None = None,
) -> tuple[Delivery, ...]:
    """Take up to `limit` planned deliveries for this program. Empty when there are none left.

    sender: the run that takes them (store.senders). among: only of these subscribers, by id; None: of all.
    Whoever was suppressed or has left since the plan was made gets the state `suppressed` instead.
    """
    lock_issue(connection, issue_id)
    while page := _next_planned(connection, issue_id, limit, among):
        out = [row for row, barred in page if barred]
        detail = "unsubscribed or suppressed after the plan"
        _move(connection, out, {"state": "suppressed", "detail": detail, "changed_at": now}, "claimed")
        if free := [row for row, barred in page if not barred]:
            ids = as_numbers(row.subscriber_id for row in free)
            _CLAIM.run(connection, transport, sender, as_moment(connection, now), issue_id, ids)
            new: dict[str, Any] = {"state": "claimed", "transport": transport, "sender": sender, "changed_at": now}
            mine = tuple(row._replace(attempt=row.attempt + 1, **new) for row in free)
            append(connection, issue_id, "claimed", mine, now)
            return mine
    return ()


_CLAIM = Statement(
    "UPDATE deliveries SET state = 'claimed', attempt = attempt + 1, transport = ?, sender = ?, changed_at = ?"
    " WHERE issue_id = ? AND subscriber_id IN ({numbers})"
)


def _next_planned(
    connection: Connection, issue_id: int, limit: int, among: Sequence[int] | None
) -> list[tuple[Delivery, bool]]:
    """Give the next planned rows, and of each whether nothing may be sent to it any more.

    They are picked by what the index holds: with any other column, SQLite reads all the rows that are done already.
    """
    if among is None:
        found = _NEXT.run(connection, issue_id, issue_id, limit)
    else:
        found = _NEXT_AMONG.run(connection, issue_id, issue_id, as_numbers(among), limit)
    return [(_read(row), bool(row[-1])) for row in found]


def _read(row: Sequence[Any]) -> Delivery:
    retry_at, planned_at, changed_at = map(read_moment, row[len(Delivery._fields) - 3 : len(Delivery._fields)])
    return Delivery._make([*row[: len(Delivery._fields) - 3], retry_at, planned_at, changed_at])


_BARRED = (
    "EXISTS (SELECT 1 FROM suppressions WHERE suppressions.address = deliveries.address)"
    " OR EXISTS (SELECT 1 FROM subscribers WHERE subscribers.id = deliveries.subscriber_id"
    " AND subscribers.state <> 'active')"
)
_NEXT_ROWS = (
    f"SELECT {', '.join(Delivery._fields)}, {_BARRED} FROM deliveries WHERE issue_id = ? AND subscriber_id IN"  # noqa: S608 - our own words
    " (SELECT subscriber_id FROM deliveries WHERE issue_id = ? AND state = 'planned'{among}"
    " ORDER BY subscriber_id LIMIT ?) ORDER BY subscriber_id"
)
_NEXT = Statement(_NEXT_ROWS.replace("{among}", ""))
_NEXT_AMONG = Statement(_NEXT_ROWS.replace("{among}", " AND subscriber_id IN ({numbers})"))


def commit(
    connection: Connection,
    claimed: Sequence[Delivery],
    now: datetime,
    settled: Sequence[tuple[Delivery, Outcome]] = (),
) -> frozenset[int]:
    """Note that messages may leave from now on. Gives the subscribers' ids for whom they may: nobody else's may leave.

    settled: how earlier deliveries of the same issue ended, written down in the same breath (see `record`).
    Left out are deliveries that another program has taken over, and people who left in this very moment.
    """
    if not claimed:
        record(connection, settled, now)
        return frozenset()
    issue_id = claimed[0].issue_id
    lock_issue(connection, issue_id)
    found = _look(connection, issue_id, [*claimed, *(delivery for delivery, _ in settled)])
    ended = _write_outcomes(connection, settled, found, now)
    free = [row for row in claimed if found.get(row.subscriber_id) == (row.attempt, "claimed", False)]
    _COMMIT.run(connection, as_moment(connection, now), issue_id, as_numbers(row.subscriber_id for row in free))
    gone = [row._replace(state="committing", changed_at=now) for row in free]
    append(connection, issue_id, "committing", ended + gone, now)
    return frozenset(row.subscriber_id for row in free)


_COMMIT = Statement(
    "UPDATE deliveries SET state = 'committing', changed_at = ? WHERE issue_id = ? AND subscriber_id IN ({numbers})"
)


class _Now(NamedTuple):
    """What decides about a row in the store."""

    attempt: int
    state: str
    barred: bool


def _look(connection: Connection, issue_id: int, rows: Sequence[Delivery]) -> dict[int, _Now]:
    """See how rows are now, by subscriber id. After `lock_issue`, so that they stay so."""
    found = _LOOK.run(connection, issue_id, as_numbers(row.subscriber_id for row in rows))
    return {row[0]: _Now(row[1], row[2], bool(row[3])) for row in found}


_LOOK = Statement(
    f"SELECT subscriber_id, attempt, state, {_BARRED} FROM deliveries"  # noqa: S608 - our own words
    " WHERE issue_id = ? AND subscriber_id IN ({numbers})"
)


def release(connection: Connection, held: Sequence[Delivery], now: datetime) -> None:
    """Give deliveries back that certainly did not leave, for this or another run to try."""
    if held:
        condition = _held(held) & deliveries.c.state.in_(("claimed", "committing"))
        values = {"state": "planned", "changed_at": now}
        _count(_move_all(connection, held[0].issue_id, condition, values, "released"))


def record(connection: Connection, outcomes: Sequence[tuple[Delivery, Outcome]], now: datetime) -> None:
    """Write down how deliveries ended.

    A row that was meanwhile given to another attempt, or has its outcome already, is left as it is.
    """
    if not outcomes:
        return
    issue_id = outcomes[0][0].issue_id
    lock_issue(connection, issue_id)
    found = _look(connection, issue_id, [delivery for delivery, _ in outcomes])
    append(connection, issue_id, "outcome", _write_outcomes(connection, outcomes, found, now), now)


def _write_outcomes(
    connection: Connection, outcomes: Sequence[tuple[Delivery, Outcome]], found: Mapping[int, _Now], now: datetime
) -> list[Delivery]:
    """Write outcomes into the rows that still wait for one. Gives these rows as they are from now on.

    Nothing is read back: under its attempt number, a row has changed in nothing but what an outcome overwrites.
    """
    changed = [
        delivery._replace(**outcome._asdict(), changed_at=now)
        for delivery, outcome in outcomes
        if (now_ := found.get(delivery.subscriber_id)) and now_.attempt == delivery.attempt and now_.state in UNDECIDED
    ]
    if changed:
        moment = as_moment(connection, now)
        _WRITE_OUTCOME.run_for_each(connection, [_outcome_values(connection, row, moment) for row in changed])
    return changed


#: What an outcome may still be written for.
UNDECIDED = ("claimed", "committing", "uncertain")
_WRITE_OUTCOME = Statement(
    "UPDATE deliveries SET state = ?, provider_id = ?, reason = ?, detail = ?, smtp_code = ?, retry_at = ?,"
    " changed_at = ? WHERE issue_id = ? AND subscriber_id = ?"
)


def _outcome_values(connection: Connection, row: Delivery, changed_at: object) -> tuple[object, ...]:
    words = row.state, row.provider_id, row.reason, row.detail, row.smtp_code
    return (*words, as_moment(connection, row.retry_at), changed_at, row.issue_id, row.subscriber_id)


def _held(claimed: Sequence[Delivery]) -> ColumnElement[bool]:
    """Match exactly the attempts that were claimed. The ids by themselves let SQLite find them by the primary key."""
    keys = [(delivery.subscriber_id, delivery.attempt) for delivery in claimed]
    by_id = deliveries.c.subscriber_id.in_([subscriber for subscriber, _ in keys])
    return by_id & tuple_(deliveries.c.subscriber_id, deliveries.c.attempt).in_(keys)


def _move_all(
    connection: Connection,
    issue_id: int,
    condition: ColumnElement[bool],
    values: Mapping[str, Any],
    event: str,
    *,
    note: str = "",
) -> Iterator[list[Delivery]]:
    """Change all rows that a condition holds for. Gives them as they were, page by page.

    The change must make the condition hold no longer.
    """
    lock_issue(connection, issue_id)
    while page := [as_delivery(row) for row in connection.execute(rows_of(issue_id).where(condition).limit(PAGE))]:
        _move(connection, page, values, event, note=note)
        yield page


def _count(pages: Iterable[Sequence[Delivery]]) -> int:
    return sum(len(page) for page in pages)


def _move(
    connection: Connection, rows: Sequence[Delivery], values: Mapping[str, Any], event: str, *, note: str = ""
) -> None:
    if rows:
        _change(connection, rows, values)
        after = [row._replace(**values) for row in rows]
        append(connection, rows[0].issue_id, event, after, values["changed_at"], note=note)


def _change(connection: Connection, rows: Sequence[Delivery], values: Mapping[str, Any]) -> None:
    which = deliveries.c.subscriber_id.in_([row.subscriber_id for row in rows])
    connection.execute(update(deliveries).where(deliveries.c.issue_id == rows[0].issue_id, which).values(**values))

"""The ledger: one row per issue and subscriber, made before anything leaves, changed only in its state.

    planned → claimed → committing → accepted | deferred | rejected | uncertain
    suppressed: at plan time (store.plans), at claim time, or at the last moment before committing

`committing` means: from now on the message may have left. A program that dies there leaves a row that nobody can
decide, so the next run shows it as `uncertain` and never sends it again by itself. Until then (`claimed`) it has not
left. Each claim raises the attempt number; an outcome is written only under the number it was claimed with (fencing),
so two programs at once never both send.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    bindparam,
    exists,
    func,
    or_,
    select,
    tuple_,
    update,
)

from publisher.store.schema import DeliveryState, deliveries, subscribers, suppressions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

#: Rows written or fetched at a time.
PAGE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a delivery ended, for now."""

    state: DeliveryState
    provider_id: str = ""
    reason: str = ""
    detail: str = ""
    smtp_code: int | None = None
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A row of the ledger."""

    issue_id: int
    subscriber_id: int
    email: str
    address: str
    name: str
    state: DeliveryState
    attempt: int
    transport: str
    provider_id: str
    reason: str
    detail: str
    smtp_code: int | None
    retry_at: datetime | None
    planned_at: datetime
    changed_at: datetime


def recover(connection: Connection, issue_id: int, now: datetime) -> tuple[Delivery, ...]:
    """Put right what a run that ended half-way left behind. Gives the rows that became uncertain by it.

    committing → uncertain: the message may have left. claimed → planned: it has not.
    """
    lost = tuple(deliveries_in(connection, issue_id, "committing"))
    _change(
        connection,
        issue_id,
        deliveries.c.state == "committing",
        {
            "state": "uncertain",
            "detail": "the program ended while the message was being handed over",
            "changed_at": now,
        },
    )
    _change(connection, issue_id, deliveries.c.state == "claimed", {"state": "planned", "changed_at": now})
    return lost


def replan_deferred(connection: Connection, issue_id: int, now: datetime) -> int:
    """Plan those deferred deliveries again whose time has come. Tells how many."""
    due = or_(deliveries.c.retry_at.is_(None), deliveries.c.retry_at <= now)
    condition = (deliveries.c.state == "deferred") & due
    return _change(connection, issue_id, condition, {"state": "planned", "changed_at": now})


def _change(connection: Connection, issue_id: int, condition: ColumnElement[bool], values: Mapping[str, Any]) -> int:
    change = update(deliveries).where(deliveries.c.issue_id == issue_id, condition).values(**values)
    return connection.execute(change).rowcount


def claim(connection: Connection, issue_id: int, limit: int, transport: str, now: datetime) -> tuple[Delivery, ...]:
    """Take up to `limit` planned deliveries for this program. Empty when there are none left.

    Whoever was suppressed or has left since the plan was made gets the state `suppressed` instead.
    """
    while page := _next_planned(connection, issue_id, limit):
        barred = frozenset(connection.scalars(_ids(issue_id).where(deliveries.c.subscriber_id.in_(page), _is_barred())))
        free = [subscriber for subscriber in page if subscriber not in barred]
        if barred:
            values = {"state": "suppressed", "detail": "unsubscribed or suppressed after the plan", "changed_at": now}
            _change(connection, issue_id, deliveries.c.subscriber_id.in_(barred), values)
        if free:
            values = {"state": "claimed", "attempt": deliveries.c.attempt + 1, "transport": transport}
            _change(connection, issue_id, deliveries.c.subscriber_id.in_(free), {**values, "changed_at": now})
            query = _of(issue_id).where(deliveries.c.subscriber_id.in_(free))
            return tuple(_delivery(row) for row in connection.execute(query))
    return ()


def _next_planned(connection: Connection, issue_id: int, limit: int) -> Sequence[int]:
    """Pick the next planned rows. PostgreSQL passes over those that another sender is claiming at this moment.

    Only what the index holds is asked for: with any other column, SQLite reads all the rows that are done already.
    """
    query = _ids(issue_id).where(deliveries.c.state == "planned").order_by(deliveries.c.subscriber_id).limit(limit)
    return connection.scalars(query.with_for_update(skip_locked=True)).all()


def _ids(issue_id: int) -> Select[int]:
    return select(deliveries.c.subscriber_id).where(deliveries.c.issue_id == issue_id)


def _is_barred() -> ColumnElement[bool]:
    suppressed = exists().where(suppressions.c.address == deliveries.c.address)
    left = exists().where(subscribers.c.id == deliveries.c.subscriber_id, subscribers.c.state != "active")
    return or_(suppressed, left)


def commit(connection: Connection, claimed: Sequence[Delivery], now: datetime) -> frozenset[int]:
    """Note that messages may leave from now on. Gives the subscribers' ids for whom they may: nobody else's may leave.

    Left out are deliveries that another program has taken over, and people who left in this very moment.
    """
    if not claimed:
        return frozenset()
    change = (
        update(deliveries)
        .where(
            deliveries.c.issue_id == claimed[0].issue_id,
            _held(claimed),
            deliveries.c.state == "claimed",
            ~_is_barred(),
        )
        .values(state="committing", changed_at=now)
        .returning(deliveries.c.subscriber_id)
    )
    return frozenset(connection.scalars(change))


def release(connection: Connection, held: Sequence[Delivery], now: datetime) -> None:
    """Give deliveries back that certainly did not leave, for this or another run to try."""
    if held:
        condition = _held(held) & deliveries.c.state.in_(("claimed", "committing"))
        _change(connection, held[0].issue_id, condition, {"state": "planned", "changed_at": now})


def record(connection: Connection, outcomes: Sequence[tuple[Delivery, Outcome]], now: datetime) -> None:
    """Write down how deliveries ended.

    A row that was meanwhile given to another attempt, or has its outcome already, is left as it is.
    """
    if not outcomes:
        return
    change = (
        update(deliveries)
        .where(
            deliveries.c.issue_id == bindparam("at_issue"),
            deliveries.c.subscriber_id == bindparam("at_subscriber"),
            deliveries.c.attempt == bindparam("at_attempt"),
            # Not in_(): SQLAlchemy can't expand a list in a statement that runs for many rows.
            or_(*(deliveries.c.state == state for state in ("claimed", "committing", "uncertain"))),
        )
        .values({name: bindparam(f"new_{name}") for name in OUTCOME_COLUMNS})
        .values(changed_at=now)
    )
    connection.execute(change, [_outcome_row(delivery, outcome) for delivery, outcome in outcomes])


OUTCOME_COLUMNS = ("state", "provider_id", "reason", "detail", "smtp_code", "retry_at")


def _outcome_row(delivery: Delivery, outcome: Outcome) -> dict[str, Any]:
    key = {"issue": delivery.issue_id, "subscriber": delivery.subscriber_id, "attempt": delivery.attempt}
    place = {f"at_{name}": value for name, value in key.items()}
    return place | {f"new_{name}": getattr(outcome, name) for name in OUTCOME_COLUMNS}


def _held(claimed: Sequence[Delivery]) -> ColumnElement[bool]:
    """Match exactly the attempts that were claimed. The ids by themselves let SQLite find them by the primary key."""
    keys = [(delivery.subscriber_id, delivery.attempt) for delivery in claimed]
    by_id = deliveries.c.subscriber_id.in_([subscriber for subscriber, _ in keys])
    return by_id & tuple_(deliveries.c.subscriber_id, deliveries.c.attempt).in_(keys)


def count_states(connection: Connection, issue_id: int) -> dict[DeliveryState, int]:
    """Count the deliveries of an issue in each state that occurs."""
    query = (
        select(deliveries.c.state, func.count().label("rows"))
        .where(deliveries.c.issue_id == issue_id)
        .group_by(deliveries.c.state)
        .order_by(deliveries.c.state)
    )
    return {row.state: row.rows for row in connection.execute(query)}


def next_retry(connection: Connection, issue_id: int) -> datetime | None:
    """Give the moment at which the first deferred delivery may be tried again; None when none waits for one."""
    query = select(func.min(deliveries.c.retry_at)).where(
        deliveries.c.issue_id == issue_id, deliveries.c.state == "deferred"
    )
    moment: datetime | None = connection.scalar(query)
    return moment


def deliveries_in(connection: Connection, issue_id: int, *states: DeliveryState) -> Iterator[Delivery]:
    """Give the deliveries of an issue that are in one of the states, by subscriber id."""
    query = _of(issue_id).where(deliveries.c.state.in_(states))
    for row in connection.execute(query, execution_options={"yield_per": PAGE}):
        yield _delivery(row)


def _of(issue_id: int) -> Select[Any]:
    return select(deliveries).where(deliveries.c.issue_id == issue_id).order_by(deliveries.c.subscriber_id)


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping

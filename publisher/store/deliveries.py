"""Rows of the ledger: what one holds, and how they are found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, Row, Select, func, or_, select

from publisher.store.schema import DeliveryState, deliveries, issues, senders, subscribers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

#: Rows fetched at a time.
PAGE = 1_000


class Delivery(NamedTuple):
    """A row of the ledger: one issue to one subscriber, its columns in their order."""

    issue_id: int
    subscriber_id: int
    #: RCPT TO, fixed when the audience was planned.
    email: str
    #: As it is compared.
    address: str
    name: str
    #: Which variant of the issue; empty: the whole of it.
    selection: str
    state: DeliveryState
    #: Goes up with each claim.
    attempt: int
    #: Which run claimed it last; 0: none yet.
    sender: int
    transport: str
    provider_id: str
    reason: str
    detail: str
    smtp_code: int | None
    retry_at: datetime | None
    planned_at: datetime
    changed_at: datetime


COLUMNS = tuple(deliveries.c[name] for name in Delivery._fields)


def rows_of(issue_id: int) -> Select[Any]:
    """Select the deliveries of an issue, by subscriber id."""
    return select(*COLUMNS).where(deliveries.c.issue_id == issue_id).order_by(deliveries.c.subscriber_id)


def as_delivery(row: Row[Any]) -> Delivery:
    """Make a delivery of what `rows_of` gives."""
    return Delivery._make(row)


def count_states(connection: Connection, issue_id: int) -> dict[DeliveryState, int]:
    """Count the deliveries of an issue in each state that occurs."""
    query = (
        select(deliveries.c.state, func.count().label("rows"))
        .where(deliveries.c.issue_id == issue_id)
        .group_by(deliveries.c.state)
        .order_by(deliveries.c.state)
    )
    return {row.state: row.rows for row in connection.execute(query)}


def count_accepted(connection: Connection, transport: str, since: datetime) -> int:
    """Count what a transport has handed over from a moment on, in all issues."""
    mine = (deliveries.c.transport == transport) & (deliveries.c.state == "accepted")
    query = select(func.count()).select_from(deliveries).where(mine, deliveries.c.changed_at >= since)
    return int(connection.scalar(query) or 0)


def next_retry(connection: Connection, issue_id: int) -> datetime | None:
    """Give the moment at which the first deferred delivery may be tried again; None when none waits for one."""
    query = select(func.min(deliveries.c.retry_at)).where(
        deliveries.c.issue_id == issue_id, deliveries.c.state == "deferred"
    )
    moment: datetime | None = connection.scalar(query)
    return moment


def deliveries_in(
    connection: Connection, issue_id: int, *states: DeliveryState, limit: int | None = None
) -> Iterator[Delivery]:
    """Give the deliveries of an issue that are in one of the states, by subscriber id; without states: all.

    limit: so many at most. Whoever wants fewer says so here: an iterator that is left half-way keeps its cursor open.
    """
    query = rows_of(issue_id).limit(limit)
    if states:
        query = query.where(deliveries.c.state.in_(states))
    for row in connection.execute(query, execution_options={"yield_per": PAGE}):
        yield as_delivery(row)


def selections(issue_id: int) -> Select[tuple[int, str]]:
    """Select which variant of an issue goes to whom, where it is not the whole issue."""
    return select(deliveries.c.subscriber_id, deliveries.c.selection).where(
        deliveries.c.issue_id == issue_id, deliveries.c.selection != ""
    )


def untried(connection: Connection, issue_id: int) -> Iterator[tuple[int, str]]:
    """Give subscriber id and address (as it is compared) of every planned delivery that nobody has claimed yet."""
    query = select(deliveries.c.subscriber_id, deliveries.c.address).where(
        deliveries.c.issue_id == issue_id, deliveries.c.state == "planned", deliveries.c.attempt == 0
    )
    for row in connection.execute(query, execution_options={"yield_per": PAGE}):
        yield row.subscriber_id, row.address


def tried(connection: Connection, issue_id: int, *states: DeliveryState) -> tuple[int, ...]:
    """Give the subscriber ids of the deliveries that somebody has claimed before; without states: in any."""
    query = select(deliveries.c.subscriber_id).where(deliveries.c.issue_id == issue_id, deliveries.c.attempt > 0)
    if states:
        query = query.where(deliveries.c.state.in_(states))
    return tuple(connection.scalars(query.order_by(deliveries.c.subscriber_id)))


def deliveries_to(connection: Connection, newsletter: str, address: str) -> tuple[Delivery, ...]:
    """Give every delivery of a newsletter to an address, by issue. address: as it is compared."""
    mine = select(subscribers.c.id).where(subscribers.c.newsletter == newsletter, subscribers.c.address == address)
    theirs = or_(deliveries.c.subscriber_id.in_(mine.scalar_subquery()), deliveries.c.address == address)
    query = (
        select(*COLUMNS)
        .join(subscribers, subscribers.c.id == deliveries.c.subscriber_id)
        .where(subscribers.c.newsletter == newsletter, theirs)
        .order_by(deliveries.c.issue_id, deliveries.c.subscriber_id)
    )
    return tuple(as_delivery(row) for row in connection.execute(query))


def last_rate(connection: Connection, newsletter: str) -> float | None:
    """Give how many messages a second the last finished run over a newsletter handed over; None when none did."""
    query = (
        select(senders.c.started_at, senders.c.ended_at, func.count().label("rows"))
        .join(issues, issues.c.id == senders.c.issue_id)
        .join(deliveries, (deliveries.c.issue_id == senders.c.issue_id) & (deliveries.c.sender == senders.c.id))
        .where(issues.c.newsletter == newsletter, senders.c.ended_at > senders.c.started_at)
        .where(deliveries.c.state == "accepted")
        .group_by(senders.c.id, senders.c.started_at, senders.c.ended_at)
        .order_by(senders.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return row.rows / (row.ended_at - row.started_at).total_seconds() if row else None

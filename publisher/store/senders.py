"""Who is sending: one row per run, with a lease, so that nobody takes a living run's deliveries for left behind.

A run on this machine is asked for itself: is its process still there? That needs no clock. A run elsewhere is believed
until its lease ends, by the database's own clock; it renews the lease as long as it lives. Should one live on without
renewing it (its machine slept), fencing keeps it from sending what others have taken over (store.ledger).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, ColumnElement, Connection, cast, func, insert, select, update

from publisher.store.schema import senders

if TYPE_CHECKING:
    from datetime import datetime

#: How long a run elsewhere is believed after its last sign of life.
LEASE_S = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """Where a run lives."""

    host: str
    #: Names one start of the machine and one set of process numbers in it; empty where that can't be known.
    boot: str
    pid: int
    #: When the process began, as its machine counts.
    born: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """A run that has not ended, as far as the store knows."""

    id: int
    station: Station
    started_at: datetime
    #: Seconds until its lease ends; negative when it has.
    lease_left_s: int


def begin_sending(connection: Connection, issue_id: int, station: Station, now: datetime) -> int:
    """Note that a run begins. Gives its id."""
    values = {"issue_id": issue_id, "host": station.host, "boot": station.boot, "pid": station.pid}
    row = {**values, "born": station.born, "started_at": now, "lease_until_s": _now_s(connection) + LEASE_S}
    made: int = connection.execute(insert(senders).values(row).returning(senders.c.id)).scalar_one()
    return made


def renew_lease(connection: Connection, sender: int) -> None:
    """Say that a run still lives."""
    until = _now_s(connection) + LEASE_S
    connection.execute(update(senders).where(senders.c.id == sender).values(lease_until_s=until))


def end_sending(connection: Connection, sender: int, now: datetime) -> None:
    """Note that a run has ended in good order, and holds nothing."""
    connection.execute(update(senders).where(senders.c.id == sender).values(ended_at=now))


def unended(connection: Connection, issue_id: int) -> tuple[Sender, ...]:
    """Give the runs over an issue that have not said that they ended."""
    left = (senders.c.lease_until_s - _now_s(connection)).label("left")
    query = select(senders, left).where(senders.c.issue_id == issue_id, senders.c.ended_at.is_(None))
    return tuple(
        Sender(
            id=row.id,
            station=Station(host=row.host, boot=row.boot, pid=row.pid, born=row.born),
            started_at=row.started_at,
            lease_left_s=row.left,
        )
        for row in connection.execute(query.order_by(senders.c.id))
    )


def _now_s(connection: Connection) -> ColumnElement[int]:
    """Tell the time by the database's clock: machines that share a store need not agree about it."""
    if connection.dialect.name == "postgresql":
        return cast(func.extract("epoch", func.clock_timestamp()), BigInteger)
    return cast(func.strftime("%s", "now"), BigInteger)

"""Who reads: one row for each address and newsletter.

Addresses come in two forms: `email` as the person wrote it, and `address` as it is compared. The caller provides both
(audience.address.normalise), since this room does not know that one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection, Row, Select, func, select, update

from publisher.model.subscriber import ConsentState, Frequency, Subscriber
from publisher.store.inserts import insert_missing
from publisher.store.schema import subscriber_topics, subscribers, suppressions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from typing import Any

#: What became of somebody who was to be added. "unsubscribed" and "suppressed" people are left as they are.
Added = Literal["added", "already there", "unsubscribed", "suppressed"]

#: Rows fetched at a time, so that a million subscribers need no memory to speak of.
PAGE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSubscriber:
    """Somebody to be added."""

    email: str
    address: str
    name: str = ""
    #: pending: they are asked first whether they meant it.
    state: ConsentState = "active"
    frequency: Frequency = "weekly"
    #: What they chose to read; empty: everything.
    topics: frozenset[str] = frozenset()


def add_subscribers(
    connection: Connection, newsletter: str, people: Sequence[NewSubscriber], now: datetime
) -> tuple[Added, ...]:
    """Add people who are not there yet. Says what became of each, in the same order.

    people: at most some thousands at a time, each address once.
    """
    addresses = [person.address for person in people]
    states = _states(connection, newsletter, addresses)
    barred = frozenset(connection.scalars(select(suppressions.c.address).where(suppressions.c.address.in_(addresses))))
    outcomes = tuple(_decide(states.get(address), barred=address in barred) for address in addresses)
    rows = [
        {
            "newsletter": newsletter,
            "email": person.email,
            "address": person.address,
            "name": person.name,
            "state": person.state,
            "since": now,
            "frequency": person.frequency,
        }
        for person, outcome in zip(people, outcomes, strict=True)
        if outcome == "added"
    ]
    if rows:
        connection.execute(insert_missing(connection, subscribers), rows)
    added = {person.address: person for person, outcome in zip(people, outcomes, strict=True) if outcome == "added"}
    _add_topics(connection, newsletter, {address: person.topics for address, person in added.items() if person.topics})
    return outcomes


def _add_topics(connection: Connection, newsletter: str, topics: Mapping[str, frozenset[str]]) -> None:
    """Keep what people chose who were just added, by address."""
    query = select(subscribers.c.id, subscribers.c.address).where(
        subscribers.c.newsletter == newsletter, subscribers.c.address.in_(topics)
    )
    found = connection.execute(query).all() if topics else ()
    rows = [{"subscriber_id": row.id, "topic": topic} for row in found for topic in sorted(topics[row.address])]
    if rows:
        connection.execute(insert_missing(connection, subscriber_topics), rows)


def _states(connection: Connection, newsletter: str, addresses: Sequence[str]) -> dict[str, str]:
    query = select(subscribers.c.address, subscribers.c.state).where(
        subscribers.c.newsletter == newsletter, subscribers.c.address.in_(addresses)
    )
    return {row.address: row.state for row in connection.execute(query)}


def _decide(state: str | None, *, barred: bool) -> Added:
    if barred:
        return "suppressed"
    if state == "unsubscribed":
        return "unsubscribed"
    return "added" if state is None else "already there"


def find_subscriber(connection: Connection, newsletter: str, address: str) -> Subscriber | None:
    """Give the subscriber with that address, or None."""
    row = connection.execute(_of(newsletter).where(subscribers.c.address == address)).one_or_none()
    return None if row is None else _subscriber(row)


def list_subscribers(
    connection: Connection, newsletter: str, state: ConsentState | None = None
) -> Iterator[Subscriber]:
    """Give the subscribers, by id, one after the other; only those in `state` if one is named."""
    query = _of(newsletter) if state is None else _of(newsletter).where(subscribers.c.state == state)
    for row in connection.execute(query, execution_options={"yield_per": PAGE}):
        yield _subscriber(row)


def count_subscribers(connection: Connection, newsletter: str) -> dict[str, int]:
    """Count the subscribers of each state that occurs."""
    query = (
        select(subscribers.c.state, func.count().label("people"))
        .where(subscribers.c.newsletter == newsletter)
        .group_by(subscribers.c.state)
        .order_by(subscribers.c.state)
    )
    return {row.state: row.people for row in connection.execute(query)}


def set_state(connection: Connection, newsletter: str, address: str, state: ConsentState, now: datetime) -> bool:
    """Change a subscriber's state. Tells whether anything changed: False for a stranger, or the state they had."""
    change = (
        update(subscribers)
        .where(subscribers.c.newsletter == newsletter, subscribers.c.address == address, subscribers.c.state != state)
        .values(state=state, since=now)
    )
    return connection.execute(change).rowcount > 0


def renew_pending(connection: Connection, newsletter: str, address: str, now: datetime) -> bool:
    """Let somebody who is asked to confirm be asked anew. Tells whether there is such a one."""
    waits = (subscribers.c.newsletter == newsletter) & (subscribers.c.address == address)
    change = update(subscribers).where(waits, subscribers.c.state == "pending").values(since=now)
    return connection.execute(change).rowcount > 0


def set_frequency(connection: Connection, subscriber_id: int, frequency: Frequency) -> None:
    """Let a subscriber get these mails from now on."""
    connection.execute(update(subscribers).where(subscribers.c.id == subscriber_id).values(frequency=frequency))


def _of(newsletter: str) -> Select[Any]:
    return select(subscribers).where(subscribers.c.newsletter == newsletter).order_by(subscribers.c.id)


def _subscriber(row: Row[Any]) -> Subscriber:
    names = ("id", "newsletter", "email", "name", "state", "since", "frequency")
    return Subscriber(**{name: getattr(row, name) for name in names})

"""What each subscriber chose to read. Whoever chose nothing reads everything."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, insert, select

from publisher.store.schema import subscriber_topics, subscribers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from publisher.model.subscriber import ConsentState

#: Rows fetched at a time.
PAGE = 1_000


def set_topics(connection: Connection, subscriber_id: int, topics: Iterable[str]) -> None:
    """Let a subscriber read these topics from now on; none: everything."""
    connection.execute(delete(subscriber_topics).where(subscriber_topics.c.subscriber_id == subscriber_id))
    rows = [{"subscriber_id": subscriber_id, "topic": topic} for topic in sorted(set(topics))]
    if rows:
        connection.execute(insert(subscriber_topics), rows)


def find_topics(connection: Connection, subscriber_id: int) -> frozenset[str]:
    """Give what a subscriber chose."""
    query = select(subscriber_topics.c.topic).where(subscriber_topics.c.subscriber_id == subscriber_id)
    return frozenset(connection.scalars(query))


def choices(
    connection: Connection, newsletter: str, state: ConsentState | None = "active"
) -> Iterator[tuple[int, frozenset[str]]]:
    """Give the id and the topics of every subscriber in a state who chose any, by id. state: None: in any."""
    query = (
        select(subscriber_topics.c.subscriber_id, subscriber_topics.c.topic)
        .join(subscribers)
        .where(subscribers.c.newsletter == newsletter)
        .order_by(subscriber_topics.c.subscriber_id, subscriber_topics.c.topic)
    )
    query = query if state is None else query.where(subscribers.c.state == state)
    rows = connection.execute(query, execution_options={"yield_per": PAGE})
    for subscriber_id, chosen in groupby(rows, key=lambda row: row.subscriber_id):
        yield subscriber_id, frozenset(row.topic for row in chosen)

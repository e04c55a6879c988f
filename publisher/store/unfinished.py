"""Issues that were begun, or frozen, and did not reach everybody."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from sqlalchemy import Connection, exists, func, select

from publisher.store.schema import DeliveryState, deliveries, issues, plans, subscribers

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Rows in these states still want a message.
WAITING: tuple[DeliveryState, ...] = ("planned", "claimed", "committing", "deferred")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """An issue that somebody still waits for."""

    number: int
    subject: str
    #: How many deliveries wait, by state; empty where the audience was never fixed.
    waiting: Mapping[DeliveryState, int]


def unfinished_issues(connection: Connection, newsletter: str, *, but: int | None = None) -> tuple[Unfinished, ...]:
    """Give the issues of a newsletter that somebody waits for, by number; and the latest one if it was never sent.

    but: leave out the issue of this number.
    """
    mine = (issues.c.newsletter == newsletter) & (issues.c.number != (but or 0))
    counts: dict[tuple[int, str], dict[DeliveryState, int]] = defaultdict(dict)
    query = (
        select(issues.c.number, issues.c.subject, deliveries.c.state, func.count().label("rows"))
        .join(deliveries, deliveries.c.issue_id == issues.c.id)
        .where(mine, deliveries.c.state.in_(WAITING))
        .group_by(issues.c.number, issues.c.subject, deliveries.c.state)
        .order_by(issues.c.number, deliveries.c.state)
    )
    for row in connection.execute(query):
        counts[row.number, row.subject][row.state] = row.rows
    begun = [
        Unfinished(number=number, subject=subject, waiting=MappingProxyType(found))
        for (number, subject), found in counts.items()
    ]
    return (*begun, *_never_sent(connection, newsletter, but))


def _never_sent(connection: Connection, newsletter: str, but: int | None) -> tuple[Unfinished, ...]:
    """Give the latest digest but one, if it has no plan though somebody was subscribed when it was frozen."""
    query = (
        select(issues.c.id, issues.c.number, issues.c.subject, issues.c.frozen_at)
        .where(issues.c.newsletter == newsletter, issues.c.number != (but or 0), issues.c.kind == "digest")
        .order_by(issues.c.number.desc())
        .limit(1)
        .subquery()
    )
    readers = exists().where(
        subscribers.c.newsletter == newsletter,
        subscribers.c.state == "active",
        subscribers.c.since <= query.c.frozen_at,
    )
    found = select(query).where(~exists().where(plans.c.issue_id == query.c.id), readers)
    return tuple(
        Unfinished(number=row.number, subject=row.subject, waiting=MappingProxyType({}))
        for row in connection.execute(found)
    )

"""What came back, kept: each report of each mail once, and what they add up to.

Scores follow Mailman: one point for a failure that says little about the address, half a point for a full mailbox or
the like, at most once a day, over a span of days.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection, select

from publisher.store.inserts import insert_missing
from publisher.store.schema import feedback, issues, subscribers, suppressions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from publisher.model.subscriber import ConsentState

#: Kinds of reports that are kept; vacation notices and the like are not.
KeptKind = Literal["hard", "failed", "soft", "policy", "delayed", "complaint", "unsubscribe", "confirm"]
#: What a bad day adds to an address's score.
SCORES: Mapping[str, float] = {"hard": 1.0, "failed": 1.0, "soft": 0.5}
#: Rows fetched at a time.
PAGE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackRow:
    """One report, as it is kept."""

    mail: str
    position: int
    kind: KeptKind
    address: str
    subscriber_id: int | None
    issue_id: int | None
    status: str
    detail: str
    reported_at: datetime
    read_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A subscriber, as feedback names one: by number."""

    id: int
    newsletter: str
    email: str
    address: str
    state: ConsentState


def add_feedback(connection: Connection, row: FeedbackRow) -> bool:
    """Keep a report. Tells whether it is new; one that was kept before stays as it is."""
    values = {name: getattr(row, name) for name in row.__slots__}
    insert = insert_missing(connection, feedback).values(values).returning(feedback.c.mail)
    return connection.scalar(insert) is not None


def score_of(connection: Connection, address: str, since: datetime) -> float:
    """Add up what counts against an address: the worst report of each day (in UTC) after `since`."""
    query = select(feedback.c.kind, feedback.c.reported_at).where(
        feedback.c.address == address, feedback.c.reported_at > since, feedback.c.kind.in_(list(SCORES))
    )
    days: dict[object, float] = {}
    for row in connection.execute(query):
        day = row.reported_at.date()
        days[day] = max(days.get(day, 0.0), SCORES[row.kind])
    return sum(days.values())


def find_person(connection: Connection, subscriber_id: int) -> Person | None:
    """Give the subscriber with that number, or None."""
    row = connection.execute(select(subscribers).where(subscribers.c.id == subscriber_id)).one_or_none()
    if row is None:
        return None
    return Person(id=row.id, newsletter=row.newsletter, email=row.email, address=row.address, state=row.state)


def find_issue_id(connection: Connection, newsletter: str, number: int) -> int | None:
    """Give the key of an issue by its number, or None."""
    query = select(issues.c.id).where(issues.c.newsletter == newsletter, issues.c.number == number)
    return connection.scalar(query)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A report, with what became of the address."""

    row: FeedbackRow
    #: Why nothing is mailed to the address any more; empty while it is.
    suppressed: str


def list_feedback(connection: Connection, address: str | None = None) -> Iterator[Kept]:
    """Give what came back, oldest first; only about one address if one is named."""
    query = (
        select(feedback, suppressions.c.reason)
        .outerjoin(suppressions, suppressions.c.address == feedback.c.address)
        .order_by(feedback.c.reported_at, feedback.c.mail, feedback.c.position)
    )
    query = query if address is None else query.where(feedback.c.address == address)
    for row in connection.execute(query, execution_options={"yield_per": PAGE}):
        facts = {name: getattr(row, name) for name in FeedbackRow.__slots__}
        yield Kept(row=FeedbackRow(**facts), suppressed=row.reason or "")

"""Why somebody did or did not get an issue: everything the store knows of one address, in the order it happened."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.audience.address import normalise
from publisher.pipeline.subscribers import new_subscriber
from publisher.store.deliveries import Delivery, deliveries_to
from publisher.store.feedback import KeptKind, list_feedback
from publisher.store.issues import keys_of, list_issues
from publisher.store.journal import entries
from publisher.store.letters import LetterRow, letters_to
from publisher.store.open import open_store
from publisher.store.plans import find_plan
from publisher.store.subscribers import find_subscriber
from publisher.store.suppressions import find_suppression
from publisher.store.topics import find_topics

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from publisher.config import Config
    from publisher.model.subscriber import Subscriber, Suppression


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One thing that happened to a delivery."""

    at: datetime
    #: In the journal's word: planned, claimed, committing, outcome, released, recovered, …
    event: str
    state: str
    attempt: int
    reason: str = ""
    smtp_code: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueStory:
    """One issue, and what became of it for one address."""

    number: int
    subject: str
    #: Why they got it or not, in a sentence.
    why: str
    #: None: they have no row, because they were no active subscriber when the audience was fixed.
    delivery: Delivery | None = None
    moments: tuple[Moment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CameBack:
    """A bounce, a complaint, a refusal during a send, or a wish to leave."""

    at: datetime
    kind: KeptKind
    #: Enhanced status code; empty if there was none.
    status: str
    detail: str
    #: Which issue of this newsletter it was about; None where that is not known.
    issue: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What one newsletter knows of one address."""

    newsletter: str
    email: str
    subscriber: Subscriber | None
    topics: frozenset[str]
    suppression: Suppression | None
    #: What came back from the address, whatever newsletter it was about, oldest first.
    came_back: tuple[CameBack, ...]
    #: Mails about single posts only where they had a part in them.
    issues: tuple[IssueStory, ...]
    #: To them alone: to confirm, to welcome, to say goodbye; oldest first.
    letters: tuple[LetterRow, ...] = ()


def explain(config: Config, name: str, email: str, number: int | None = None) -> Explanation:
    """Tell the story of an address. number: of one issue only. Raises ConfigError for what is no address."""
    address = normalise(new_subscriber(email).email)
    with closing(open_store(config.store.url, config.root)) as store, store.read() as connection:
        person = find_subscriber(connection, name, address)
        mine = {delivery.issue_id: delivery for delivery in deliveries_to(connection, name, address)}
        issues = list_issues(connection, name)
        posts = frozenset(keys_of(connection, name, "post").values())
        stories = [
            _story(connection, key, issue_number, subject, mine.get(key), person)
            for key, issue_number, subject in issues
            if issue_number == number or (number is None and (key in mine or issue_number not in posts))
        ]
        return Explanation(
            newsletter=name,
            email=email,
            subscriber=person,
            topics=find_topics(connection, person.id) if person else frozenset(),
            suppression=find_suppression(connection, address),
            came_back=_came_back(connection, address, {key: issue_number for key, issue_number, _ in issues}),
            issues=tuple(stories),
            letters=letters_to(connection, person.id) if person else (),
        )


def _came_back(connection: Connection, address: str, numbers: Mapping[int, int]) -> tuple[CameBack, ...]:
    """Give what came back from an address. numbers: of this newsletter's issues, by their key."""
    rows = [kept.row for kept in list_feedback(connection, address)]
    return tuple(
        CameBack(
            at=row.reported_at,
            kind=row.kind,
            status=row.status,
            detail=row.detail,
            issue=None if row.issue_id is None else numbers.get(row.issue_id),
        )
        for row in rows
    )


def _story(  # noqa: PLR0917 - what belongs to one issue, handed on once
    connection: Connection, key: int, number: int, subject: str, delivery: Delivery | None, person: Subscriber | None
) -> IssueStory:
    if delivery is None:
        return IssueStory(number=number, subject=subject, why=_why_not(connection, key, person))
    who = delivery.subscriber_id
    moments = tuple(
        Moment(
            at=entry.at,
            # How one message ended is noted in the same breath as that the next ones may leave.
            event="outcome" if entry.event == "committing" != step.state else entry.event,
            state=step.state,
            attempt=step.attempt,
            reason=step.reason,
            smtp_code=step.smtp_code,
            note=entry.note,
        )
        for entry in entries(connection, key, about=who)
        for step in entry.steps
        if step.subscriber_id == who
    )
    return IssueStory(number=number, subject=subject, why=_why(delivery), delivery=delivery, moments=moments)


#: What became of a delivery, by its state.
WHY = {
    "accepted": "sent",
    "planned": "not sent yet: it is planned",
    "claimed": "it is being sent, or the run that sent it has died",
    "committing": "it is being sent, or the run that sent it has died",
    "deferred": "not sent yet: it is tried again",
    "rejected": "not sent",
    "uncertain": "nobody knows whether it arrived",
    "suppressed": "not sent",
    "skipped": "not sent",
}


def _why(delivery: Delivery) -> str:
    """Say in a sentence what became of a delivery."""
    if delivery.state == "accepted":
        taken = f" as {delivery.provider_id}" if delivery.provider_id else ""
        return f"sent to {delivery.email}: {delivery.transport} took it{taken}"
    return WHY[delivery.state] + (f": {delivery.detail}" if delivery.detail else "")


def _why_not(connection: Connection, key: int, person: Subscriber | None) -> str:
    plan = find_plan(connection, key)
    if plan is None:
        return "not sent: nobody got it yet"
    if person is None:
        return "not sent: the address was never subscribed"
    fixed = f"when the audience was fixed ({plan.planned_at:%Y-%m-%d %H:%M} UTC)"
    return f"not sent: it was not on the list {fixed}; it is {person.state} since {person.since:%Y-%m-%d %H:%M} UTC"

"""Who gets an issue: every active subscriber becomes a row of the ledger, whatever is decided about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.audience.address import fault_in, to_wire
from publisher.store.issues import issue_id
from publisher.store.ledger import deliveries_in
from publisher.store.plans import Candidate, Plan, Planned, candidates, find_plan, write_plan
from publisher.store.schema import DELIVERY_STATES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from publisher.model.issue import Issue
    from publisher.store.schema import DeliveryState


def decide(candidate: Candidate) -> Planned:
    """Decide about one active subscriber: mail to them, or say why not."""
    if candidate.suppressed:
        return Planned(
            candidate=candidate,
            email=candidate.email,
            state="suppressed",
            detail=f"must not be mailed to: {candidate.suppressed}",
        )
    fault = fault_in(candidate.email)
    if fault:
        detail = f"can't be mailed to: {fault}"
        return Planned(candidate=candidate, email=candidate.email, state="rejected", reason="address", detail=detail)
    return Planned(candidate=candidate, email=to_wire(candidate.email), state="planned")


def plan_audience(connection: Connection, issue: Issue, now: datetime) -> Plan | None:
    """Fix the audience of an issue once and for all, or give the plan that is there.

    None, and nothing written, while nobody is subscribed: whoever comes first shall still get the issue.
    Raises StoreError when the equation does not balance.
    """
    key = issue_id(connection, issue.newsletter, issue.number)
    found = find_plan(connection, key)
    if found:
        return found
    everybody = candidates(connection, issue.newsletter)
    first = next(everybody, None)
    if first is None:
        return None
    return write_plan(connection, key, issue.newsletter, _decide_all(first, everybody), now)


def _decide_all(first: Candidate, others: Iterator[Candidate]) -> Iterator[Planned]:
    yield decide(first)
    for candidate in others:
        yield decide(candidate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """What a send would do about one subscriber, or has done."""

    email: str
    name: str
    state: DeliveryState
    #: Why, where they get nothing (more).
    detail: str


def prospects(connection: Connection, issue: Issue, *, frozen: bool) -> Iterator[Prospect]:
    """Give everybody an issue concerns: from the ledger once the audience is fixed, else as it would be fixed now."""
    key = issue_id(connection, issue.newsletter, issue.number) if frozen else None
    if key is not None and find_plan(connection, key):
        for row in deliveries_in(connection, key, *DELIVERY_STATES):
            yield Prospect(email=row.email, name=row.name, state=row.state, detail=row.detail)
        return
    for planned in map(decide, candidates(connection, issue.newsletter)):
        yield Prospect(email=planned.email, name=planned.candidate.name, state=planned.state, detail=planned.detail)

"""Plans: who an issue is meant for, fixed before the first message leaves, and balanced.

active = planned + suppressed + invalid: every active subscriber gets a row in the ledger, also those who get no mail,
so that the ledger can say of everybody why they did or did not get an issue.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, insert, select

from publisher.errors import StoreError
from publisher.store.schema import DeliveryState, deliveries, plans, subscribers, suppressions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

#: Rows written or fetched at a time.
PAGE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An active subscriber, when the audience of an issue is being planned."""

    subscriber_id: int
    email: str
    address: str
    name: str
    #: Why nothing may be mailed to them; empty when it may.
    suppressed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What the plan says about a candidate; becomes their row in the ledger."""

    candidate: Candidate
    #: RCPT TO.
    email: str
    state: DeliveryState
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Who an issue was meant for, fixed before the first message left: active = planned + suppressed + invalid."""

    planned_at: datetime
    active: int
    planned: int
    suppressed: int
    invalid: int


def candidates(connection: Connection, newsletter: str) -> Iterator[Candidate]:
    """Give every active subscriber of a newsletter, by id, with the suppression that stands against them."""
    query = (
        select(subscribers, suppressions.c.reason)
        .outerjoin(suppressions, suppressions.c.address == subscribers.c.address)
        .where(subscribers.c.newsletter == newsletter, subscribers.c.state == "active")
        .order_by(subscribers.c.id)
    )
    for row in connection.execute(query, execution_options={"yield_per": PAGE}):
        yield Candidate(
            subscriber_id=row.id, email=row.email, address=row.address, name=row.name, suppressed=row.reason or ""
        )


def find_plan(connection: Connection, issue_id: int) -> Plan | None:
    """Give the plan of an issue, or None when its audience is not fixed yet."""
    row = connection.execute(select(plans).where(plans.c.issue_id == issue_id)).one_or_none()
    if row is None:
        return None
    counts = {name: getattr(row, name) for name in ("active", "planned", "suppressed", "invalid")}
    return Plan(planned_at=row.planned_at, **counts)


def write_plan(connection: Connection, issue_id: int, newsletter: str, rows: Iterable[Planned], now: datetime) -> Plan:
    """Fix the audience of an issue: a row for every active subscriber, whatever becomes of them.

    rows: "planned", "suppressed", or "rejected" for an address that can't be mailed to.
    Raises StoreError, and keeps nothing, when somebody active has no row or two.
    """
    counts = dict.fromkeys(("planned", "suppressed", "rejected"), 0)
    remaining = iter(rows)
    while page := tuple(islice(remaining, PAGE)):
        connection.execute(insert(deliveries), [_new_row(issue_id, row, now) for row in page])
        for row in page:
            counts[row.state] += 1
    plan = Plan(
        planned_at=now,
        active=_active(connection, newsletter),
        planned=counts["planned"],
        suppressed=counts["suppressed"],
        invalid=counts["rejected"],
    )
    check_balance(plan)
    values = {name: getattr(plan, name) for name in ("planned_at", "active", "planned", "suppressed", "invalid")}
    connection.execute(insert(plans).values(issue_id=issue_id, **values))
    return plan


def check_balance(plan: Plan) -> None:
    """Raise StoreError when somebody active is neither planned nor left out for a reason."""
    found = plan.planned + plan.suppressed + plan.invalid
    if found != plan.active:
        raise StoreError(
            f"the audience does not balance: {plan.active} active subscribers, but {plan.planned} planned"
            f" + {plan.suppressed} suppressed + {plan.invalid} invalid = {found}",
            hint="the list changed meanwhile, or the store is damaged; nothing was sent: run the command again",
        )


def _active(connection: Connection, newsletter: str) -> int:
    query = select(func.count()).where(subscribers.c.newsletter == newsletter, subscribers.c.state == "active")
    return connection.execute(query).scalar_one()


def _new_row(issue_id: int, planned: Planned, now: datetime) -> dict[str, Any]:
    return {
        "issue_id": issue_id,
        "subscriber_id": planned.candidate.subscriber_id,
        "email": planned.email,
        "address": planned.candidate.address,
        "name": planned.candidate.name,
        "state": planned.state,
        "attempt": 0,
        "transport": "",
        "provider_id": "",
        "reason": planned.reason,
        "detail": planned.detail,
        "planned_at": now,
        "changed_at": now,
    }

"""Plans: who an issue is meant for, fixed before the first message leaves, and balanced.

active = planned + suppressed + invalid + not interested + already had it: every active subscriber gets a row in the
ledger, also those who get no mail, so that the ledger can say of everybody why they did or did not get an issue.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal, get_args

from sqlalchemy import ColumnElement, Connection, func, insert, select, text

from publisher.errors import StoreError
from publisher.model.subscriber import FREQUENCIES
from publisher.store.deliveries import Delivery
from publisher.store.journal import append, lock_issue
from publisher.store.schema import DeliveryState, deliveries, plans, subscribers, suppressions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from publisher.model.subscriber import Frequency

#: Rows written or fetched at a time.
PAGE = 1_000

#: What a plan decides about somebody: the terms of the equation.
Share = Literal["planned", "suppressed", "invalid", "not_interested", "already"]
SHARES: tuple[Share, ...] = get_args(Share)
#: Why a row is "skipped", in its column `reason`.
NOT_INTERESTED = "topics"
OTHER_FREQUENCY = "frequency"
ALREADY = "had it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An active subscriber, when the audience of an issue is being planned."""

    subscriber_id: int
    email: str
    address: str
    name: str
    #: Why nothing may be mailed to them; empty when it may.
    suppressed: str
    #: Which mails they want.
    frequency: Frequency = "weekly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What the plan says about a candidate; becomes their row in the ledger."""

    candidate: Candidate
    #: RCPT TO.
    email: str
    state: DeliveryState
    reason: str = ""
    detail: str = ""
    #: Which variant of the issue; empty: the whole of it.
    selection: str = ""

    @property
    def share(self) -> Share:
        """Which term of the equation it counts for."""
        if self.state == "skipped":
            return "already" if self.reason == ALREADY else "not_interested"
        return "suppressed" if self.state == "suppressed" else "invalid" if self.state == "rejected" else "planned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Who an issue was meant for, fixed before the first message left: `active` is the sum of the other counts."""

    planned_at: datetime
    active: int
    planned: int
    suppressed: int
    invalid: int
    not_interested: int = 0
    already: int = 0
    #: SHA-256 over issue and everybody's row, in hex: a dry run that shows the same hash showed this plan.
    plan_hash: str = ""

    @property
    def equation(self) -> str:
        """Write it out: "4 active = 3 planned + 1 suppressed"."""
        shares = [(getattr(self, share), share.replace("_", " ")) for share in SHARES]
        terms = [f"{count} {'already had it' if share == 'already' else share}" for count, share in shares if count]
        return f"{self.active} active = {' + '.join(terms) or '0 planned'}"


class Tally:
    """Counts and hashes a plan while its rows go by, so that a dry run and a send say the same of the same rows."""

    def __init__(self, content_hash: str) -> None:
        self._hash = hashlib.sha256(f"publisher plan 1\n{content_hash}\n".encode())
        self._counts: Counter[Share] = Counter()

    def add(self, row: Planned) -> None:
        """Take the next row, by subscriber id."""
        facts = [row.candidate.subscriber_id, row.email, row.candidate.name, row.state, row.reason, row.selection]
        self._hash.update(json.dumps(facts, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
        self._counts[row.share] += 1

    def plan(self, planned_at: datetime, active: int) -> Plan:
        """Give the plan of the rows so far. active: how many there ought to be, counted another way."""
        counts = {share: self._counts[share] for share in SHARES}
        return Plan(planned_at=planned_at, active=active, plan_hash=self._hash.hexdigest(), **counts)


def candidates(
    connection: Connection, newsletter: str, among: Sequence[Frequency] = FREQUENCIES
) -> Iterator[Candidate]:
    """Give every active subscriber of a newsletter, by id, with the suppression that stands against them.

    among: only those who want mails so often.
    """
    query = (
        select(subscribers, suppressions.c.reason)
        .outerjoin(suppressions, suppressions.c.address == subscribers.c.address)
        .where(_is_active(newsletter, among))
        .order_by(subscribers.c.id)
    )
    for row in connection.execute(query, execution_options={"yield_per": PAGE}):
        yield Candidate(
            subscriber_id=row.id,
            email=row.email,
            address=row.address,
            name=row.name,
            suppressed=row.reason or "",
            frequency=row.frequency,
        )


def find_plan(connection: Connection, issue_id: int) -> Plan | None:
    """Give the plan of an issue, or None when its audience is not fixed yet."""
    row = connection.execute(select(plans).where(plans.c.issue_id == issue_id)).one_or_none()
    return None if row is None else Plan(**{name: getattr(row, name) for name in COLUMNS})


#: Columns that carry the name of the Plan's own field.
COLUMNS = ("planned_at", "active", *SHARES, "plan_hash")


def write_plan(
    connection: Connection,
    issue_id: int,
    newsletter: str,
    rows: Iterable[Planned],
    now: datetime,
    *,
    tally: Tally,
    among: Sequence[Frequency] = FREQUENCIES,
) -> Plan:
    """Fix the audience of an issue: a row for every active subscriber, whatever becomes of them.

    rows: "planned", "suppressed", "skipped", or "rejected" for an address that can't be mailed to; by subscriber id.
    among: an issue that is only for those who want mails so often has rows of theirs only.
    Raises StoreError, and keeps nothing, when somebody active has no row or two.
    """
    lock_issue(connection, issue_id)
    _hold_subscribers(connection)
    remaining = iter(rows)
    while page := tuple(islice(remaining, PAGE)):
        new = [_new_row(issue_id, row, now) for row in page]
        connection.execute(insert(deliveries), [row._asdict() for row in new])
        append(connection, issue_id, "planned", new, now)
        for row in page:
            tally.add(row)
    plan = tally.plan(now, count_active(connection, newsletter, among))
    check_balance(plan)
    connection.execute(insert(plans).values(issue_id=issue_id, **{name: getattr(plan, name) for name in COLUMNS}))
    return plan


def _hold_subscribers(connection: Connection) -> None:
    """Let nobody join or leave until the plan is written, so that two questions get answers that agree."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE subscribers IN SHARE MODE"))


def check_balance(plan: Plan) -> None:
    """Raise StoreError when somebody active is neither planned nor left out for a reason."""
    found = sum(getattr(plan, share) for share in SHARES)
    if found != plan.active:
        raise StoreError(
            f"the audience does not balance: {plan.active} active subscribers, but {plan.planned} planned"
            f" + {plan.suppressed} suppressed + {plan.invalid} invalid + {plan.not_interested} not interested"
            f" + {plan.already} already had it = {found}",
            hint="the list changed meanwhile, or the store is damaged; nothing was sent: run the command again",
        )


def count_active(connection: Connection, newsletter: str, among: Sequence[Frequency] = FREQUENCIES) -> int:
    """Count the active subscribers of a newsletter, of those who want mails so often."""
    return connection.execute(select(func.count()).where(_is_active(newsletter, among))).scalar_one()


def _is_active(newsletter: str, among: Sequence[Frequency]) -> ColumnElement[bool]:
    active = (subscribers.c.newsletter == newsletter) & (subscribers.c.state == "active")
    return active if len(among) == len(FREQUENCIES) else active & subscribers.c.frequency.in_(among)


def _new_row(issue_id: int, planned: Planned, now: datetime) -> Delivery:
    return Delivery(
        issue_id=issue_id,
        subscriber_id=planned.candidate.subscriber_id,
        email=planned.email,
        address=planned.candidate.address,
        name=planned.candidate.name,
        selection=planned.selection,
        state=planned.state,
        attempt=0,
        sender=0,
        transport="",
        provider_id="",
        reason=planned.reason,
        detail=planned.detail,
        smtp_code=None,
        retry_at=None,
        planned_at=now,
        changed_at=now,
    )

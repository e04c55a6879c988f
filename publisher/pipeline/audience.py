"""Who gets an issue: every active subscriber becomes a row of the ledger, whatever is decided about them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from publisher.audience.address import fault_in, mailbox_of, to_wire
from publisher.model.subscriber import FREQUENCIES, selection_key, topics_in
from publisher.store.deliveries import PAGE, deliveries_in, selections
from publisher.store.issues import issue_id
from publisher.store.journal import lock_issue
from publisher.store.plans import (
    ALREADY,
    NOT_INTERESTED,
    OTHER_FREQUENCY,
    Candidate,
    Plan,
    Planned,
    Tally,
    candidates,
    count_active,
    find_plan,
    write_plan,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from publisher.model.issue import Issue, IssueKind
    from publisher.model.subscriber import Frequency
    from publisher.pipeline.variants import Variants
    from publisher.store.schema import DeliveryState


@dataclass(slots=True)
class Audience:
    """Decides about one subscriber after another, by id."""

    #: What readers chose; None: everybody gets the whole issue.
    variants: Variants | None = None
    kind: IssueKind = "digest"
    #: Mailboxes that somebody's mail goes to already, of those that take several addresses.
    _mailboxes: set[str] = field(default_factory=set)

    def decide(self, candidate: Candidate) -> Planned:
        """Decide about one active subscriber: mail to them, or say why not."""
        if candidate.suppressed:
            return _out(candidate, "suppressed", "", f"must not be mailed to: {candidate.suppressed}")
        fault = fault_in(candidate.email)
        if fault:
            return _out(candidate, "rejected", "address", f"can't be mailed to: {fault}")
        if self.kind == "digest" and candidate.frequency == "posts":
            return _out(candidate, "skipped", OTHER_FREQUENCY, "gets a mail for each new post instead")
        topics = self.variants.chosen.get(candidate.subscriber_id, frozenset()) if self.variants else frozenset()
        if self.variants and self.variants.variant_for(topics) is None:
            return _out(candidate, "skipped", NOT_INTERESTED, f"nothing about {', '.join(sorted(topics))}")
        mailbox = mailbox_of(candidate.address)
        if mailbox in self._mailboxes:
            return _out(candidate, "skipped", ALREADY, f"another address of the mailbox {mailbox} gets it")
        if mailbox:
            self._mailboxes.add(mailbox)
        email, selection = to_wire(candidate.email), selection_key(topics)
        return Planned(candidate=candidate, email=email, state="planned", selection=selection)

    def decide_all(self, everybody: Iterable[Candidate]) -> Iterator[Planned]:
        """Decide about everybody, in their order."""
        return map(self.decide, everybody)


#: Who is asked at all: the mail about one post is for those who chose it, and the ledger says nothing of the others.
AMONG: Mapping[IssueKind, tuple[Frequency, ...]] = MappingProxyType(
    {"digest": FREQUENCIES, "post": ("posts", "both"), "announcement": FREQUENCIES}
)


def _out(candidate: Candidate, state: DeliveryState, reason: str, detail: str) -> Planned:
    return Planned(candidate=candidate, email=candidate.email, state=state, reason=reason, detail=detail)


def plan_audience(connection: Connection, issue: Issue, now: datetime, variants: Variants | None = None) -> Plan | None:
    """Fix the audience of an issue once and for all, or give the plan that is there.

    variants: frozen ones. None, and nothing written, while nobody is subscribed: whoever comes first shall still get
    the issue. Raises StoreError when the equation does not balance.
    """
    key = issue_id(connection, issue.newsletter, issue.number)
    lock_issue(connection, key)
    found = find_plan(connection, key)
    among = AMONG[issue.kind]
    if found or not count_active(connection, issue.newsletter, among):
        return found
    decided = Audience(variants, issue.kind).decide_all(candidates(connection, issue.newsletter, among))
    return write_plan(connection, key, issue.newsletter, decided, now, tally=Tally(issue.content_hash), among=among)


def as_planned(connection: Connection, key: int, variants: Variants) -> Variants:
    """Give the variants with the choices that counted when the audience was fixed. key: the issue's id."""
    rows = connection.execute(selections(key), execution_options={"yield_per": PAGE})
    return replace(variants, chosen=MappingProxyType({row.subscriber_id: topics_in(row.selection) for row in rows}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """What a send would do about one subscriber, or has done."""

    email: str
    name: str
    state: DeliveryState
    #: Why, where they get nothing (more).
    detail: str
    #: The topics they chose, one per line; empty: they get the whole issue.
    selection: str = ""


def foresee(
    connection: Connection, issue: Issue, now: datetime, variants: Variants | None, *, frozen: bool
) -> tuple[Plan, tuple[Prospect, ...]]:
    """Give the plan of an issue and everybody it concerns: as it was fixed, or else as it would be fixed now."""
    key = issue_id(connection, issue.newsletter, issue.number) if frozen else None
    plan = find_plan(connection, key) if key is not None else None
    if plan is not None and key is not None:
        rows = deliveries_in(connection, key)
        return plan, tuple(_prospect(row.email, row.name, row.state, row.detail, row.selection) for row in rows)
    tally, found, among = Tally(issue.content_hash), [], AMONG[issue.kind]
    for row in Audience(variants, issue.kind).decide_all(candidates(connection, issue.newsletter, among)):
        tally.add(row)
        found.append(_prospect(row.email, row.candidate.name, row.state, row.detail, row.selection))
    return tally.plan(now, count_active(connection, issue.newsletter, among)), tuple(found)


def _prospect(email: str, name: str, state: DeliveryState, detail: str, selection: str) -> Prospect:
    return Prospect(email=email, name=name, state=state, detail=detail, selection=selection)

"""What a send did and where its issue stands, for people, scripts and exit codes."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from publisher.errors import Problem
from publisher.pipeline.station import living
from publisher.store.deliveries import Delivery, count_states, deliveries_in, next_retry
from publisher.store.senders import Sender, unended
from publisher.store.unfinished import WAITING, Unfinished, unfinished_issues

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from publisher.errors import DeliveryError
    from publisher.model.issue import Issue
    from publisher.pipeline.issue import IssueReport
    from publisher.store.open import Store
    from publisher.store.plans import Plan
    from publisher.store.schema import DeliveryState

SendOutcome = Literal[
    "nothing new",
    "nobody subscribed",
    "already sent",
    "sent",
    "partly sent",
    "try later",
    "stopped",
    "canary sent",
    "canary failed",
    "cancelled",
    "not sent",
]
#: Rows in these states are worth a person's look.
TROUBLED: tuple[DeliveryState, ...] = ("uncertain", "rejected", "deferred")
#: So many of them are listed in a report.
LISTED = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SendReport:
    """What a run did, and where the issue stands now."""

    outcome: SendOutcome
    newsletter: str
    #: None when there was nothing new to send.
    issue: Issue | None = None
    #: Who the issue is meant for; None while nobody is subscribed.
    plan: Plan | None = None
    #: Deliveries that ended in each state in this run.
    run: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    #: All deliveries of the issue by state, after this run.
    states: Mapping[DeliveryState, int] = field(default_factory=lambda: MappingProxyType({}))
    #: How many deliveries somebody has cancelled.
    cancelled: int = 0
    #: Deliveries that are uncertain, rejected or deferred: at most LISTED.
    troubled: tuple[Delivery, ...] = ()
    #: When a deferred delivery may be tried again; None when that is any time.
    retry_at: datetime | None = None
    #: Other runs that are at work on the same issue.
    others: tuple[Sender, ...] = ()
    #: What stopped the run before its end.
    stopped: DeliveryError | None = None
    problems: tuple[Problem, ...] = ()
    #: What can be shown to others (pipeline.certificate), and where it was written.
    certificate: Mapping[str, Any] | None = None
    certificate_path: Path | None = None


def make_report(store: Store, issue_id: int, made: IssueReport, issue: Issue, plan: Plan | None) -> SendReport:
    """Say where an issue stands. The outcome is for the caller to judge."""
    with store.read() as connection:
        skipped = deliveries_in(connection, issue_id, "skipped")
        return SendReport(
            outcome="not sent",
            newsletter=issue.newsletter,
            issue=issue,
            plan=plan,
            states=MappingProxyType(count_states(connection, issue_id)),
            cancelled=sum(row.reason == "cancelled" for row in skipped),
            troubled=tuple(deliveries_in(connection, issue_id, *TROUBLED, limit=LISTED)),
            retry_at=next_retry(connection, issue_id),
            others=living(store, unended(connection, issue_id)),
            problems=made.problems,
        )


def doubts_about_others(store: Store, newsletter: str, number: int | None = None) -> tuple[Problem, ...]:
    """Tell of each issue that did not reach everybody, and what to do about it. number: of an issue to leave out."""
    with store.read() as connection:
        found = unfinished_issues(connection, newsletter, but=number)
    return tuple(_unfinished(newsletter, one) for one in found)


def _unfinished(newsletter: str, issue: Unfinished) -> Problem:
    waiting = ", ".join(f"{rows} {state}" for state, rows in issue.waiting.items())
    again = f"publisher send {newsletter} --issue {issue.number}"
    return Problem(
        f"{newsletter} {issue.number} ({issue.subject})"
        + (f" has not reached everybody: {waiting}" if waiting else " was frozen and never sent"),
        hint=f"{again} goes on with it" + (f", {again} --cancel gives it up" if waiting else ""),
        rule="unfinished-issue",
    )


def judge(
    run: Mapping[str, int], states: Mapping[Any, int], stopped: DeliveryError | None, *, cancelled: int = 0
) -> SendOutcome:
    """Say in one word how a run ended.

    run: deliveries that ended in each state in this run. states: all of the issue's deliveries now.
    """
    accepted = run.get("accepted", 0)
    if stopped and not accepted:
        return "try later" if stopped.temporary else "stopped"
    if any(states.get(state, 0) for state in WAITING):
        return "partly sent" if accepted else "try later"
    if run.get("rejected", 0) or run.get("uncertain", 0) > 0:
        return "partly sent"
    if accepted or run.get("suppressed", 0):
        return "sent"
    return "cancelled" if cancelled else "already sent"

"""A frozen issue reaches every subscriber once: the recipe behind `publisher send`."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from publisher.errors import DeliveryError
from publisher.pipeline.audience import plan_audience
from publisher.pipeline.handover import Handover
from publisher.pipeline.issue import make_issue
from publisher.pipeline.letters import letters_for, opened_transport
from publisher.store.issues import issue_id
from publisher.store.keys import signing_key
from publisher.store.ledger import Delivery, count_states, deliveries_in, next_retry
from publisher.store.open import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from publisher.config import Config
    from publisher.delivery.transport import Transport
    from publisher.errors import Problem
    from publisher.model.issue import Issue
    from publisher.pipeline.issue import IssueReport
    from publisher.store.plans import Plan
    from publisher.store.schema import DeliveryState

SendOutcome = Literal["nothing new", "nobody subscribed", "already sent", "sent", "partly sent", "try later", "stopped"]
#: Rows in these states still want a message.
OPEN: tuple[DeliveryState, ...] = ("planned", "claimed", "committing", "deferred")
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
    #: Deliveries that are uncertain, rejected or deferred: at most LISTED.
    troubled: tuple[Delivery, ...] = ()
    #: When a deferred delivery may be tried again; None when that is any time.
    retry_at: datetime | None = None
    #: What stopped the run before its end.
    stopped: DeliveryError | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """How a long send is followed and ended by whoever started it."""

    #: Asked before each call of the transport; True ends the run in good order.
    stop: Callable[[], bool] = lambda: False
    #: Told how many deliveries are done, of how many.
    progress: Callable[[int, int], None] = lambda _done, _total: None
    #: Tells the time for the ledger; None: `now` all along.
    clock: Callable[[], datetime] | None = None


def send_issue(
    config: Config, name: str, now: datetime, *, watch: Watch | None = None, transport: Transport | None = None
) -> SendReport:
    """Send the issue of the last full week to everybody who has not got it.

    now: aware; decides which week. transport: one that is open already; else the newsletter's own is opened and closed.
    However often and wherever this runs on one store, nobody gets two. What an earlier run left uncertain stays so.
    Raises PublisherError when nothing could be begun: wrong settings, no store, no issue.
    """
    watch = watch or Watch()
    with (
        opened_transport(config, name, transport) as carrier,
        closing(open_store(config.store.url, config.root)) as store,
    ):
        made = make_issue(config, name, now, store=store)
        if made.issue is None:
            return SendReport(outcome="nothing new", newsletter=name, problems=made.problems)
        clock = watch.clock or (lambda: now)
        with store.begin() as connection:
            plan = plan_audience(connection, made.issue, clock())
            key = signing_key(connection, clock())
            row = issue_id(connection, name, made.issue.number)
        if plan is None:
            return SendReport(outcome="nobody subscribed", newsletter=name, issue=made.issue, problems=made.problems)
        handover = Handover(
            store=store,
            issue_id=row,
            letters=letters_for(config, made.issue, key),
            transport=carrier,
            transport_name=config.newsletter(name).transport,
            clock=clock,
        )
        return _run(handover, made, plan, watch)


def _run(handover: Handover, made: IssueReport, plan: Plan, watch: Watch) -> SendReport:
    """Send, and report. A DeliveryError ends the run, not the report."""
    before = _states(handover)
    handover.prepare()
    ready = _states(handover)
    total = ready["planned"]
    stopped: DeliveryError | None = None
    counts: Counter[str] = Counter()

    def told(so_far: Counter[str]) -> None:
        counts.clear()
        counts.update(so_far)
        watch.progress(so_far.total(), total)

    try:
        handover.run(watch.stop, told)
    except DeliveryError as error:
        stopped = error
    after = _states(handover)
    counts["suppressed"] = after["suppressed"] - before["suppressed"]
    counts["uncertain"] = after["uncertain"] - before["uncertain"]
    return _report(handover, made, plan, (+counts, after, stopped))


def _report(
    handover: Handover, made: IssueReport, plan: Plan, ended: tuple[Counter[str], Counter[str], DeliveryError | None]
) -> SendReport:
    run, states, stopped = ended
    with handover.store.read() as connection:
        troubled = tuple(islice(deliveries_in(connection, handover.issue_id, *TROUBLED), LISTED))
        retry_at = next_retry(connection, handover.issue_id)
    return SendReport(
        outcome=judge(run, states, stopped),
        newsletter=handover.letters.template.issue.newsletter,
        issue=made.issue,
        plan=plan,
        run=MappingProxyType(dict(run)),
        states=MappingProxyType(dict(states)),  # type: ignore[arg-type]  # its keys are the ledger's states
        troubled=troubled,
        retry_at=retry_at,
        stopped=stopped,
        problems=made.problems,
    )


def judge(run: Mapping[str, int], states: Mapping[str, int], stopped: DeliveryError | None) -> SendOutcome:
    """Say in one word how a run ended.

    run: deliveries that ended in each state in this run. states: all of the issue's deliveries now.
    """
    accepted = run.get("accepted", 0)
    if stopped and not accepted:
        return "try later" if stopped.temporary else "stopped"
    if any(states.get(state, 0) for state in OPEN):
        return "partly sent" if accepted else "try later"
    if run.get("rejected", 0) or run.get("uncertain", 0) > 0:
        return "partly sent"
    return "sent" if accepted or run.get("suppressed", 0) else "already sent"


def _states(handover: Handover) -> Counter[str]:
    with handover.store.read() as connection:
        return Counter({str(state): rows for state, rows in count_states(connection, handover.issue_id).items()})

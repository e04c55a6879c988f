"""A frozen issue reaches every subscriber once: the recipe behind `publisher send`."""

from __future__ import annotations

from collections import Counter
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from publisher.errors import DeliveryError, StoreError
from publisher.model.subscriber import Subscriber
from publisher.pipeline.alignment import doubts_about_signing
from publisher.pipeline.audience import as_planned, plan_audience
from publisher.pipeline.canary import choose_first
from publisher.pipeline.certificate import make_certificate, write_certificate
from publisher.pipeline.handover import Handover
from publisher.pipeline.letters import doubts_about_leaving, letters_for, opened_transport
from publisher.pipeline.mailing import WeekMailing, frozen_issue
from publisher.pipeline.published import refuse_unpublished
from publisher.pipeline.send_report import SendReport, doubts_about_others, judge, make_report
from publisher.pipeline.station import living, on_duty
from publisher.pipeline.variants import frozen_variants
from publisher.store.deliveries import count_states, tried, untried
from publisher.store.issues import issue_id
from publisher.store.keys import signing_key
from publisher.store.ledger import resend_uncertain
from publisher.store.open import open_store
from publisher.store.plans import find_plan
from publisher.store.senders import unended

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from publisher.config import Config
    from publisher.delivery.transport import Transport
    from publisher.model.issue import Issue
    from publisher.pipeline.issue import IssueReport
    from publisher.pipeline.letters import Letters
    from publisher.pipeline.mailing import Mailing
    from publisher.pipeline.send_report import SendOutcome
    from publisher.store.open import Store
    from publisher.store.plans import Plan
    from publisher.store.schema import DeliveryState

__all__ = ["Canary", "SendOptions", "SendReport", "Watch", "judge", "send_issue", "send_mailing"]

#: What a canary counts as failed: nobody got it, or nobody knows.
FAILED: tuple[DeliveryState, ...] = ("rejected", "uncertain", "deferred")


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """A few go first, to see how it goes."""

    #: Which part of the planned mails, 0 to 1; at least one mail.
    share: float
    #: More failures than this part of them stop the send.
    failures: float = 0.05
    #: Asked whether the rest may follow, with the number of it, when the few went well.
    go_on: Callable[[int], bool] = lambda _rest: False


@dataclass(frozen=True, slots=True, kw_only=True)
class SendOptions:
    """What somebody asked of a send beyond the ordinary."""

    #: An issue that was frozen before, by number; None: that of the last full week.
    number: int | None = None
    canary: Canary | None = None
    #: Who decided that uncertain deliveries are sent again; empty: they are not.
    resend_by: str = ""
    #: Send from a plan however old it is.
    old_plan: bool = False
    #: Send though the site does not serve some pictures.
    missing_images: bool = False
    #: Where the certificate goes; None: .publisher/certificates/ beside publisher.toml.
    certificate: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """How a long send is followed and ended by whoever started it."""

    #: Asked before each call of the transport; True ends the run in good order.
    stop: Callable[[], bool] = lambda: False
    #: Told how many deliveries ended in which state so far, and how many there are to do.
    progress: Callable[[Mapping[str, int], int], None] = lambda _counts, _total: None
    #: Told once, before the first message: the issue and its plan.
    begun: Callable[[Issue, Plan], None] = lambda _issue, _plan: None
    #: Entered while somebody is asked whether to go on.
    asking: Callable[[], AbstractContextManager[None]] = nullcontext
    #: Tells the time for the ledger; None: `now` all along.
    clock: Callable[[], datetime] | None = None


def send_issue(
    config: Config,
    name: str,
    now: datetime,
    *,
    options: SendOptions | None = None,
    watch: Watch | None = None,
    transport: Transport | None = None,
) -> SendReport:
    """Send the issue of the last full week to everybody who has not got it.

    now: aware; decides which week. The rest is as `send_mailing` says.
    """
    options = options or SendOptions()
    week = WeekMailing(config, name, now, options.number)
    return send_mailing(config, week, now, options=options, watch=watch, transport=transport)


def send_mailing(
    config: Config,
    mailing: Mailing,
    now: datetime,
    *,
    options: SendOptions | None = None,
    watch: Watch | None = None,
    transport: Transport | None = None,
) -> SendReport:
    """Send a mailing to everybody it is for who has not got it.

    now: aware. transport: one that is open already; else the newsletter's own is opened and closed.
    However often and wherever this runs on one store, nobody gets two. What an earlier run left uncertain stays so.
    Raises PublisherError when nothing could be begun: wrong settings, no store, no issue, a plan that is too old.
    """
    options, watch = options or SendOptions(), watch or Watch()
    watch = watch if watch.clock else replace(watch, clock=lambda: now)
    name = mailing.newsletter
    with (
        opened_transport(config, name, transport) as carrier,
        closing(open_store(config.store.url, config.root)) as store,
    ):
        made = frozen_issue(mailing, store)
        if made.issue is None:
            problems = (*made.problems, *doubts_about_others(store, name))
            return SendReport(outcome="nothing new", newsletter=name, problems=problems)
        doubts = (
            *doubts_about_leaving(config, name, carrier),
            *doubts_about_signing(config, name),
            *doubts_about_others(store, name, made.issue.number),
        )
        told = replace(made, problems=(*made.problems, *doubts))
        return _Send(config, store, carrier, told, made.issue, options, watch).run()


class _Send:
    """One run over one issue, step by step."""

    def __init__(  # noqa: PLR0917 - it is made in one place, above
        self,
        config: Config,
        store: Store,
        carrier: Transport,
        made: IssueReport,
        issue: Issue,
        options: SendOptions,
        watch: Watch,
    ) -> None:
        assert watch.clock is not None
        self.config, self.store, self.carrier, self.made, self.issue = config, store, carrier, made, issue
        self.options, self.watch, self.clock = options, watch, watch.clock
        with store.begin() as connection:
            self.row = issue_id(connection, issue.newsletter, issue.number)
            self.key = signing_key(connection, self.clock())
        self.counts: Counter[str] = Counter()

    def run(self) -> SendReport:
        """Plan, check, send, report, certify."""
        variants = frozen_variants(self.config, self.issue, self.clock(), self.store)
        letters = letters_for(self.config, self.issue, self.key, variants)
        self._check_fitness(letters)
        with self.store.begin() as connection:
            plan = plan_audience(connection, self.issue, self.clock(), variants)
            letters = replace(letters, variants=as_planned(connection, self.row, variants))
        if plan is None:
            problems = self.made.problems
            return SendReport(
                outcome="nobody subscribed", newsletter=self.issue.newsletter, issue=self.issue, problems=problems
            )
        self._refuse_old(plan)
        self.watch.begun(self.issue, plan)
        stopped = self._hand_over(letters, plan)
        return self._certified(plan, stopped)

    def _check_fitness(self, letters: Letters) -> None:
        """Refuse what the transport can't carry, and pictures that readers would not see, while somebody waits."""
        if self._is_finished():
            return
        check_size(letters, self.carrier.limits.message_bytes)
        if not (self.carrier.limits.local or self.options.missing_images):
            variants = [template.issue for template in letters.templates.values()]
            refuse_unpublished(self.issue, self.config, variants)

    def _is_finished(self) -> bool:
        """Tell whether the audience is fixed and nobody waits any more: then the network is left alone, too."""
        with self.store.read() as connection:
            planned = find_plan(connection, self.row) is not None
        return planned and not self._count()["planned"] + self._left()

    def _refuse_old(self, plan: Plan) -> None:
        age = self.clock() - plan.planned_at
        most = self.config.newsletter(self.issue.newsletter).max_age_hours
        if self.options.old_plan or age <= timedelta(hours=most) or not self._count()["planned"] + self._left():
            return
        name, number = self.issue.newsletter, self.issue.number
        raise StoreError(
            f"the plan of {name} {number} is {age / timedelta(hours=1):.0f} hours old; max_age_hours is {most}",
            hint=f"publisher send {name} --issue {number} --old-plan sends the rest all the same; --cancel gives it up",
        )

    def _left(self) -> int:
        states = self._count()
        return states["claimed"] + states["committing"] + states["deferred"]

    def _hand_over(self, letters: Letters, plan: Plan) -> DeliveryError | None:
        """Send to whoever is left. A DeliveryError ends the run, not the report."""
        before = self._count()
        with on_duty(self.store, self.row, self.clock) as sender:
            handover = Handover(
                store=self.store,
                issue_id=self.row,
                letters=letters,
                transport=self.carrier,
                transport_name=self.config.newsletter(self.issue.newsletter).transport,
                clock=self.clock,
                bounces=self.config.bounces,
                sender=sender,
            )
            handover.prepare(self._alive())
            self._resend()
            try:
                self.canary_went = self._go(handover, plan)
            except DeliveryError as error:
                stopped: DeliveryError | None = error
            else:
                stopped = None
        after = self._count()
        for state in ("suppressed", "uncertain"):
            self.counts[state] = after[state] - before[state]
        return stopped

    #: None: there was none, or it went well and the rest followed.
    canary_went: SendOutcome | None = None

    def _go(self, handover: Handover, plan: Plan) -> SendOutcome | None:
        canary = self.options.canary
        if canary is None:
            self._run(handover)
            return None
        self._run(handover, self._first(max(1, round(plan.planned * canary.share))))
        if self.watch.stop() or not self._count()["planned"]:
            return None
        if self._has_failed(canary):
            return "canary failed"
        with self.watch.asking():
            goes_on = canary.go_on(self._count()["planned"])
        if not goes_on:
            return "canary sent"
        self._run(handover)
        return None

    def _first(self, size: int) -> list[int]:
        """Choose who goes first: those that were tried before, and as many more as are missing."""
        with self.store.read() as connection:
            before, again = tried(connection, self.row), tried(connection, self.row, "planned")
            fresh = choose_first(untried(connection, self.row), size - len(before), self.issue.content_hash)
        return [*again[:size], *fresh]

    def _has_failed(self, canary: Canary) -> bool:
        with self.store.read() as connection:
            everybody, failed = tried(connection, self.row), tried(connection, self.row, *FAILED)
        return len(failed) > canary.failures * len(everybody)

    def _run(self, handover: Handover, only: Sequence[int] | None = None) -> None:
        before, ready = Counter(self.counts), self._count()["planned"]
        total = before.total() + (ready if only is None else len(only))

        def told(so_far: Counter[str]) -> None:
            self.counts = before + so_far
            self.watch.progress(self.counts, total)

        handover.run(self.watch.stop, told, only)

    def _alive(self) -> tuple[int, ...]:
        with self.store.read() as connection:
            return tuple(sender.id for sender in living(self.store, unended(connection, self.row)))

    def _resend(self) -> None:
        if self.options.resend_by:
            with self.store.begin() as connection:
                resend_uncertain(connection, self.row, self.clock(), self.options.resend_by)

    def _count(self) -> Counter[str]:
        with self.store.read() as connection:
            return Counter({str(state): rows for state, rows in count_states(connection, self.row).items()})

    def _certified(self, plan: Plan, stopped: DeliveryError | None) -> SendReport:
        report = make_report(self.store, self.row, self.made, self.issue, plan)
        outcome = self.canary_went or judge(self.counts, report.states, stopped, cancelled=report.cancelled)
        with self.store.read() as connection:
            certificate = make_certificate(connection, self.row, self.issue, plan)
        path = write_certificate(certificate, self.config, self.options.certificate)
        return replace(
            report,
            outcome=outcome,
            run=dict(+self.counts),
            stopped=stopped,
            certificate=certificate,
            certificate_path=path,
        )


def check_size(letters: Letters, most: int | None) -> None:
    """Raise DeliveryError when a message is larger than the transport can take. most: bytes; None: not known."""
    if most is None:
        return
    newsletter = letters.template.issue.newsletter
    for template in letters.templates.values():
        nobody = Subscriber(id=0, newsletter=newsletter, email="nobody@example.org", since=template.issue.frozen_at)
        size = len(replace(letters, template=template, variants=None).write(nobody).content)
        if size > most:
            raise DeliveryError(
                f"a message of {template.issue.label} has {size:,} bytes; the transport takes {most:,}",
                temporary=False,
                hint='shorten the issue, or write pictures_inside = "none"',
            )

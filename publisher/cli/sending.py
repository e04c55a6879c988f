"""What the commands that send something to many have in common: options, doing it, saying how it went."""

from __future__ import annotations

import re
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from publisher.cli.console import moment, print_problems, say, say_json
from publisher.errors import ConfigError, DeliveryError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.cli.send_watch import Follower
    from publisher.config import Config
    from publisher.delivery.transport import Receipt
    from publisher.model.issue import Issue
    from publisher.pipeline.mailing import Mailing
    from publisher.pipeline.send import SendOptions, Watch
    from publisher.pipeline.send_preview import SendPreview
    from publisher.pipeline.send_report import SendReport
    from publisher.store.plans import Plan

EXIT_CODES = {
    "nothing new": 0,
    "nobody subscribed": 0,
    "already sent": 0,
    "sent": 0,
    "cancelled": 0,
    "not sent": 0,
    "stopped": 1,
    "canary failed": 1,
    "partly sent": 3,
    "canary sent": 3,
    "try later": 75,
}

ToOption = Annotated[
    str | None,
    typer.Option("--to", metavar="ADDRESS", help="Send one copy there to look at; nobody else gets anything."),
]
CanaryOption = Annotated[
    str | None,
    typer.Option("--canary", metavar="1%", help="Send to this part first, then ask; without a terminal, stop."),
]
CanaryFailuresOption = Annotated[
    str, typer.Option("--canary-failures", metavar="5%", help="If more than this part of them fails, stop.")
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="When the canary went well, go on without asking.")]
ResendOption = Annotated[
    bool,
    typer.Option("--resend-uncertain", help="Send again where nobody knows whether it arrived. Some may get two."),
]
OldOption = Annotated[bool, typer.Option("--old-plan", help="Go on though the plan is older than max_age_hours.")]
ImagesOption = Annotated[
    bool, typer.Option("--allow-missing-images", help="Send though the site does not serve some pictures yet.")
]
StatusOption = Annotated[bool, typer.Option("--status", help="Say where the latest issue stands; change nothing.")]
CancelOption = Annotated[bool, typer.Option("--cancel", help="Give up what is left of the latest issue, for good.")]
CertificateOption = Annotated[
    Path | None,
    typer.Option("--certificate", metavar="FILE", help="Write the certificate there.", show_default=".publisher/…"),
]
EventsOption = Annotated[
    bool, typer.Option("--json-events", help="Print a line of JSON for each event: begin, progress, end.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody asked for instead of sending: one of these."""

    dry_run: bool = False
    #: Address that a copy goes to.
    to: str | None = None
    status: bool = False
    cancel: bool = False

    def check(self) -> None:
        """Raise ConfigError when several were asked for."""
        wishes = {"--dry-run": self.dry_run, "--to": bool(self.to), "--status": self.status, "--cancel": self.cancel}
        asked = [flag for flag, wanted in wishes.items() if wanted]
        if len(asked) > 1:
            raise ConfigError(f"{' and '.join(asked)} are different things", hint="use one of them")


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """How the command answers."""

    as_json: bool
    as_events: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One mailing, and how to go about it."""

    config: Config
    mailing: Mailing
    #: As --now says it.
    now: str | None
    voice: Voice

    def do(self, wish: Wish, options: SendOptions) -> None:
        """Do what was asked, and end the program with the exit code of that."""
        if wish.to:
            self._copy(wish.to)
        elif wish.dry_run:
            self.preview()
        elif wish.status:
            self._status()
        elif wish.cancel:
            self._cancel()
        else:
            report = self.send(options)
            self.tell(report)
            raise typer.Exit(EXIT_CODES[report.outcome])

    def preview(self) -> None:
        """Say what sending it would do."""
        from publisher.cli.send_words import say_preview

        say_preview(self.foresee(), as_json=self.voice.as_json)

    def foresee(self) -> SendPreview:
        """Find out what sending it would do."""
        from publisher.pipeline.send_preview import preview_mailing

        found = preview_mailing(self.config, self.mailing, moment(self.now, self.config))
        print_problems(found.problems)
        return found

    def send(self, options: SendOptions) -> SendReport:
        """Send it, while people or programs watch."""
        from publisher.cli.send_watch import Bar, EventPrinter, ended_in_good_order
        from publisher.pipeline.send import send_mailing

        with ExitStack() as stack:
            label = f"sending {self.mailing.newsletter}"
            follower = EventPrinter() if self.voice.as_events else stack.enter_context(Bar(label))
            stop = stack.enter_context(ended_in_good_order())
            watch = self._watch(follower, stop)
            now = moment(self.now, self.config)
            report = send_mailing(self.config, self.mailing, now, options=options, watch=watch)
        print_problems(report.problems)
        return report

    def tell(self, report: SendReport) -> None:
        """Say how it went."""
        from publisher.cli.send_watch import print_event
        from publisher.cli.send_words import report_facts, say_report

        if self.voice.as_events:
            print_event("end", **report_facts(report))
        else:
            say_report(report, as_json=self.voice.as_json)
        if report.stopped:
            print_problems([report.stopped.as_problem()])

    def _watch(self, follower: Follower, stop: Callable[[], bool]) -> Watch:
        from publisher.cli.send_watch import asking, print_event
        from publisher.cli.send_words import plan_facts
        from publisher.pipeline.send import Watch

        def begun(issue: Issue, plan: Plan) -> None:
            follower.meter.begin()
            if self.voice.as_events:
                facts = {"newsletter": issue.newsletter, "number": issue.number, "content_hash": issue.content_hash}
                print_event("begin", **facts, **plan_facts(plan))

        return Watch(
            stop=stop,
            progress=follower.show,
            begun=begun,
            asking=lambda: asking(follower),
            clock=lambda: moment(self.now, self.config),
        )

    def _status(self) -> None:
        from publisher.cli.send_words import say_report
        from publisher.pipeline.send_control import send_status

        found, name = send_status(self.config, self.mailing), self.mailing.newsletter
        if found:
            print_problems(found.problems)
            say_report(found, as_json=self.voice.as_json)
        elif self.voice.as_json:
            say_json({"outcome": "no issue", "newsletter": name})
        else:
            say(f"{name}: there is no issue yet")

    def _cancel(self) -> None:
        from publisher.cli.send_words import report_facts
        from publisher.pipeline.send_control import cancel_send

        report, count = cancel_send(self.config, self.mailing, moment(self.now, self.config))
        assert report.issue is not None
        if self.voice.as_json:
            say_json({**report_facts(report), "outcome": "cancelled", "cancelled": count})
        else:
            given_up = f"is given up: {count} who had not got it will not get it"
            say(f"{report.issue.label} " + (given_up if count else "has nothing left to give up"))

    def _copy(self, address: str) -> None:
        from publisher.pipeline.send_copy import copy_mailing

        found = copy_mailing(self.config, self.mailing, address, moment(self.now, self.config))
        if found is None:
            nothing = f"{self.mailing.newsletter}: there is nothing new to send a copy of"
            say_json({"outcome": "nothing new"}) if self.voice.as_json else say(nothing)
            return
        issue, receipt = found
        if self.voice.as_json:
            say_json({"outcome": "copy", "to": address, "number": issue.number, "status": receipt.status})
        else:
            say(f"a copy of {issue.label} to {address}: {receipt.status}")
        _judge_copy(address, receipt, issue)


def make_options(
    *,
    number: int | None = None,
    resend: bool = False,
    old_plan: bool = False,
    missing_images: bool = False,
    certificate: Path | None = None,
) -> SendOptions:
    """Put together what somebody asked of a send beyond the ordinary."""
    from publisher.pipeline.send import SendOptions
    from publisher.pipeline.send_control import this_person

    return SendOptions(
        number=number,
        resend_by=this_person() if resend else "",
        old_plan=old_plan,
        missing_images=missing_images,
        certificate=certificate,
    )


def with_canary(options: SendOptions, canary: str | None, failures: str, *, yes: bool) -> SendOptions:
    """Add a canary, if one was asked for. yes: the rest follows without asking."""
    from dataclasses import replace

    from publisher.pipeline.send import Canary

    if canary is None:
        return options

    def go_on(rest: int) -> bool:
        try:
            return yes or (sys.stdin.isatty() and typer.confirm(f"it went well; send to the other {rest}?", err=True))
        except typer.Abort:
            typer.echo("", err=True)
            return False

    share, most = _part("--canary", canary), _part("--canary-failures", failures)
    return replace(options, canary=Canary(share=share, failures=most, go_on=go_on))


def _part(flag: str, text: str) -> float:
    """Read a part of a whole: "1%" or "0.5 %"."""
    found = re.fullmatch(r"(\d{1,3}(?:\.\d+)?)\s*%", text.strip())
    if found is None or float(found[1]) > 100:  # noqa: PLR2004 - a hundred percent is all there is
        raise ConfigError(f'{flag}: "{text}" is no part of a whole', hint=f"write {flag} 1%")
    return float(found[1]) / 100


def _judge_copy(address: str, receipt: Receipt, issue: Issue) -> None:
    """End with an error when the copy was not taken."""
    if receipt.status == "accepted":
        return
    if receipt.status == "uncertain":
        print_problems([Problem(f"nobody knows whether the copy of {issue.number} arrived: {receipt.detail}")])
        raise typer.Exit(EXIT_CODES["partly sent"])
    raise DeliveryError(
        f"{address}: {receipt.detail}", temporary=receipt.status == "deferred", smtp_code=receipt.smtp_code
    )

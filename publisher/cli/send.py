"""`publisher send`: mail this week's issue to everybody who has not got it, and to nobody twice."""

from __future__ import annotations

import re
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from publisher.cli.console import (
    ConfigOption,
    DryRunOption,
    JsonOption,
    NowOption,
    load,
    moment,
    print_problems,
    say,
    say_json,
)
from publisher.errors import ConfigError, DeliveryError, Problem

if TYPE_CHECKING:
    from publisher.config import Config
    from publisher.delivery.transport import Receipt
    from publisher.model.issue import Issue
    from publisher.pipeline.send import SendOptions, Watch
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

NameArgument = Annotated[str, typer.Argument(help="The newsletter: [newsletters.NAME] in publisher.toml.")]
ToOption = Annotated[
    str | None,
    typer.Option("--to", metavar="ADDRESS", help="Send one copy there to look at; nobody else gets anything."),
]
IssueOption = Annotated[
    int | None, typer.Option("--issue", metavar="N", help="Go on with this frozen issue, not with last week's.")
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
class _Voice:
    """How the command answers."""

    as_json: bool
    as_events: bool


def send(
    name: NameArgument,
    config_path: ConfigOption = Path(),
    now: NowOption = None,
    dry_run: DryRunOption = False,
    to: ToOption = None,
    number: IssueOption = None,
    canary: CanaryOption = None,
    canary_failures: CanaryFailuresOption = "5%",
    yes: YesOption = False,
    resend_uncertain: ResendOption = False,
    old_plan: OldOption = False,
    allow_missing_images: ImagesOption = False,
    status: StatusOption = False,
    cancel: CancelOption = False,
    certificate: CertificateOption = None,
    as_json: JsonOption = False,
    as_events: EventsOption = False,
) -> None:
    """Mail the week's issue to everybody once.

    The issue is that of the last full week; it is made and frozen first where that has not happened yet. Run the
    command as often as you like: nobody gets it twice.
    """
    config = load(config_path)
    _one_wish({"--dry-run": dry_run, "--to": bool(to), "--status": status, "--cancel": cancel})
    if to:
        _copy(config, name, to, now, as_json=as_json)
    elif dry_run:
        _preview(config, name, now, as_json=as_json)
    elif status:
        _status(config, name, number, as_json=as_json)
    elif cancel:
        _cancel(config, name, number, now, as_json=as_json)
    else:
        options = _options(number, resend_uncertain, old_plan, allow_missing_images, certificate)
        options = _with_canary(options, canary, canary_failures, yes=yes)
        _send(config, name, now, options, _Voice(as_json=as_json, as_events=as_events))


def _one_wish(wishes: dict[str, bool]) -> None:
    asked = [flag for flag, wanted in wishes.items() if wanted]
    if len(asked) > 1:
        raise ConfigError(f"{' and '.join(asked)} are different things", hint="use one of them")


def _options(
    number: int | None, resend: bool, old_plan: bool, missing_images: bool, certificate: Path | None
) -> SendOptions:
    from publisher.pipeline.send import SendOptions
    from publisher.pipeline.send_control import this_person

    return SendOptions(
        number=number,
        resend_by=this_person() if resend else "",
        old_plan=old_plan,
        missing_images=missing_images,
        certificate=certificate,
    )


def _with_canary(options: SendOptions, canary: str | None, failures: str, *, yes: bool) -> SendOptions:
    from dataclasses import replace

    from publisher.pipeline.send import Canary

    if canary is None:
        return options

    def go_on(rest: int) -> bool:
        return yes or (sys.stdin.isatty() and typer.confirm(f"it went well; send to the other {rest}?", err=True))

    share, most = _part("--canary", canary), _part("--canary-failures", failures)
    return replace(options, canary=Canary(share=share, failures=most, go_on=go_on))


def _part(flag: str, text: str) -> float:
    """Read a part of a whole: "1%" or "0.5 %"."""
    found = re.fullmatch(r"(\d{1,3}(?:\.\d+)?)\s*%", text.strip())
    if found is None or float(found[1]) > 100:  # noqa: PLR2004 - a hundred percent is all there is
        raise ConfigError(f'{flag}: "{text}" is no part of a whole', hint=f"write {flag} 1%")
    return float(found[1]) / 100


def _send(config: Config, name: str, now: str | None, options: SendOptions, voice: _Voice) -> None:
    from publisher.cli.send_watch import ended_in_good_order, print_event, progress_bar
    from publisher.cli.send_words import report_facts, say_report
    from publisher.pipeline.send import send_issue

    with ExitStack() as stack:
        bar = None if voice.as_events else stack.enter_context(progress_bar(f"sending {name}"))
        stop = stack.enter_context(ended_in_good_order())
        watch = _watch(config, now, bar, stop)
        report = send_issue(config, name, moment(now, config), options=options, watch=watch)
    print_problems(report.problems)
    if voice.as_events:
        print_event("end", **report_facts(report))
    else:
        say_report(report, as_json=voice.as_json)
    if report.stopped:
        print_problems([report.stopped.as_problem()])
    raise typer.Exit(EXIT_CODES[report.outcome])


def _watch(config: Config, now: str | None, bar: object, stop: object) -> Watch:
    from publisher.cli.send_watch import event_printer, print_event
    from publisher.cli.send_words import plan_facts
    from publisher.pipeline.send import Watch

    def begun(issue: Issue, plan: Plan) -> None:
        facts = {"newsletter": issue.newsletter, "number": issue.number, "content_hash": issue.content_hash}
        print_event("begin", **facts, **plan_facts(plan))

    clock = lambda: moment(now, config)  # noqa: E731 - said in one place
    if bar is None:
        return Watch(stop=stop, progress=event_printer(), begun=begun, clock=clock)  # type: ignore[arg-type]
    return Watch(stop=stop, progress=bar, clock=clock)  # type: ignore[arg-type]


def _preview(config: Config, name: str, now: str | None, *, as_json: bool) -> None:
    from publisher.cli.send_words import say_preview
    from publisher.pipeline.send_preview import preview_send

    found = preview_send(config, name, moment(now, config))
    print_problems(found.problems)
    say_preview(found, as_json=as_json)


def _status(config: Config, name: str, number: int | None, *, as_json: bool) -> None:
    from publisher.cli.send_words import say_report
    from publisher.pipeline.send_control import send_status

    found = send_status(config, name, number)
    if found is None:
        say_json({"outcome": "no issue", "newsletter": name}) if as_json else say(f"{name}: there is no issue yet")
        return
    say_report(found, as_json=as_json)


def _cancel(config: Config, name: str, number: int | None, now: str | None, *, as_json: bool) -> None:
    from publisher.cli.send_words import report_facts
    from publisher.pipeline.send_control import cancel_send

    report, count = cancel_send(config, name, moment(now, config), number)
    assert report.issue is not None
    if as_json:
        say_json({**report_facts(report), "outcome": "cancelled", "cancelled": count})
    else:
        say(f"{name} {report.issue.number}: {count} who had not got it will not get it")


def _copy(config: Config, name: str, address: str, now: str | None, *, as_json: bool) -> None:
    from publisher.pipeline.send_copy import send_copy

    found = send_copy(config, name, address, moment(now, config))
    if found is None:
        say_json({"outcome": "nothing new"}) if as_json else say(f"{name}: there is nothing new to send a copy of")
        return
    issue, receipt = found
    if as_json:
        say_json({"outcome": "copy", "to": address, "number": issue.number, "status": receipt.status})
    else:
        say(f"a copy of {name} {issue.number} to {address}: {receipt.status}")
    _judge_copy(address, receipt, issue)


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

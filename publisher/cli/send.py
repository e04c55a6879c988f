"""`publisher send`: mail this week's issue to everybody who has not got it, and to nobody twice."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.console import (
    ConfigOption,
    DryRunOption,
    JsonOption,
    NowOption,
    load,
    moment,
    print_problems,
    progress,
    say,
    say_json,
)
from publisher.errors import ConfigError, DeliveryError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from publisher.config import Config
    from publisher.delivery.transport import Receipt
    from publisher.model.issue import Issue
    from publisher.pipeline.send import SendReport
    from publisher.pipeline.send_preview import SendPreview

EXIT_CODES = {
    "nothing new": 0,
    "nobody subscribed": 0,
    "already sent": 0,
    "sent": 0,
    "stopped": 1,
    "partly sent": 3,
    "try later": 75,
}
#: How many people are named one by one; --json names them all.
SHOWN = 20

NameArgument = Annotated[str, typer.Argument(help="The newsletter: [newsletters.NAME] in publisher.toml.")]
ToOption = Annotated[
    str | None,
    typer.Option("--to", metavar="ADDRESS", help="Send one copy there to look at; nobody else gets anything."),
]


def send(
    name: NameArgument,
    config_path: ConfigOption = Path(),
    now: NowOption = None,
    dry_run: DryRunOption = False,
    to: ToOption = None,
    as_json: JsonOption = False,
) -> None:
    """Mail the week's issue to everybody once.

    The issue is that of the last full week; it is made and frozen first where that has not happened yet. Run the
    command as often as you like: nobody gets it twice.
    """
    config = load(config_path)
    if dry_run and to:
        raise ConfigError("--dry-run sends nothing, and --to sends a copy", hint="use one of them")
    if to:
        _copy(config, name, to, now, as_json=as_json)
    elif dry_run:
        _preview(config, name, now, as_json=as_json)
    else:
        _send(config, name, now, as_json=as_json)


def _send(config: Config, name: str, now: str | None, *, as_json: bool) -> None:
    from publisher.pipeline.send import Watch, send_issue

    with progress(f"sending {name}", unit="messages") as show, _ended_in_good_order() as stop:
        watch = Watch(stop=stop, progress=show, clock=lambda: moment(now, config))
        report = send_issue(config, name, moment(now, config), watch=watch)
    print_problems(report.problems)
    if as_json:
        say_json(_facts(report))
    else:
        say(_sentences(report))
    if report.stopped:
        print_problems([report.stopped.as_problem()])
    raise typer.Exit(EXIT_CODES[report.outcome])


@contextmanager
def _ended_in_good_order() -> Iterator[Callable[[], bool]]:
    """Let Ctrl-C and SIGTERM end the send after the messages in flight; a second one ends it at once."""
    asked = threading.Event()

    def note(_signal: int, _frame: object) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()
        typer.echo("finishing the messages in flight; once more ends at once", err=True)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _sentences(report: SendReport) -> str:
    if report.issue is None:
        return f"{report.newsletter}: nothing new since the last issue, so nothing is sent"
    title = f"{report.newsletter} {report.issue.number} ({report.issue.subject})"
    if report.plan is None:
        return f"{title}: nobody is subscribed yet\nhint: publisher subscribers add ADDRESS"
    ends = {
        "already sent": "was already sent to everybody; nobody gets it twice",
        "sent": "is sent",
        "partly sent": "is sent, but not to everybody",
        "try later": "is not sent to everybody yet; run the command again later",
        "stopped": "could not be sent",
    }
    lines = [f"{title} {ends[report.outcome]}", f"  now       {_counted(report.run) or 'nothing to do'}"]
    lines.append(f"  in all    {_counted(report.states)}, of {report.plan.active} active subscribers")
    if report.retry_at:
        lines.append(f"  next try  not before {report.retry_at:%Y-%m-%d %H:%M} UTC")
    return "\n".join(lines + _troubled(report))


def _counted(counts: Any) -> str:
    return ", ".join(f"{number} {state}" for state, number in sorted(counts.items()) if number)


def _troubled(report: SendReport) -> list[str]:
    """Name those whose mail is in doubt or was not taken, the doubtful first."""
    rows = sorted(report.troubled, key=lambda row: (row.state != "uncertain", row.subscriber_id))
    lines = [f"  {row.state:<9} {row.email}: {row.detail}" for row in rows[:SHOWN]]
    if len(rows) > SHOWN:
        lines.append(f"  … and {len(rows) - SHOWN} more; --json names them")
    if any(row.state == "uncertain" for row in rows):
        lines.append("  uncertain: it may have arrived, so it is not sent again by itself")
    return lines


def _facts(report: SendReport) -> dict[str, Any]:
    facts: dict[str, Any] = {"outcome": report.outcome, "newsletter": report.newsletter}
    facts["problems"] = [str(problem) for problem in report.problems]
    if report.issue is None:
        return facts
    facts |= {"number": report.issue.number, "subject": report.issue.subject}
    facts |= {"content_hash": report.issue.content_hash, "run": dict(report.run), "states": dict(report.states)}
    if report.plan:
        facts["audience"] = {key: getattr(report.plan, key) for key in ("active", "planned", "suppressed", "invalid")}
    facts["troubled"] = [
        {"email": row.email, "state": row.state, "reason": row.reason, "detail": row.detail} for row in report.troubled
    ]
    facts["retry_at"] = report.retry_at.isoformat() if report.retry_at else None
    facts["stopped"] = str(report.stopped) if report.stopped else None
    return facts


def _preview(config: Config, name: str, now: str | None, *, as_json: bool) -> None:
    from publisher.pipeline.send_preview import preview_send

    found = preview_send(config, name, moment(now, config))
    print_problems(found.problems)
    if as_json:
        say_json(_preview_facts(found))
    else:
        say(_preview_sentences(found))


def _preview_sentences(found: SendPreview) -> str:
    if found.issue is None:
        return f"{found.newsletter}: nothing new since the last issue, so nothing would be sent"
    title = f"{found.newsletter} {found.issue.number} ({found.issue.subject})"
    waiting = [one for one in found.prospects if one.state in ("planned", "claimed", "deferred")]
    others = [one for one in found.prospects if one not in waiting]
    size = f"{found.message_bytes:,} bytes each"
    lines = [f"{title} would go to {len(waiting)} of {len(found.prospects)} subscribers, {size}; nothing was sent"]
    lines += [f"  would get it  {one.email}" for one in waiting[:SHOWN]]
    lines += [f"  {one.state:<13} {one.email}{': ' if one.detail else ''}{one.detail}" for one in others[:SHOWN]]
    hidden = max(len(waiting) - SHOWN, 0) + max(len(others) - SHOWN, 0)
    return "\n".join(lines + ([f"  … and {hidden} more; --json names them"] if hidden else []))


def _preview_facts(found: SendPreview) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "outcome": "preview",
        "newsletter": found.newsletter,
        "problems": [str(problem) for problem in found.problems],
    }
    if found.issue:
        facts |= {"number": found.issue.number, "subject": found.issue.subject}
        facts |= {"message_bytes": found.message_bytes}
        facts["subscribers"] = [
            {"email": one.email, "name": one.name, "state": one.state, "detail": one.detail} for one in found.prospects
        ]
    return facts


def _copy(config: Config, name: str, address: str, now: str | None, *, as_json: bool) -> None:
    from publisher.pipeline.send_preview import send_copy

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

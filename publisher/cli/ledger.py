"""`publisher ledger`: what was sent to whom, and the proof that nobody changed it afterwards."""

from __future__ import annotations

import csv
import json
import sys
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.console import ConfigOption, JsonOption, load, say, say_json
from publisher.cli.newsletter import NewsletterOption, choose_newsletter
from publisher.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection

    from publisher.config import Config
    from publisher.store.deliveries import Delivery
    from publisher.store.journal_check import Verdict
    from publisher.store.schema import DeliveryState

app = typer.Typer(name="ledger", help="What was sent to whom, and the proof of it.", no_args_is_help=True)

IssueOption = Annotated[int | None, typer.Option("--issue", metavar="N", help="Which issue.", show_default="latest")]
EveryIssueOption = Annotated[int | None, typer.Option("--issue", metavar="N", help="Only this one.")]
StateOption = Annotated[
    str | None,
    typer.Option("--state", metavar="STATE", help="accepted, planned, deferred, rejected, uncertain, suppressed, …"),
]
CertificateOption = Annotated[
    Path | None, typer.Option("--certificate", metavar="FILE", help="Check that the ledger is the one certified there.")
]
CsvOption = Annotated[bool, typer.Option("--csv", help="Comma-separated, for spreadsheets (the default).")]
LinesOption = Annotated[bool, typer.Option("--json", help="A JSON list.")]
#: Columns of an export, in this order.
COLUMNS = (
    *("subscriber_id", "email", "name", "selection", "state", "attempt", "sender", "transport", "provider_id"),
    *("reason", "detail", "smtp_code", "retry_at", "planned_at", "changed_at"),
)
#: First characters that a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@app.command("verify")
def verify(
    newsletter: NewsletterOption = None,
    number: EveryIssueOption = None,
    certificate: CertificateOption = None,
    config_path: ConfigOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Check every row, and the chain of what happened: nothing changed, removed or reordered behind our back."""
    from publisher.pipeline.certificate import read_certificate

    config = load(config_path)
    known = None
    if certificate:
        newsletter, number, known = read_certificate(certificate)
    name = choose_newsletter(config, newsletter)
    with _reading(config) as connection:
        from publisher.store.issues import get_issue, list_issues
        from publisher.store.journal_check import check_journal

        if number is not None:
            get_issue(connection, name, number)  # says which there are
        wanted = [one for one in list_issues(connection, name) if number in (None, one[1])]
        found = [(number_, check_journal(connection, key, known)) for key, number_, _ in wanted]
    say_json(_verdict_facts(name, found)) if as_json else say(_verdicts(name, found))
    if any(verdict.faults for _, verdict in found):
        raise typer.Exit(1)


def _verdicts(name: str, found: list[tuple[int, Verdict]]) -> str:
    lines = [] if found else [f"{name}: there is no issue yet"]
    for number, verdict in found:
        state = "is NOT as it was written" if verdict.faults else "is whole"
        lines.append(
            f"{name} {number} {state}: {verdict.rows} rows, {verdict.entries} entries, head {verdict.head.hash}"
        )
        lines += [f"  {fault}" for fault in verdict.faults]
        if verdict.unjournaled:
            lines.append(f"  {verdict.unjournaled} rows are from before there was a journal: nothing vouches for them")
    return "\n".join(lines)


def _verdict_facts(name: str, found: list[tuple[int, Verdict]]) -> dict[str, Any]:
    issues = [{"number": number, "whole": not verdict.faults, **asdict(verdict)} for number, verdict in found]
    for one in issues:
        one["head"] = one["head"][1]
    return {"newsletter": name, "whole": all(one["whole"] for one in issues), "issues": issues}


@app.command("show")
def show(
    newsletter: NewsletterOption = None,
    number: IssueOption = None,
    config_path: ConfigOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Show what happened to an issue, entry by entry."""
    from publisher.store.journal import entries

    config = load(config_path)
    name = choose_newsletter(config, newsletter)
    with _reading(config) as connection:
        key, number = _issue(connection, name, number)
        found = entries(connection, key)
        if as_json:
            _print_list({**asdict(one), "at": one.at.isoformat(), "steps": [*map(list, one.steps)]} for one in found)
            return
        for one in found:
            states = sorted({step.state for step in one.steps})
            note = f", by {one.note}" if one.note else ""
            say(
                f"{one.seq:>6}  {one.at:%Y-%m-%d %H:%M:%S} UTC  {one.event:<10} {len(one.steps):>5} → "
                f"{', '.join(states)}{note}  {one.hash[:12]}"
            )


@app.command("who")
def who(
    newsletter: NewsletterOption = None,
    number: IssueOption = None,
    state: StateOption = None,
    config_path: ConfigOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """List who got an issue, who did not, and why."""
    config = load(config_path)
    wanted = _states(state)
    name = choose_newsletter(config, newsletter)
    with _reading(config) as connection:
        from publisher.store.deliveries import deliveries_in

        key, number = _issue(connection, name, number)
        rows = deliveries_in(connection, key, *wanted)
        if as_json:
            _print_list({"email": row.email, "state": row.state, "detail": row.detail} for row in rows)
            return
        count = 0
        for count, row in enumerate(rows, start=1):  # noqa: B007 - the count is said below
            why = f": {row.detail}" if row.detail else ""
            say(f"{row.state:<10} {row.changed_at:%Y-%m-%d %H:%M} UTC  {row.email}{why}")
        say(f"{count} {state or 'in all'}, {name} {number}")


@app.command("export")
def export(
    newsletter: NewsletterOption = None,
    number: IssueOption = None,
    state: StateOption = None,
    as_csv: CsvOption = False,
    as_json: LinesOption = False,
    config_path: ConfigOption = Path(),
) -> None:
    """Print every row of an issue, for a spreadsheet or a program."""
    if as_csv and as_json:
        raise ConfigError("--csv and --json are two forms of the same", hint="use one of them")
    config = load(config_path)
    wanted = _states(state)
    with _reading(config) as connection:
        from publisher.store.deliveries import deliveries_in

        key, number = _issue(connection, choose_newsletter(config, newsletter), number)
        rows = map(_row, deliveries_in(connection, key, *wanted))
        if as_json:
            _print_list(rows)
            return
        writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({name: _harmless(value) for name, value in row.items()})


def _row(delivery: Delivery) -> dict[str, Any]:
    values = {name: getattr(delivery, name) for name in COLUMNS}
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()}


def _harmless(value: object) -> object:
    """Keep a spreadsheet from running a name or an answer as a formula (OWASP, CSV injection)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _print_list(rows: Iterable[dict[str, Any]]) -> None:
    """Print a JSON list row by row, so that a million of them need no memory."""
    typer.echo("[", nl=False)
    for position, row in enumerate(rows):
        typer.echo((",\n " if position else "\n ") + json.dumps(row, ensure_ascii=False), nl=False)
    typer.echo("\n]")


def _states(text: str | None) -> tuple[DeliveryState, ...]:
    from publisher.store.schema import DELIVERY_STATES

    if text is None:
        return ()
    for state in DELIVERY_STATES:
        if state == text:
            return (state,)
    raise ConfigError(f'--state: there is no state "{text}"', hint=f"write one of {', '.join(DELIVERY_STATES)}")


def _issue(connection: Connection, name: str, number: int | None) -> tuple[int, int]:
    """Find an issue: its row id and number. Without a number, the latest."""
    from publisher.store.issues import issue_id, latest_issue

    if number is None:
        latest = latest_issue(connection, name)
        if latest is None:
            raise ConfigError(f"{name} has no issue yet", hint=f"publisher send {name}")
        number = latest.number
    return issue_id(connection, name, number), number


@contextmanager
def _reading(config: Config) -> Iterator[Connection]:
    from publisher.store.open import open_store

    with closing(open_store(config.store.url, config.root)) as store, store.read() as connection:
        yield connection

"""`publisher issue`: make this week's issue of a newsletter, and freeze it."""

from __future__ import annotations

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
    say,
    say_json,
)

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from publisher.config import Config
    from publisher.pipeline.issue import IssueReport

NameArgument = Annotated[str, typer.Argument(help="The newsletter: [newsletters.NAME] in publisher.toml.")]
OutputOption = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="Write the mail there too, pictures inside, to look at in a browser."),
]


def issue(
    name: NameArgument,
    config_path: ConfigOption = Path(),
    now: NowOption = None,
    dry_run: DryRunOption = False,
    output: OutputOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the issue of the last full week and freeze it: from then on it never changes."""
    config = load(config_path)
    report = _make(config, name, moment(now, config), dry_run=dry_run)
    print_problems(report.problems)
    if output and report.issue:
        _write_preview(report, output)
    if as_json:
        say_json(_facts(report))
    else:
        say(_sentence(report, name, config.zone_of(config.newsletter(name)), output))


def _make(config: Config, name: str, now: datetime, *, dry_run: bool) -> IssueReport:
    from publisher.pipeline.issue import make_issue
    from publisher.store.open import open_store

    config.newsletter(name)  # an unknown name is told before a store is made for it
    if dry_run and _has_no_store(config):
        return make_issue(config, name, now, store=None, freeze=False)
    store = open_store(config.store.url, config.root)
    try:
        return make_issue(config, name, now, store=store, freeze=not dry_run)
    finally:
        store.close()


def _has_no_store(config: Config) -> bool:
    """Tell whether opening the store would make a new file, which a dry run must not."""
    scheme, _, path = config.store.url.partition("///")
    return scheme == "sqlite:" and not (config.root / path).exists()


def _write_preview(report: IssueReport, output: Path) -> None:
    from publisher.digest.freeze import preview
    from publisher.pipeline.files import write_if_changed

    assert report.issue is not None
    write_if_changed(output, preview(report.issue.html, report.pictures).encode())


def _sentence(report: IssueReport, name: str, zone: ZoneInfo, output: Path | None) -> str:
    start, end = (
        moment.astimezone(zone).strftime("%Y-%m-%d %H:%M") for moment in (report.period.start, report.period.end)
    )
    if report.issue is None:
        return f"{name}: nothing new from {start} to {end}, so there is no issue"
    made = report.issue
    lines = {
        "frozen": f"{name} {made.number} is frozen",
        "already frozen": f"{name} {made.number} was frozen before; nothing changed",
        "preview": f"{name} {made.number} would look like this; nothing was kept",
    }
    return "\n".join(
        [
            f"{lines[report.outcome]}: {len(made.manifest)} posts from {start} to {end}",
            f"  subject  {made.subject}",
            f"  size     {len(made.html.encode()):,} bytes of HTML, {len(report.pictures)} pictures",
            f"  page     {made.web_url}",
            *([f"  file     {output}"] if output else []),
        ]
    )


def _facts(report: IssueReport) -> dict[str, Any]:
    made = report.issue
    facts: dict[str, Any] = {
        "outcome": report.outcome,
        "period": {"start": report.period.start.isoformat(), "end": report.period.end.isoformat()},
        "problems": [str(problem) for problem in report.problems],
    }
    if made:
        facts |= {
            "newsletter": made.newsletter,
            "number": made.number,
            "subject": made.subject,
            "preheader": made.preheader,
            "posts": list(made.manifest),
            "content_hash": made.content_hash,
            "web_url": made.web_url,
            "html_bytes": len(made.html.encode()),
            "pictures": sorted(report.pictures),
        }
    return facts

"""`publisher issue`: make this week's issue of a newsletter, and freeze it."""

from __future__ import annotations

import tempfile
import webbrowser
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

    from publisher.config import Config
    from publisher.pipeline.issue import IssueReport

NameArgument = Annotated[str, typer.Argument(help="The newsletter: [newsletters.NAME] in publisher.toml.")]
OutputOption = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="Write the mail there too, pictures inside, to look at in a browser."),
]

OpenOption = Annotated[bool, typer.Option("--open", help="Open the mail in a browser.")]
ScreenshotOption = Annotated[
    Path | None,
    typer.Option("--screenshot", metavar="DIR", help="Photograph the mail at 640 and 375 pixels, light and dark."),
]


def issue(
    name: NameArgument,
    config_path: ConfigOption = Path(),
    now: NowOption = None,
    dry_run: DryRunOption = False,
    output: OutputOption = None,
    open_it: OpenOption = False,
    screenshot: ScreenshotOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make and freeze the week's issue.

    The week is the last full one. A frozen issue never changes: run this again and it comes back as it was.
    """
    config = load(config_path)
    if screenshot:
        _need_browser()
    report = _make(config, name, moment(now, config), dry_run=dry_run)
    print_problems(report.problems)
    if open_it and not output and report.issue:
        output = Path(tempfile.mkdtemp(prefix="publisher-"), f"{name}-{report.issue.number}.html")
    if output and report.issue:
        _write_preview(report, output)
    taken = _photograph(report, screenshot, name) if screenshot else ()
    if as_json:
        say_json(_facts(report) | ({"screenshots": [str(path) for path in taken]} if screenshot else {}))
    else:
        say("\n".join([_sentence(report, name, config, output), *(f"  picture  {path}" for path in taken)]))
    if open_it and output and report.issue:
        webbrowser.open(output.absolute().as_uri())


def _make(config: Config, name: str, now: datetime, *, dry_run: bool) -> IssueReport:
    from publisher.pipeline.issue import make_issue
    from publisher.store.open import has_store, open_store

    config.newsletter(name)  # an unknown name is told before a store is made for it
    if dry_run and not has_store(config.store.url, config.root):
        return make_issue(config, name, now, store=None, freeze=False)
    store = open_store(config.store.url, config.root)
    try:
        return make_issue(config, name, now, store=store, freeze=not dry_run)
    finally:
        store.close()


def _write_preview(report: IssueReport, output: Path) -> None:
    from publisher.digest.freeze import preview
    from publisher.pipeline.files import write_if_changed

    assert report.issue is not None
    write_if_changed(output, preview(report.issue.html, report.pictures).encode())


def _need_browser() -> None:
    """Tell that there is no Chromium before an issue is frozen, not after."""
    from publisher.pipeline.screenshots import find_browser

    find_browser()


def _photograph(report: IssueReport, folder: Path, name: str) -> tuple[Path, ...]:
    from publisher.digest.freeze import preview
    from publisher.pipeline.screenshots import photograph

    if report.issue is None:
        return ()
    return photograph(preview(report.issue.html, report.pictures), folder, f"{name}-{report.issue.number}")


def _sentence(report: IssueReport, name: str, config: Config, output: Path | None) -> str:
    zone = config.zone_of(config.newsletter(name))
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

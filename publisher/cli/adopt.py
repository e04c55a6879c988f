"""`publisher adopt`: the guids of the feed that subscribers already have."""

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
from publisher.cli.problems import count, problem_table

if TYPE_CHECKING:
    from publisher.pipeline.adopt import AdoptReport
    from publisher.syndication.adopting import Adoption

#: Items of a kind that a person is shown; --json has all.
SHOWN_ITEMS = 10


def adopt(
    feed: Annotated[str, typer.Argument(help="The feed that subscribers have: a file, or an address to fetch.")],
    config_path: ConfigOption = Path(),
    now: NowOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Take over the guids of a feed into publisher.lock, so that its subscribers see no post again as unread."""
    from publisher.pipeline.adopt import adopt as run

    config = load(config_path)
    report = run(config, moment(now, config), feed, dry_run=dry_run)
    print_problems(report.problems)
    say_json(as_table(report, dry_run=dry_run)) if as_json else say(summary(report, dry_run=dry_run))
    if report.having("taken") or report.having("another guid") or report.having("twice"):
        raise typer.Exit(1)


def summary(report: AdoptReport, *, dry_run: bool) -> str:
    """Say in a few lines whose guids were taken over, and whose were not, and why."""
    adopted, same = report.having("adopted"), report.having("the same")
    lines = _some([f"  {one.key}: {one.guid}" for one in adopted])
    lines += _some([f"  no post here: {one.title or one.link} ({one.guid})" for one in report.having("no such post")])
    refused = [one for one in report.adoptions if one.outcome in {"taken", "another guid", "twice"}]
    lines += [f"  refused: {_why(one)}" for one in refused]
    verb = "would be adopted" if dry_run else "adopted"
    parts = [f"{count(len(report.adoptions), 'item')}: {count(len(adopted), 'guid')} {verb}"]
    parts += [f"{len(same)} the same as before"] if same else []
    parts += [f"{len(refused)} refused"] if refused else []
    if report.lock_changed:
        parts.append("publisher.lock would be written" if dry_run else "publisher.lock written: commit it")
    return "\n".join([*lines, " · ".join(parts)])


def as_table(report: AdoptReport, *, dry_run: bool) -> dict[str, Any]:
    """Say the same for a script, with every item."""
    return {
        "dry_run": dry_run,
        "lock_changed": report.lock_changed,
        "items": [
            {
                "outcome": one.outcome,
                "guid": one.guid,
                "link": one.link,
                "title": one.title,
                "post": one.key,
                "instead": one.instead,
            }
            for one in report.adoptions
        ],
        "problems": [problem_table(problem) for problem in report.problems],
    }


def _why(one: Adoption) -> str:
    if one.outcome == "taken":
        return f"{one.key} can't be {one.guid}, which is the guid of {one.instead}"
    if one.outcome == "twice":
        return f"{one.key} is in the feed more than once, also as {one.guid}"
    return f"{one.key} has another guid for good, {one.instead}, and not {one.guid}"


def _some(lines: list[str]) -> list[str]:
    more = [f"  … and {len(lines) - SHOWN_ITEMS} more; --json has all"] if len(lines) > SHOWN_ITEMS else []
    return [*lines[:SHOWN_ITEMS], *more]

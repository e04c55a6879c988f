"""`publisher check`: what is doubtful about the posts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.console import ConfigOption, JsonOption, NowOption, load, moment, progress, say, say_json
from publisher.cli.problems import count, is_failure, problem_table

if TYPE_CHECKING:
    from publisher.config import Config
    from publisher.errors import Problem
    from publisher.pipeline.check import CheckReport


def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Posts, or folders of posts; all of the site's where none is named.")
    ] = None,
    config_path: ConfigOption = Path(),
    now: NowOption = None,
    issue: Annotated[
        str | None, typer.Option("--issue", help="Check the next issue of this newsletter instead of the posts.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Read the front matter only.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Treat every warning as an error.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Name every doubtful post with file, line and column. Writes nothing."""
    if issue:
        _check_issue(load(config_path), issue, now, strict=strict, as_json=as_json)
        return
    from publisher.pipeline.check import check as run

    config = load(config_path)
    with progress("posts") as advance:
        report = run(config, moment(now, config), only=paths or (), quick=quick, progress=advance)
    if as_json:
        say_json(as_table(report))
    else:
        say("".join(f"{_marked(problem)}\n\n" for problem in report.problems) + summary(report))
    if is_failure(report.problems, strict=strict):
        raise typer.Exit(1)


def _check_issue(config: Config, name: str, now: str | None, *, strict: bool, as_json: bool) -> None:
    from publisher.cli.check_issue import issue_summary, issue_table
    from publisher.pipeline.preview import preview_issue

    preview = preview_issue(config, name, moment(now, config))
    problems = preview.problems
    if as_json:
        say_json(issue_table(preview))
    else:
        say("".join(f"{_marked(problem)}\n\n" for problem in problems) + issue_summary(preview))
    if is_failure(problems, strict=strict):
        raise typer.Exit(1)


def summary(report: CheckReport) -> str:
    """Say in two lines how many doubts there are, and of which kinds."""
    left_out = ", ".join(f"{number} {reason}" for reason, number in report.left_out.items())
    tail = f" · left out: {left_out}" if left_out else ""
    if not report.problems:
        return f"{count(report.posts, 'post')}, nothing doubtful{tail}"
    severities = Counter(problem.severity for problem in report.problems)
    parts = [count(severities[name], name) for name in ("error", "warning") if severities[name]]
    rules = ", ".join(f"{number} {rule}" for rule, number in report.rules.items())
    doubts = f"{' and '.join(parts)} in {count(report.files, 'file')}"
    return f"{doubts}, {count(report.posts, 'post')} looked at{tail}\n  {rules}"


def as_table(report: CheckReport) -> dict[str, Any]:
    """Say the same for a script."""
    return {
        "posts": report.posts,
        "left_out": dict(report.left_out),
        "rules": dict(report.rules),
        "problems": [problem_table(problem) for problem in report.problems],
    }


def _marked(problem: Problem) -> str:
    mark = typer.style(f"{problem.severity}: ", fg="red" if problem.severity == "error" else "yellow", bold=True)
    return f"{mark}{problem}"

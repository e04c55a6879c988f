"""`publisher check`: what is doubtful about the posts."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.console import ConfigOption, JsonOption, NowOption, load, moment, progress, say, say_json
from publisher.cli.problems import count, is_failure, problem_table
from publisher.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.config import Config
    from publisher.errors import Problem
    from publisher.pipeline.check import CheckReport

_COLOURS = {"error": "red", "warning": "yellow", "note": "blue"}


def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Posts, or folders of posts; all of the site's where none is named.")
    ] = None,
    config_path: ConfigOption = Path(),
    now: NowOption = None,
    issue: Annotated[
        str | None, typer.Option("--issue", help="Check the next issue of this newsletter instead of the posts.")
    ] = None,
    reader: Annotated[
        list[str] | None,
        typer.Option("--reader", metavar="READER", help="Tell only what this reader loses: miniflux, netnewswire…"),
    ] = None,
    platform: Annotated[
        list[str] | None,
        typer.Option(
            "--platform",
            metavar="PLATFORM",
            help="Tell only what this one rejects: apple, spotify, flipboard, smartnews.",
        ),
    ] = None,
    notes: Annotated[
        bool, typer.Option("--notes", help="Tell what few readers lose, too; with --reader or --platform it is told.")
    ] = False,
    rules: Annotated[bool, typer.Option("--rules", help="List the rules instead, with what to do about each.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Read the front matter only.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Treat every warning as an error.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Name every doubtful post with file, line and column. Writes nothing."""
    asked = _asked(reader or (), platform or ())
    if rules:
        from publisher.cli.check_rules import list_rules

        list_rules(asked, as_json=as_json)
        return
    if issue and asked:
        raise typer.BadParameter("--reader and --platform are about posts; --issue is about a mail")
    if issue:
        _check_issue(load(config_path), issue, now, strict=strict, as_json=as_json)
        return
    from publisher.pipeline.check import check as run

    config = load(config_path)
    with progress("posts") as advance:
        report = run(
            config,
            moment(now, config),
            only=paths or (),
            readers=reader or (),
            platforms=platform or (),
            quick=quick,
            progress=advance,
        )
    if as_json:
        say_json(as_table(report))
    else:
        told = [problem for problem in report.problems if notes or asked or problem.severity != "note"]
        hidden = len(report.problems) - len(told)
        problems = "".join(f"{_marked(_named(problem))}\n\n" for problem in told)
        say(problems + summary(replace(report, problems=tuple(told)), hidden))
    if is_failure(report.problems, strict=strict):
        raise typer.Exit(1)


def _asked(readers: Sequence[str], platforms: Sequence[str]) -> tuple[str, ...]:
    """Give the keys of the readers and platforms that are asked about. Raises BadParameter for others."""
    from publisher.pipeline.check import known_names

    try:
        return known_names(readers, platforms)
    except ConfigError as error:
        raise typer.BadParameter(f"{error.message}; {error.hint}") from error


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


def summary(report: CheckReport, hidden: int = 0) -> str:
    """Say in two lines how many doubts there are, and of which kinds. hidden: notes that were not told."""
    left_out = ", ".join(f"{number} {reason}" for reason, number in report.left_out.items())
    tail = f" · left out: {left_out}" if left_out else ""
    more = f"\n  {count(hidden, 'note')} more: publisher check --notes" if hidden else ""
    severities = Counter(problem.severity for problem in report.problems)
    parts = [count(severities[name], name) for name in ("error", "warning", "note") if severities[name]]
    if not parts:
        return f"{count(report.posts, 'post')}, nothing doubtful{tail}{more}"
    rules = ", ".join(f"{number} {rule}" for rule, number in report.rules.items())
    doubts = f"{_listed(parts)} in {count(report.files, 'file')}"
    return f"{doubts}, {count(report.posts, 'post')} looked at{tail}\n  {rules}{more}"


def as_table(report: CheckReport) -> dict[str, Any]:
    """Say the same for a script."""
    return {
        "posts": report.posts,
        "left_out": dict(report.left_out),
        "rules": dict(report.rules),
        "problems": [_table_of(problem) for problem in report.problems],
    }


def _table_of(problem: Problem) -> dict[str, Any]:
    """Give the facts of a problem, with those whom its rule concerns."""
    from publisher.syndication.rules import known_rules

    rule = known_rules().get(problem.rule)
    concerned = {"readers": rule.readers, "platforms": rule.platforms} if rule else {}
    return problem_table(problem) | {name: list(keys) for name, keys in concerned.items() if keys}


def _named(problem: Problem) -> Problem:
    """Put the rule's id behind the message: what `--rules` and `check.ignore` know it by."""
    return replace(problem, message=f"{problem.message} [{problem.rule}]") if problem.rule else problem


def _listed(parts: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def _marked(problem: Problem) -> str:
    mark = typer.style(f"{problem.severity}: ", fg=_COLOURS[problem.severity], bold=True)
    return f"{mark}{problem}"

"""`publisher build`: posts become feeds."""

from __future__ import annotations

import gc
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.console import (
    ConfigOption,
    DryRunOption,
    JsonOption,
    NowOption,
    clock,
    load,
    moment,
    print_problems,
    progress,
    say,
    say_json,
)
from publisher.cli.problems import count, is_failure, problem_table
from publisher.syndication.archives import is_page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.pipeline.build_report import BuildReport, BuiltFile


#: Lines about files that a person may want to read.
SHOWN_FILES = 20
#: What a build writes about its feeds, for people and for readers that look for feeds.
_NO_FEEDS = frozenset({"index.html", "feeds.opml", "feed-menu.json"})


def build(
    config_path: ConfigOption = Path(),
    now: NowOption = None,
    dry_run: DryRunOption = False,
    strict: Annotated[bool, typer.Option("--strict", help="Treat every warning as an error.")] = False,
    frozen_lock: Annotated[
        bool,
        typer.Option(
            "--frozen-lock",
            help="Write no publisher.lock; refuse to build, with 1, where it lacks a decision: on a new post, say.",
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Write the feeds, and a page about each.

    RSS, Atom and JSON Feed for the site and for each tag, person… that [feeds] names; a podcast where there is one.
    """
    root = config_path if config_path.is_dir() else config_path.parent
    report = _still_built(config_path) if now is None else None
    if report is None:
        with _without_collector():
            from publisher.pipeline.build import build as run

            config = load(config_path)
            with progress("posts") as advance:
                report = run(config, moment(now, config), dry_run=dry_run, frozen_lock=frozen_lock, progress=advance)
    print_problems(report.problems)
    if as_json:
        say_json(as_table(report, root, dry_run=dry_run))
    else:
        say(summary(report, root, dry_run=dry_run))
    if is_failure(report.problems, strict=strict):
        raise typer.Exit(1)


def _still_built(config_path: Path) -> BuildReport | None:
    """Give the report of the last build again, if nothing has changed since; settings are not even read then."""
    from publisher.pipeline.stamp import still_built

    return still_built(config_path, clock()) if config_path.is_dir() else None


@contextmanager
def _without_collector() -> Iterator[None]:
    """Let Python look for no cycles: a build keeps nearly all that it makes until it ends, and soon it ends."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def summary(report: BuildReport, root: Path, *, dry_run: bool) -> str:
    """Say in a few lines what a build did, or in a dry run would do."""
    # Of many files, those that stay as they are go without saying.
    told = [file for file in report.files if file.changed or len(report.files) <= SHOWN_FILES]
    lines = [f"  {_state(file, dry_run):<11} {_shown(file.path, root)}" for file in told]
    if report.lock_changed:
        lines.insert(0, f"  {'would write' if dry_run else 'wrote':<11} publisher.lock")
    lines += [f"  {'would go' if dry_run else 'removed':<11} {_shown(path, root)}" for path in report.removed]
    if len(lines) > SHOWN_FILES:
        lines[SHOWN_FILES:] = [f"  … and {len(lines) - SHOWN_FILES} more"]
    pages = [file for file in report.files if file.path.name in _NO_FEEDS]
    archives = [file for file in report.files if is_page(file.path.as_posix())]
    total = f"{count(len(report.files) - len(pages) - len(archives), 'feed')} with {count(report.entries, 'post')}"
    written = report.written - sum(file.changed for file in (*pages, *archives))
    parts = [total, f"{written} of them {'would change' if dry_run else 'changed'}"]
    if archives:
        changed = sum(file.changed for file in archives)
        parts.append(f"{count(len(archives), 'archive page')}, {changed} of them changed")
    if pages:
        parts.append(f"{count(len(pages), 'page')} about them")
    if report.removed:
        parts.append(f"{count(len(report.removed), 'file')} {'would go' if dry_run else 'removed'}")
    if report.left_out:
        parts.append("left out: " + ", ".join(f"{number} {reason}" for reason, number in report.left_out.items()))
    counts = Counter(problem.severity for problem in report.problems)
    parts += [count(counts[severity], severity) for severity in ("error", "warning") if counts[severity]]
    return "\n".join([*lines, " · ".join(parts)])


def as_table(report: BuildReport, root: Path, *, dry_run: bool) -> dict[str, Any]:
    """Say the same for a script."""
    files = [
        {"path": _shown(file.path, root), "length_bytes": file.length_bytes, "changed": file.changed}
        for file in report.files
    ]
    return {
        "dry_run": dry_run,
        "files": files,
        "removed": [_shown(path, root) for path in report.removed],
        "entries": report.entries,
        "lock_changed": report.lock_changed,
        "left_out": dict(report.left_out),
        "problems": [problem_table(problem) for problem in report.problems],
    }


def _state(file: BuiltFile, dry_run: bool) -> str:
    if not file.changed:
        return "unchanged"
    return "would write" if dry_run else "wrote"


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)

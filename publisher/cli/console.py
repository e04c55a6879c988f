"""What every command shares: reading the configuration, the clock, and how things are said to a person."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from publisher.config import Config
    from publisher.errors import Problem

ConfigOption = Annotated[
    Path,
    typer.Option("--config", "-c", help="publisher.toml, or the folder that holds it.", show_default="this folder"),
]
NowOption = Annotated[
    str | None,
    typer.Option(
        "--now",
        help="Act as if it were this moment: 2026-10-08T08:00 (the site's time zone where no offset is given).",
        show_default="the clock",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of sentences.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")]


def load(path: Path) -> Config:
    """Read publisher.toml (see `config.load_config`)."""
    from publisher.config import load_config

    return load_config(path)


def clock() -> datetime:
    """Read the clock: the only place in the program that does."""
    return datetime.now(tz=UTC)


def moment(text: str | None, config: Config) -> datetime:
    """Read --now, or the clock.

    Returns an aware datetime. Raises ConfigError for a text that is no ISO 8601 moment.
    """
    if text is None:
        return clock()
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"--now: not a moment: {text}", hint="write 2026-10-08T08:00:00+08:00") from error
    return found if found.tzinfo else found.replace(tzinfo=config.zone)


def say(text: str) -> None:
    """Print a sentence to standard output."""
    typer.echo(text)


def say_json(value: Mapping[str, Any]) -> None:
    """Print one JSON object to standard output, readable by people as well as by scripts."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def print_problems(problems: Iterable[Problem]) -> None:
    """Print every problem to standard error in the one form of all errors, warnings marked as such."""
    for problem in problems:
        mark = "warning: " if problem.severity == "warning" else "error: "
        style = "yellow" if problem.severity == "warning" else "red"
        typer.echo(typer.style(mark, fg=style, bold=True) + str(problem), err=True)


@contextmanager
def progress(label: str, *, unit: str = "") -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar on standard error while long work runs; silent where nobody watches.

    Gives a function `(done, total)` to call as the work goes on.
    """
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)

"""Following a send while it runs: a bar for people, lines of JSON for programs, and ending it in good order."""

from __future__ import annotations

import json
import signal
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

#: States that the bar shows beside its count.
SHOWN = ("accepted", "deferred", "rejected", "uncertain")
#: Programs are told of progress so often, not more.
EVENT_S = 1.0


@contextmanager
def ended_in_good_order() -> Iterator[Callable[[], bool]]:
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


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[Mapping[str, int], int], None]]:
    """Show count, rate, time left and outcomes on standard error; silent where nobody watches."""
    if not sys.stderr.isatty():
        yield lambda _counts, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[outcomes]}"),
    )
    began = time.monotonic()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None, rate="", outcomes="")

        def show(counts: Mapping[str, int], total: int) -> None:
            done = sum(counts.values())
            rate = f"{rate_per_s(done, time.monotonic() - began):,.0f}/s"
            bar.update(task, completed=done, total=total, rate=rate, outcomes=outcomes(counts))

        yield show


def rate_per_s(done: int, passed_s: float) -> float:
    """Say how many a second were done."""
    return done / passed_s if passed_s > 0 else 0.0


def outcomes(counts: Mapping[str, int]) -> str:
    """Say how many ended in which state: "97 accepted · 2 deferred"."""
    return " · ".join(f"{counts[state]} {state}" for state in SHOWN if counts.get(state))


def print_event(name: str, **facts: Any) -> None:
    """Print one event as one line of JSON."""
    typer.echo(json.dumps({"event": name, **facts}, ensure_ascii=False, default=str))


def event_printer() -> Callable[[Mapping[str, int], int], None]:
    """Give what prints "progress" events (done, total, counts, rate_per_s, eta_s): one a second, and the last."""
    began = time.monotonic()
    last = 0.0

    def show(counts: Mapping[str, int], total: int) -> None:
        nonlocal last
        now, done = time.monotonic(), sum(counts.values())
        if done < total and now - last < EVENT_S:
            return
        last = now
        rate = rate_per_s(done, now - began)
        eta = round((total - done) / rate, 1) if rate else None
        print_event("progress", done=done, total=total, counts=dict(counts), rate_per_s=round(rate, 1), eta_s=eta)

    return show

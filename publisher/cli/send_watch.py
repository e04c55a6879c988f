"""Following a send while it runs: a bar for people, lines of JSON for programs, and ending it in good order."""

from __future__ import annotations

import json
import signal
import sys
import threading
import time
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Protocol

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from typing import Self

#: States that the bar shows beside its count.
SHOWN = ("accepted", "deferred", "rejected", "uncertain")
#: Programs are told of progress so often, not more.
EVENT_S = 1.0


class Meter:
    """Measures how fast a send goes, by the time that it was really sending."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def begin(self) -> None:
        """Begin to measure: what came before was preparation."""
        self._began = time.monotonic()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Leave out the time that this block takes."""
        since = time.monotonic()
        try:
            yield
        finally:
            self._began += time.monotonic() - since

    def rate_per_s(self, done: int) -> float:
        """Say how many a second were done."""
        passed_s = time.monotonic() - self._began
        return done / passed_s if passed_s > 0 else 0.0


class Follower(Protocol):
    """What is told of a send while it runs."""

    @property
    def meter(self) -> Meter:
        """Measures its speed."""

    def show(self, counts: Mapping[str, int], total: int) -> None:
        """Say how many ended in which state so far, and how many there are to do."""

    def paused(self) -> AbstractContextManager[None]:
        """Keep still while somebody is asked a question."""


@contextmanager
def ended_in_good_order() -> Iterator[Callable[[], bool]]:
    """Let Ctrl-C and SIGTERM end the send after the messages in flight; a second one ends it at once."""
    asked = threading.Event()

    def note(_signal: int, _frame: object) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()
        typer.echo("finishing the messages in flight; once more ends at once", err=True)

    with _on_signals(note):
        yield asked.is_set


@contextmanager
def _on_signals(act: Callable[[int, object], None]) -> Iterator[None]:
    before = {number: signal.signal(number, act) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def asking(follower: Follower) -> Iterator[None]:
    """Clear the screen for a question. Nothing is in flight, so Ctrl-C and SIGTERM are an answer: KeyboardInterrupt."""

    def leave(_signal: int, _frame: object) -> None:
        raise KeyboardInterrupt

    with follower.paused(), follower.meter.paused(), _on_signals(leave):
        yield


class Bar:
    """A bar on standard error, with rate, time left and outcomes; silent where nobody watches."""

    def __init__(self, label: str) -> None:
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
        self.meter = Meter()
        hidden = not sys.stderr.isatty()
        self._progress = Progress(*columns, console=Console(stderr=True), transient=True, disable=hidden)
        self._task = self._progress.add_task(label, total=None, rate="", outcomes="")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._progress.stop()

    def show(self, counts: Mapping[str, int], total: int) -> None:
        """See Follower."""
        done = sum(counts.values())
        rate = f"{self.meter.rate_per_s(done):,.0f}/s"
        self._progress.update(self._task, completed=done, total=total, rate=rate, outcomes=outcomes(counts))

    @contextmanager
    def paused(self) -> Iterator[None]:
        """See Follower."""
        self._progress.stop()
        try:
            yield
        finally:
            self._progress.start()


def outcomes(counts: Mapping[str, int]) -> str:
    """Say how many ended in which state: "97 accepted · 2 deferred"."""
    return " · ".join(f"{counts[state]} {state}" for state in SHOWN if counts.get(state))


def print_event(name: str, **facts: Any) -> None:
    """Print one event as one line of JSON."""
    typer.echo(json.dumps({"event": name, **facts}, ensure_ascii=False, default=str))


class EventPrinter:
    """Prints "progress" events (done, total, counts, rate_per_s, eta_s): one a second, and the last."""

    def __init__(self) -> None:
        self.meter = Meter()
        self._last = 0.0
        self._told = (0, 0)

    def show(self, counts: Mapping[str, int], total: int) -> None:
        """See Follower."""
        now, done = time.monotonic(), sum(counts.values())
        if (done < total and now - self._last < EVENT_S) or (done, total) == self._told or not done:
            return
        self._last, self._told = now, (done, total)
        rate = self.meter.rate_per_s(done)
        eta = round((total - done) / rate, 1) if rate else None
        print_event("progress", done=done, total=total, counts=dict(counts), rate_per_s=round(rate, 1), eta_s=eta)

    def paused(self) -> AbstractContextManager[None]:
        """See Follower."""
        return nullcontext()

"""What whole processes cost, and how they compare.

Competitors run in turn, A B C A B C, so that the machine's moods hit all alike. Ratios are made pair by pair, turn by
turn, then the median is taken; absolute seconds are for orientation. Nothing here judges a number: machines differ, and
so do their neighbours.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_LAUNCHER = Path(__file__).with_name("launch.py")


class BenchError(Exception):
    """A competitor failed, or did another job than the rest: there is nothing to compare."""


@dataclass(frozen=True)
class Cost:
    """What one run of one process took."""

    wall_s: float
    #: User and system time, of the process and of those it waited for.
    cpu_s: float
    #: Peak memory of the largest single process.
    peak_mib: float


@dataclass(frozen=True)
class Competitor:
    """One of those that do the same job."""

    name: str
    command: Sequence[str]
    #: Brings the disk into the state that the run starts from; not timed.
    prepare: Callable[[], None] = lambda: None
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None


@dataclass(frozen=True)
class Standing:
    """A competitor's runs, beside those of the first one."""

    name: str
    costs: tuple[Cost, ...]
    #: Wall time by the wall time of the first competitor in the same turn; median over the turns.
    ratio: float

    @property
    def wall_s(self) -> float:
        """Median wall time."""
        return statistics.median(cost.wall_s for cost in self.costs)

    @property
    def cpu_s(self) -> float:
        """Median of user and system time."""
        return statistics.median(cost.cpu_s for cost in self.costs)

    @property
    def peak_mib(self) -> float:
        """Largest peak of all runs."""
        return max(cost.peak_mib for cost in self.costs)

    def as_row(self) -> tuple[str, ...]:
        """Give the cells of a table whose head is HEAD."""
        return (self.name, f"{self.ratio:.2f}", f"{self.wall_s:.3f}", f"{self.cpu_s:.3f}", f"{self.peak_mib:.0f}")


HEAD = ("", "ratio", "wall s", "cpu s", "peak MiB")


def run_once(competitor: Competitor) -> Cost:
    """Prepare and run a competitor. Raises BenchError with what it printed when it fails."""
    competitor.prepare()
    with tempfile.TemporaryDirectory() as name:
        report = Path(name) / "cost"
        command = (sys.executable, "-I", "-S", str(_LAUNCHER), str(report), *competitor.command)
        run = subprocess.run(
            command,
            check=False,
            cwd=competitor.folder,
            env=dict(os.environ) | dict(competitor.environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if run.returncode or not report.exists():
            raise BenchError(f"{competitor.name} did not start:\n{run.stdout.decode(errors='replace')}")
        wall_s, cpu_s, peak_kib, exit_code = report.read_text().split()
    if int(exit_code):
        raise BenchError(f"{competitor.name} ended with {exit_code}:\n{run.stdout[-4000:].decode(errors='replace')}")
    return Cost(float(wall_s), float(cpu_s), int(peak_kib) / 1024)


def run_in_turn(competitors: Sequence[Competitor], runs: int) -> tuple[Standing, ...]:
    """Run each competitor `runs` times, in turn. The first one is what the ratios refer to."""
    turns = [[_run_told(competitor, turn) for competitor in competitors] for turn in range(1, runs + 1)]
    columns = [tuple(column) for column in zip(*turns, strict=True)]
    return tuple(
        Standing(competitor.name, costs, _ratio(costs, columns[0]))
        for competitor, costs in zip(competitors, columns, strict=True)
    )


def _run_told(competitor: Competitor, turn: int) -> Cost:
    """Run a competitor, and tell whoever waits."""
    cost = run_once(competitor)
    print(f"  turn {turn}: {competitor.name} {cost.wall_s:.2f} s", file=sys.stderr)
    return cost


def _ratio(costs: Sequence[Cost], reference: Sequence[Cost]) -> float:
    return statistics.median(cost.wall_s / other.wall_s for cost, other in zip(costs, reference, strict=True))

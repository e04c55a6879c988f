"""What a bench prints and keeps: Markdown tables, the versions of everything that ran, the machine."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from bench.measure import HEAD, Standing

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Result:
    """One table: competitors at one job. The first one's ratio is 1."""

    title: str
    standings: tuple[Standing, ...]
    note: str = ""

    def as_markdown(self) -> str:
        """Give the table with its title."""
        table = markdown_table(HEAD, [standing.as_row() for standing in self.standings])
        return f"### {self.title}\n\n{self.note + chr(10) * 2 if self.note else ''}{table}\n"


def markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Give a Markdown table: first column to the left, the others to the right."""
    rule = "|---|" + "---:|" * (len(head) - 1)
    return "\n".join([_line(head), rule, *(_line(row) for row in rows)])


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def describe_machine() -> str:
    """Name the processor, the cores we may use, the system and the load: what the numbers depend on."""
    cores = len(os.sched_getaffinity(0))
    return f"{_processor()}, {cores} cores; {platform.system()} {platform.release()}; load {os.getloadavg()[0]:.1f}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def own_versions() -> str:
    """Name the versions of publisher, of Python, and of the libraries that its speed depends on."""
    names = ("publisher", "PyYAML", "comrak", "nh3", "lxml", "feedgen", "Jinja2")
    return f"Python {platform.python_version()}, " + ", ".join(f"{name} {metadata.version(name)}" for name in names)


def save(results: Sequence[Result], file: Path) -> None:
    """Write every single run as JSON, for comparing two benches later."""
    content = {"machine": describe_machine(), "versions": own_versions(), "results": [asdict(one) for one in results]}
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

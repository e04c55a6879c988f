"""One file per thing that is timed; `python -m bench NAME` runs the file of that name.

A section has `run(options) -> Iterator[Result]`, which yields each table as soon as it stands. To add one, add a file.
"""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.report import Result


@dataclass(frozen=True)
class Options:
    """What the command line asked for."""

    #: Sizes of the made-up sites.
    posts: tuple[int, ...]
    #: How often each competitor runs.
    runs: int


def section_names() -> tuple[str, ...]:
    """Name the sections there are."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def run_section(name: str, options: Options) -> Iterator[Result]:
    """Run one section; its tables come one by one."""
    yield from import_module(f"{__name__}.{name}").run(options)

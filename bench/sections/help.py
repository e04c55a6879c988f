"""`publisher --help` against Python that does nothing: what every command costs before it begins."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from bench.measure import Competitor, run_in_turn
from bench.ours import PROGRAM
from bench.report import Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.sections import Options

#: These runs are short, and noise is large beside them.
_TIMES = 5


def run(options: Options) -> Iterator[Result]:
    """Compare the two."""
    bare = Competitor("python -c pass", (sys.executable, "-c", "pass"))
    ours = Competitor("publisher --help", (str(PROGRAM), "--help"))
    yield Result("Start of the program", run_in_turn((bare, ours), options.runs * _TIMES))

"""Problems in the order and number in which a person wants to hear of them: each once."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from publisher.errors import Problem

#: Rules that say less about a file than others that were broken there: two posts at one address have one guid too.
_SAID_BETTER: Mapping[str, frozenset[str]] = {
    "same-address": frozenset({"same-guid"}),
    "M2": frozenset({"missing-image", "unreadable-image"}),
    "R6": frozenset({"missing-audio", "podcast-length", "podcast-type"}),
}


def each_once(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Leave out what is said already, in the same words or better; the order stays."""
    told = dict.fromkeys(problems)
    broken: dict[str, set[str]] = defaultdict(set)
    for problem in told:
        if problem.at:
            broken[problem.at.file].add(problem.rule)
    return tuple(
        problem
        for problem in told
        if not problem.at or _SAID_BETTER.get(problem.rule, frozenset()).isdisjoint(broken[problem.at.file])
    )


def by_place(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sort problems by file, line and column; those without a place come first."""
    return tuple(sorted(problems, key=_place))


def _place(problem: Problem) -> tuple[str, int, int, str, str]:
    at = problem.at
    return (at.file if at else "", (at and at.line) or 0, (at and at.column) or 0, problem.rule, problem.message)

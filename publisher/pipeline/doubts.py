"""Problems in the order and number in which a person wants to hear of them: each once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from publisher.errors import Problem

#: Rules that say less about a file than another that was broken there: two posts at one address have one guid too.
_SAID_BETTER: Mapping[str, str] = {"same-address": "same-guid"}


def each_once(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Leave out what is said already, in the same words or better; the order stays."""
    told = dict.fromkeys(problems)
    broken = {(problem.rule, problem.at.file) for problem in told if problem.at}
    return tuple(
        problem
        for problem in told
        if not problem.at or (_SAID_BETTER.get(problem.rule, ""), problem.at.file) not in broken
    )


def by_place(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sort problems by file, line and column; those without a place come first."""
    return tuple(sorted(problems, key=_place))


def _place(problem: Problem) -> tuple[str, int, int, str, str]:
    at = problem.at
    return (at.file if at else "", (at and at.line) or 0, (at and at.column) or 0, problem.rule, problem.message)

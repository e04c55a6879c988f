"""Problems as scripts get them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publisher.errors import Problem


def problem_table(problem: Problem) -> dict[str, Any]:
    """Give the facts of a problem for `--json`, without those that are not known."""
    at = problem.at
    place = {"file": at.file, "line": at.line, "column": at.column} if at else {}
    facts = {"severity": problem.severity, "rule": problem.rule, "message": problem.message, "hint": problem.hint}
    return {key: value for key, value in (facts | place).items() if value is not None}


def is_failure(problems: Iterable[Problem], *, strict: bool) -> bool:
    """Tell whether a command ends with 1: for any error, and for any warning where that is wanted; never for a note."""
    failing = {"error", "warning"} if strict else {"error"}
    return any(problem.severity in failing for problem in problems)


def count(number: int, noun: str) -> str:
    """Say how many there are of something: "1 error", "2 errors"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"

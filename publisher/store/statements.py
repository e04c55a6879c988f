"""Statements written out for both databases: those that run for every few messages, thousands of times a minute.

Building them anew from their parts each time would take longer than running them.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection, CursorResult

#: How a list of numbers that arrives as one JSON value is read.
NUMBERS = {
    "sqlite": "SELECT value FROM json_each(?)",
    "postgresql": "SELECT json_array_elements_text(?)::integer",
}
#: What stands for a value.
MARKS = {"sqlite": "?", "postgresql": "%s"}


class Statement:
    """One statement. Each ? in it stands for a value, each {numbers} for the numbers of a list (`as_numbers`)."""

    def __init__(self, sql: str) -> None:
        self._texts = {
            dialect: sql.replace("{numbers}", numbers).replace("?", MARKS[dialect])
            for dialect, numbers in NUMBERS.items()
        }

    def run(self, connection: Connection, *values: Any) -> CursorResult[*tuple[Any, ...]]:
        """Run it once."""
        return connection.exec_driver_sql(self._texts[connection.dialect.name], values)

    def run_for_each(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Run it once for each row of values."""
        connection.exec_driver_sql(self._texts[connection.dialect.name], list(rows))


def as_numbers(numbers: Iterable[int]) -> str:
    """Write a list of numbers as one value."""
    return json.dumps(list(numbers))


def as_moment(connection: Connection, moment: datetime | None) -> object:
    """Write an aware moment as the column type of the tables does (store.schema.UtcDateTime)."""
    if moment is None or connection.dialect.name == "postgresql":
        return moment
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


@lru_cache(maxsize=256)
def read_moment(stored: str | datetime | None) -> datetime | None:
    """Give a moment that a statement found, aware, in UTC."""
    if isinstance(stored, str):
        return datetime.fromisoformat(stored).replace(tzinfo=UTC)
    return stored and stored.astimezone(UTC)

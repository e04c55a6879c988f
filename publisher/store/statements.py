"""Statements written out for both databases: those that run for every few messages, thousands of times a minute.

Building them anew from their parts each time would take longer than running them.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection
    from sqlalchemy.engine.interfaces import DBAPICursor

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

    def run(self, connection: Connection, *values: Any) -> list[tuple[Any, ...]]:
        """Run it once. Gives the rows that it finds."""
        cursor = self._execute(connection, "execute", values)
        found = list(cursor.fetchall()) if cursor.description else []
        cursor.close()
        return found

    def run_for_each(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Run it once for each row of values."""
        self._execute(connection, "executemany", rows).close()

    def _execute(self, connection: Connection, how: str, values: Sequence[Any]) -> DBAPICursor:
        """Ask the driver itself, in the transaction of `connection`: half of the time lies in the layers above it."""
        text = self._texts[connection.dialect.name]
        cursor = connection.connection.cursor()
        try:
            getattr(cursor, how)(text, values)
        except connection.dialect.loaded_dbapi.Error as error:
            raise DBAPIError.instance(text, None, error, connection.dialect.loaded_dbapi.Error) from error
        return cursor


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

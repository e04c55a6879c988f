"""Inserting what may be there already, in the words of either database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy import Connection, Insert, Table


def insert_missing(connection: Connection, table: Table) -> Insert:
    """Give an INSERT that leaves rows alone whose key is taken.

    Looking first and inserting then would fail when two programs do so at once.
    """
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()

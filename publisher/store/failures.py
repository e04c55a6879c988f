"""The border between the database and us: one table from what the driver says to what a person can do about it.

Failures that nobody outside the program can mend (a broken constraint, a misspelt column) are bugs and pass through.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy.exc import DBAPIError

from publisher.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Failure(NamedTuple):
    """What to say about one class of database failure."""

    message: str
    hint: str


#: By the beginning of SQLite's error name (sqlite.org/rescode.html) or of PostgreSQL's SQLSTATE (its manual,
#: appendix A); the longest match counts.
FAILURES = {
    "SQLITE_BUSY": Failure(
        "another program is writing to it", "wait until the other `publisher` is done, then try again"
    ),
    "SQLITE_LOCKED": Failure("another program holds it locked", "close the other program, then try again"),
    "SQLITE_READONLY": Failure("it can't be written to", "make the file and its folder writable for you"),
    "SQLITE_PERM": Failure("access is denied", "make the file and its folder writable for you"),
    "SQLITE_CANTOPEN": Failure("it can't be opened", "look whether the folder exists and is writable for you"),
    "SQLITE_FULL": Failure(
        "the disk is full", "free some space, then run the command again: it goes on where it stopped"
    ),
    "SQLITE_IOERR": Failure("the disk fails", "look whether the disk is full or broken, then run the command again"),
    "SQLITE_NOTADB": Failure("it is not an SQLite database", "name another file in store.url, or restore a backup"),
    "SQLITE_CORRUPT": Failure("the file is damaged", "restore a backup, or try `sqlite3 FILE .recover`"),
    "08": Failure("the connection failed", "look whether the server runs, then run the command again"),
    "28": Failure("the server refuses the login", "look at user and password in store.url"),
    "3D": Failure("there is no such database", "createdb NAME"),
    "25006": Failure("the server only reads (a replica?)", "name the primary server in store.url"),
    "42501": Failure("the user lacks rights", "GRANT ALL ON SCHEMA public TO the user in store.url"),
    "53100": Failure("the server's disk is full", "free some space, then run the command again"),
    "53": Failure("the server is out of resources", "try again later"),
    "57P": Failure("the server is shutting down or starting", "try again in a minute"),
}

#: psycopg gives no SQLSTATE when it never reached the server.
UNREACHABLE = Failure("the server can't be reached", "look at store.url, and whether the server runs")


@contextmanager
def explain_failure(place: str) -> Iterator[None]:
    """Turn the database failures of the block that a person can mend into StoreError.

    place: the database, as it is to be named in the message.
    """
    try:
        yield
    except DBAPIError as error:
        failure = find_failure(error)
        if failure is None:
            raise
        raise StoreError(f"{place}: {failure.message}", hint=failure.hint) from error


def find_failure(error: DBAPIError) -> Failure | None:
    """Look a driver's exception up in FAILURES; None when it is a bug of ours."""
    cause = error.orig
    code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    if not isinstance(code, str):
        return UNREACHABLE if type(cause).__name__ in ("OperationalError", "ConnectionTimeout") else None
    matches = [key for key in FAILURES if code.startswith(key)]
    return FAILURES[max(matches, key=len)] if matches else None

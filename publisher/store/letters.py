"""Letters to one person: each written down before it leaves, so that none leaves twice for the same reason.

    deferred → committing → accepted | deferred | rejected | uncertain

A letter is wanted (deferred, attempt 0) in the transaction that gives the reason for it, so that none is forgotten.
A program that dies after `committing` leaves a row that nobody can decide: like uncertain, it is never sent again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from sqlalchemy import ColumnElement, Connection, select, update

from publisher.store.inserts import insert_missing
from publisher.store.schema import letters, subscribers

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.model.subscriber import Subscriber

LetterKind = Literal["confirm", "welcome", "goodbye"]
LetterState = Literal["committing", "accepted", "deferred", "rejected", "uncertain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterRow:
    """One letter to one person."""

    subscriber_id: int
    kind: LetterKind
    #: When the subscriber reached the state that it is about.
    occasion: datetime
    email: str
    subject: str = ""
    content_hash: str = ""
    state: LetterState = "deferred"
    attempt: int = 0
    transport: str = ""
    provider_id: str = ""
    reason: str = ""
    detail: str = ""
    smtp_code: int | None = None
    changed_at: datetime


def want_letter(connection: Connection, person: Subscriber, kind: LetterKind, now: datetime) -> None:
    """Note that a letter is to be sent for the state that somebody has just reached. Doing it twice is fine."""
    row = LetterRow(
        subscriber_id=person.id, kind=kind, occasion=person.since, email=person.email, detail="wanted", changed_at=now
    )
    values = {name: getattr(row, name) for name in LetterRow.__slots__}
    connection.execute(insert_missing(connection, letters).values(values))


def begin_letter(connection: Connection, row: LetterRow) -> bool:
    """Note that a letter may leave from now on. False when it has left before, or may have: then it must not."""
    names = ("email", "subject", "content_hash", "transport", "changed_at")
    values = {name: getattr(row, name) for name in names} | {"state": "committing", "detail": ""}
    change = update(letters).where(_is(row), letters.c.state == "deferred")
    return connection.execute(change.values(values | {"attempt": letters.c.attempt + 1})).rowcount > 0


def end_letter(connection: Connection, row: LetterRow) -> None:
    """Write down what became of a letter that was begun."""
    names = ("state", "provider_id", "reason", "detail", "smtp_code", "changed_at")
    change = update(letters).where(_is(row), letters.c.state == "committing")
    connection.execute(change.values({name: getattr(row, name) for name in names}))


def find_letter(connection: Connection, person: Subscriber, kind: LetterKind) -> LetterRow | None:
    """Give the letter about the state that a subscriber is in, or None."""
    found = letters_to(connection, person.id)
    return next((row for row in found if (row.kind, row.occasion) == (kind, person.since)), None)


def waiting_letters(connection: Connection, newsletter: str) -> tuple[tuple[str, LetterKind], ...]:
    """Give address (as it is compared) and kind of all letters that are to be sent, oldest first."""
    query = (
        select(subscribers.c.address, letters.c.kind)
        .join(subscribers, subscribers.c.id == letters.c.subscriber_id)
        .where(subscribers.c.newsletter == newsletter, letters.c.state == "deferred")
        .where(letters.c.occasion == subscribers.c.since)
        .order_by(letters.c.changed_at, letters.c.subscriber_id)
    )
    return tuple((row.address, row.kind) for row in connection.execute(query))


def letters_to(connection: Connection, subscriber_id: int) -> tuple[LetterRow, ...]:
    """Give all letters to a person, oldest first. One that broke off is uncertain."""
    query = select(letters).where(letters.c.subscriber_id == subscriber_id).order_by(letters.c.changed_at)
    rows = (LetterRow(**row._mapping) for row in connection.execute(query))  # noqa: SLF001 - SQLAlchemy's public name
    return tuple(replace(row, state="uncertain") if row.state == "committing" else row for row in rows)


def _is(row: LetterRow) -> ColumnElement[bool]:
    who = (letters.c.subscriber_id == row.subscriber_id) & (letters.c.kind == row.kind)
    return who & (letters.c.occasion == row.occasion)

"""The keys that sign unsubscribe links. They are made here once and never leave the store."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from publisher.store.inserts import insert_missing
from publisher.store.schema import token_keys

if TYPE_CHECKING:
    from datetime import datetime

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class TokenKey:
    """A key and the number that tokens name it by."""

    kid: int
    #: Kept out of tracebacks and logs.
    secret: bytes = field(repr=False)


def signing_key(connection: Connection, now: datetime) -> TokenKey:
    """Give the newest key; make the first one where there is none (`connection` must then be one that may write)."""
    newest = select(token_keys).order_by(token_keys.c.kid.desc()).limit(1)
    row = connection.execute(newest).one_or_none()
    if row is None:
        first = {"kid": 1, "secret": secrets.token_bytes(SECRET_BYTES), "created_at": now}
        connection.execute(insert_missing(connection, token_keys).values(first))
        # Read again: another program may have made the first key at the same moment.
        row = connection.execute(newest).one()
    return TokenKey(row.kid, row.secret)


def find_secret(connection: Connection, kid: int) -> bytes | None:
    """Give the secret of a key by its number, or None: old links name old keys."""
    secret: bytes | None = connection.scalar(select(token_keys.c.secret).where(token_keys.c.kid == kid))
    return secret


def rotate_key(connection: Connection, now: datetime) -> TokenKey:
    """Make a new key that signs from now on. The old ones go on reading the links that they signed."""
    newest = signing_key(connection, now)
    row = {"kid": newest.kid + 1, "secret": secrets.token_bytes(SECRET_BYTES), "created_at": now}
    connection.execute(insert_missing(connection, token_keys).values(row))
    return signing_key(connection, now)


def list_keys(connection: Connection) -> tuple[tuple[int, datetime], ...]:
    """Give number and date of each key, oldest first."""
    query = select(token_keys.c.kid, token_keys.c.created_at).order_by(token_keys.c.kid)
    return tuple((row.kid, row.created_at) for row in connection.execute(query))

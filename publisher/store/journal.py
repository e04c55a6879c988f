"""The journal: what happened to the deliveries of an issue, in entries that are only ever added and chained by hash.

Each transaction that changes rows of the ledger adds one entry, in that same transaction: one short line per row, with
a fingerprint of the whole row as it is from then on. So

    hash(n) = SHA-256( hash(n-1) | issue | n | moment | body )

holds from the issue's own content hash to the newest entry, and replaying the entries gives the fingerprint of every
row. Whoever edits, removes or reorders an entry, or edits or removes a row, is found by `store.journal_check`; whoever
cuts off the end of both is found by the head that a send certificate names. Names, addresses and what servers said are
in no entry, only in fingerprints: people can be forgotten, the chain stays.
"""

from __future__ import annotations

import hashlib
import json
from binascii import b2a_base64
from dataclasses import dataclass
from datetime import UTC
from functools import lru_cache
from json.encoder import encode_basestring as _quote
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, select

from publisher.store.schema import issues, journal
from publisher.store.statements import Statement, as_moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from publisher.store.deliveries import Delivery

#: Bytes of SHA-256 that a fingerprint keeps: 16 characters in the journal.
FINGERPRINT_BYTES = 12
#: Entries fetched at a time.
PAGE = 100
#: RFC 4648, 5.
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
#: Made once: a sender writes thousands of lines a second.
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Step(NamedTuple):
    """What an entry says about one row."""

    subscriber_id: int
    attempt: int
    state: str
    fingerprint: str
    reason: str = ""
    smtp_code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of the journal."""

    issue_id: int
    #: From 1.
    seq: int
    at: datetime
    #: In a word: planned, claimed, committing, outcome, released, recovered, replanned, cancelled, resend.
    event: str
    #: Why, or by whom; mostly empty.
    note: str
    steps: tuple[Step, ...]
    #: SHA-256 over this entry and all before it, in hex.
    hash: str


class Head(NamedTuple):
    """The newest entry: what a certificate names."""

    seq: int
    hash: str


def lock_issue(connection: Connection, issue_id: int) -> None:
    """Wait until no other transaction changes this issue's deliveries, and keep others waiting until the end.

    Called first by whatever writes to the ledger: entries get their numbers in the order in which they happen, and no
    two senders wait for each other crosswise. SQLite lets only one write anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(issues.c.id).where(issues.c.id == issue_id).with_for_update(key_share=True))


def append(
    connection: Connection, issue_id: int, event: str, rows: Iterable[Delivery], now: datetime, *, note: str = ""
) -> None:
    """Add an entry about rows as they are from now on. After `lock_issue`, in the transaction that changes them."""
    steps = [_step(row) for row in rows]
    if not steps:
        return
    last = head(connection, issue_id)
    body = _encode({"event": event, "note": note, "rows": steps})
    seq = last.seq + 1
    _ADD.run(connection, issue_id, seq, as_moment(connection, now), body, chain(last.hash, seq, now, body))


def head(connection: Connection, issue_id: int) -> Head:
    """Give the newest entry; before the first, number 0 with the hash that the chain begins with."""
    newest = _NEWEST.run(connection, issue_id)
    return Head(*newest[0]) if newest else Head(0, beginning(connection, issue_id))


_ADD = Statement("INSERT INTO journal (issue_id, seq, at, body, hash) VALUES (?, ?, ?, ?, ?)")
_NEWEST = Statement("SELECT seq, hash FROM journal WHERE issue_id = ? ORDER BY seq DESC LIMIT 1")


def beginning(connection: Connection, issue_id: int) -> str:
    """Give the hash that an issue's chain begins with: it stands for what was sent."""
    query = select(issues.c.newsletter, issues.c.number, issues.c.content_hash).where(issues.c.id == issue_id)
    row = connection.execute(query).one()
    named = f"publisher ledger 1\n{row.newsletter}\n{row.number}\n{row.content_hash}"
    return hashlib.sha256(named.encode()).hexdigest()


def chain(before: str, seq: int, at: datetime, body: str) -> str:
    """Hash an entry with all before it. before: hash of the entry before."""
    return hashlib.sha256(f"{before}\n{seq}\n{at.astimezone(UTC).isoformat()}\n{body}".encode()).hexdigest()


def _step(row: Delivery) -> tuple[object, ...]:
    """Say how a row is now, as a `Step` without what is empty at its end: most have neither reason nor code."""
    step = (row.subscriber_id, row.attempt, row.state, fingerprint(row))
    return (*step, row.reason, row.smtp_code) if row.reason or row.smtp_code is not None else step


def fingerprint(row: Delivery) -> str:
    """Give 16 characters that change with any column of a row."""
    facts = (
        f"[{row.subscriber_id},{_quote(row.email)},{_quote(row.address)},{_quote(row.name)},{_quote(row.selection)},"
        f"{_quote(row.state)},{row.attempt},{row.sender},{_quote(row.transport)},{_quote(row.provider_id)},"
        f"{_quote(row.reason)},{_quote(row.detail)},{'null' if row.smtp_code is None else row.smtp_code},"
        f"{_moment(row.retry_at)},{_moment(row.planned_at)},{_moment(row.changed_at)}]"
    )
    digest = hashlib.sha256(facts.encode("utf-8", "surrogatepass")).digest()
    return b2a_base64(digest[:FINGERPRINT_BYTES], newline=False).translate(_URL_SAFE).decode()


@lru_cache(maxsize=256)
def _moment(moment: datetime | None) -> str:
    return "null" if moment is None else f'"{moment.astimezone(UTC).isoformat()}"'


def entries(connection: Connection, issue_id: int, *, about: int | None = None) -> Iterator[Entry]:
    """Give the entries of an issue in their order.

    about: only those that may speak of this subscriber, by id; the reader looks for the step.
    """
    query = select(journal).where(journal.c.issue_id == issue_id).order_by(journal.c.seq)
    if about is not None:
        query = query.where(journal.c.body.contains(f"[{about},"))
    for row in connection.execute(query, execution_options={"yield_per": PAGE}):
        yield read_entry(row.issue_id, row.seq, row.at, row.body, row.hash)


def read_entry(issue_id: int, seq: int, at: datetime, body: str, hash_: str) -> Entry:
    """Read an entry's body. Raises ValueError or KeyError when it is not one that `append` wrote."""
    told = json.loads(body)
    steps = tuple(Step(*step) for step in told["rows"])
    return Entry(issue_id=issue_id, seq=seq, at=at, event=told["event"], note=told["note"], steps=steps, hash=hash_)

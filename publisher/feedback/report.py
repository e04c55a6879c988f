"""What a mail that came back says: values, without behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

#: hard: nobody there, and never again. failed: not delivered for good, but that says little about the address.
#: soft: full, or not now. policy: refused because of us or of this message, which never counts against the reader.
#: delayed: still being tried. complaint: marked as spam. unsubscribe: wants to leave. confirm: says yes, having been
#: asked. reply: a vacation notice, a receipt or the like. delivered: a report of success. other: nothing of the kind,
#: perhaps a person's own words.
Kind = Literal[
    "hard",
    "failed",
    "soft",
    "policy",
    "delayed",
    "complaint",
    "unsubscribe",
    "confirm",
    "reply",
    "delivered",
    "other",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is said about one recipient."""

    kind: Kind
    #: The address that the reporter names; empty if none.
    recipient: str = ""
    #: Enhanced status code (RFC 3463), such as 5.1.1; empty if none.
    status: str = ""
    #: The reporter's own words, on one line.
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """Where a mail may name our message: texts in which to look for tokens and ids."""

    #: Addresses the mail went to, and envelope addresses it names: a VERP token may be in one of them.
    envelopes: tuple[str, ...] = ()
    #: List-Unsubscribe fields of the message that came back, unquoted.
    unsubscribe: tuple[str, ...] = ()
    #: Message-IDs of the message that came back, in angle brackets.
    message_ids: tuple[str, ...] = ()
    #: Recipients of the message that came back.
    recipients: tuple[str, ...] = ()
    #: Where a wish to leave carries its token, unquoted.
    wishes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """A mail that came back, understood."""

    #: Names the mail wherever it is read: SHA-256 of its Message-ID, or of its content where it has none.
    key: str
    message_id: str
    #: The From line, decoded.
    sender: str
    subject: str
    #: When it was written, aware; None where it does not say so, or not plausibly.
    written_at: datetime | None
    #: At least one.
    reports: tuple[Report, ...]
    traces: Traces

"""A message: what one subscriber gets, made by filling the slots of a template that all of them share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The places where readers differ. ASCII, no braces: premailer and URL joining leave them alone.
UNSUBSCRIBE, PREFERENCES, NAME, CONFIRM = SLOTS = (
    "XXUNSUBSCRIBEXX",
    "XXPREFERENCESXX",
    "XXNAMEXX",
    "XXCONFIRMXX",
)

#: A text cut at its slots: plain pieces, and the names of the slots between them.
Pieces = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """A name and an address (RFC 5322, 3.4)."""

    email: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What the receiving server is told (RFC 5321): who gets it back, and who gets it."""

    sender: str
    recipient: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One issue for one subscriber, in both shapes that transports take: RFC 5322 bytes, and parts for an ESP's API."""

    #: Names this delivery for ever, and is the ESP's idempotency key: "weekly/128/17".
    delivery_key: str
    envelope: Envelope
    sender: Mailbox
    recipient: Mailbox
    reply_to: Mailbox | None
    subject: str
    #: HTML and text, cut: only transports that hand over parts ever put them together (`html`, `text`).
    html_pieces: Pieces
    text_pieces: Pieces
    #: Everything beyond From, To, Subject, Reply-To, Date and MIME: Message-ID, List-*, Auto-Submitted…
    headers: Mapping[str, str]
    #: The complete message, CRLF line ends, no line over 998 octets.
    content: bytes
    #: The content is known to be ASCII, to end in a line end, and to have no line that begins with a dot: SMTP carries
    #: it as it stands.
    smtp_ready: bool = False

    @property
    def html(self) -> str:
        """The HTML, complete."""
        return "".join(self.html_pieces)

    @property
    def text(self) -> str:
        """The plain text, complete."""
        return "".join(self.text_pieces)

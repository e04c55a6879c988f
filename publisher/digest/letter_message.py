"""A letter as a message to one person: what somebody gets in answer to something they did, not as part of a list.

Specs: RFC 5322, RFC 2045, RFC 3834 (Auto-Submitted: auto-replied). There is no List- field: nobody is on a list by it.
"""

from __future__ import annotations

import hashlib
import html
from datetime import UTC
from email.utils import format_datetime
from typing import TYPE_CHECKING

from publisher.digest.headers import FOLD, mailbox_field, text_field
from publisher.digest.message import encode_part
from publisher.digest.pieces import cut, fill, quote
from publisher.model.message import NAME, SLOTS, Envelope, Mailbox, Message

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from publisher.digest.letterhead import Letterhead
    from publisher.digest.letters import Letter


def letter_message(
    letter: Letter, letterhead: Letterhead, recipient: Mailbox, values: Mapping[str, str], *, key: str, now: datetime
) -> Message:
    """Make the message that takes a letter to somebody.

    values: what stands in the letter's slots (model.message.SLOTS). key: names this message for ever, such as
    "confirm/weekly/17". now: its date, aware. Equal arguments give equal bytes.
    """
    own = {slot: values.get(slot, "") for slot in SLOTS}
    own[NAME] = own[NAME] or recipient.name or letterhead.reader
    escaped = {slot: html.escape(value) for slot, value in own.items()}
    unique = hashlib.sha256(f"{letterhead.list_id}/{key}".encode()).hexdigest()[:32]
    headers = {"Message-ID": f"<{unique}@{letterhead.domain}>", "Auto-Submitted": "auto-replied"}
    return Message(
        delivery_key=key,
        envelope=Envelope(sender=letterhead.envelope_sender, recipient=recipient.email),
        sender=letterhead.sender,
        recipient=recipient,
        reply_to=letterhead.reply_to,
        subject=letter.subject,
        html_pieces=fill(cut(letter.html), escaped),
        text_pieces=fill(cut(letter.text), own),
        headers=headers,
        content=_fields(letter, letterhead, recipient, headers | {"Date": format_datetime(now.astimezone(UTC))})
        + _body(letter, own, escaped),
    )


def _fields(letter: Letter, letterhead: Letterhead, recipient: Mailbox, headers: Mapping[str, str]) -> bytes:
    lines = [
        mailbox_field("From", letterhead.sender),
        *([mailbox_field("Reply-To", letterhead.reply_to)] if letterhead.reply_to else []),
        mailbox_field("To", recipient),
        text_field("Subject", letter.subject),
        *(f"{name}: {value}" for name, value in headers.items()),
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative;{FOLD}boundary="{_boundary(letter)}"',
        "",
        "",
    ]
    return "\r\n".join(lines).encode("ascii")


def _body(letter: Letter, values: Mapping[str, str], escaped: Mapping[str, str]) -> bytes:
    """Encode both parts with what stands in their slots."""
    boundary = f"--{_boundary(letter)}".encode()
    text_part = encode_part("plain", cut(letter.text)).fill({slot: quote(value) for slot, value in values.items()})
    html_part = encode_part("html", cut(letter.html)).fill({slot: quote(value) for slot, value in escaped.items()})
    return b"".join([boundary, *text_part, b"\r\n" + boundary, *html_part, b"\r\n" + boundary + b"--\r\n"])


def _boundary(letter: Letter) -> str:
    return "=_" + hashlib.sha256(letter.html.encode()).hexdigest()[:32]

"""A message as SMTP wants it: its three commands, its dots doubled, and whether a server can carry it at all.

Specs: RFC 5321 4.1.2 (commands) and 4.5.2 (transparency), RFC 1870 (SIZE), RFC 6152 (8BITMIME), RFC 6531 (SMTPUTF8).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import idna

from publisher.delivery.transport import Receipt
from publisher.errors import DeliveryError

if TYPE_CHECKING:
    from publisher.delivery.smtp_features import Features
    from publisher.model.message import Message

#: What would end an address or its command early.
BREAKERS = re.compile(r"[ <>]")
#: Where a line begins with a dot; four times as quick as looking for the two bytes.
LINE_WITH_DOT = re.compile(rb"\n\.")
#: RFC 5321, 4.5.3.1.3, without the angle brackets.
LONGEST_ADDRESS = 254


class Commands(NamedTuple):
    """What is said before the message itself, each with its line end."""

    mail: bytes
    rcpt: bytes
    data: bytes = b"DATA\r\n"


def commands_for(message: Message, size: int, features: Features) -> Commands:
    """Write the commands of a message that `fault_of` found none in. size: in bytes, signatures included."""
    sender, recipient = on_the_wire(message.envelope.sender), on_the_wire(message.envelope.recipient)
    mail = f"MAIL FROM:<{sender}>"
    if features.announces_size:
        mail += f" SIZE={size}"
    if features.eight_bit and not is_ascii(message):
        mail += " BODY=8BITMIME"
    if not (sender + recipient).isascii():
        mail += " SMTPUTF8"
    return Commands(f"{mail}\r\n".encode(), f"RCPT TO:<{recipient}>\r\n".encode())


def on_the_wire(address: str) -> str:
    """Write the domain of an address in ASCII (IDNA); the part before the @ stays as it is."""
    if address.isascii():
        return address
    local, at, domain = address.rpartition("@")
    try:
        return local + at + idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        return address


def domain_of(message: Message) -> str:
    """Give the recipient's domain, for rates."""
    return on_the_wire(message.envelope.recipient).rpartition("@")[2].lower()


def fault_of(message: Message) -> Receipt | None:
    """Refuse an envelope that would break the command it stands in."""
    for address in (message.envelope.sender, message.envelope.recipient):
        if not fits_command(address):
            detail = f"the address can't stand in an SMTP command: {address!r}"
            return Receipt(status="rejected", reason="address", detail=detail)
    return None


def fits_command(address: str) -> bool:
    """Tell whether an address can stand between the angle brackets of a command."""
    return address.isprintable() and not BREAKERS.search(address) and len(address.encode()) <= LONGEST_ADDRESS


def misfit(message: Message, size: int, features: Features, server: str) -> Receipt | None:
    """Refuse early what this server can't carry: one address by a receipt, a whole issue by DeliveryError."""
    if features.size is not None and size > features.size:
        raise DeliveryError(
            f"the message has {size} bytes; {server} takes {features.size}", temporary=False, hint="shorten the issue"
        )
    if not features.eight_bit and not is_ascii(message):
        raise DeliveryError(f"{server} takes 7-bit messages only (no 8BITMIME)", temporary=False)
    envelope = message.envelope
    if features.utf8_addresses or (on_the_wire(envelope.sender) + on_the_wire(envelope.recipient)).isascii():
        return None
    detail = f"{server} takes no addresses beyond ASCII (no SMTPUTF8): {envelope.recipient!r}"
    return Receipt(status="rejected", reason="address", detail=detail)


def is_ascii(message: Message) -> bool:
    """Tell whether seven bits are enough for a message."""
    return message.smtp_ready or message.content.isascii()


def stuff_dots(content: bytes) -> bytes:
    """Double each dot that begins a line, and end with a line end (RFC 5321, 4.5.2). Lines end in CRLF."""
    stuffed = LINE_WITH_DOT.sub(b"\n..", content) if LINE_WITH_DOT.search(content) else content
    stuffed = b"." + stuffed if stuffed.startswith(b".") else stuffed
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"

"""Envelope senders of their own for every delivery (VERP), so that a bounce says by its address alone what bounced.

token = base32( kid, 2 bytes | newsletter, 4 | issue, 4 | subscriber, 5 | HMAC-SHA256, 10 ): 40 characters, small
letters and digits, because servers on the way may change the case of an address. Signed, so that nobody can invent a
bounce for somebody else; with a purpose of its own, so that it unsubscribes nobody.
Specs: RFC 5321 4.5.3.1.1 (64 octets before the @), RFC 4648 6, cr.yp.to/proto/verp.txt.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

#: Stands for the token in the setting `envelope_sender`.
SLOT = "{token}"
PURPOSE = b"publisher bounce 1\0"
HEAD = struct.Struct(">H4sI")
SUBSCRIBER_BYTES = 5
SIGNATURE_BYTES = 10
TOKEN_LENGTH = 40

_TOKEN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z2-7]{40}(?![A-Za-z0-9])")


@dataclass(frozen=True, slots=True, kw_only=True)
class BouncedDelivery:
    """What a genuine bounce address says."""

    newsletter: str
    issue_number: int
    subscriber_id: int


def make_sender(pattern: str, kid: int, secret: bytes, delivery: BouncedDelivery) -> str:
    """Make the envelope sender of one delivery.

    pattern: an address; one with SLOT in it gets the token there, any other is given back as it is.
    """
    return pattern.replace(SLOT, make_bounce_token(kid, secret, delivery)) if SLOT in pattern else pattern


def make_bounce_token(kid: int, secret: bytes, delivery: BouncedDelivery) -> str:
    """Make the token of one delivery. Equal arguments give equal tokens."""
    head = HEAD.pack(kid, _tag(delivery.newsletter), delivery.issue_number)
    signed = head + delivery.subscriber_id.to_bytes(SUBSCRIBER_BYTES, "big")
    return base64.b32encode(signed + _sign(secret, signed)).decode("ascii").lower()


def read_sender(
    text: str, secret_of: Callable[[int], bytes | None], newsletters: Iterable[str]
) -> BouncedDelivery | None:
    """Give the delivery that an address, or any text with one in it, names; None when none of ours is there.

    secret_of: finds a key by its id; None when there is none. newsletters: the names there are.
    """
    names = {_tag(name): name for name in newsletters}
    for match in _TOKEN.finditer(text):
        raw = base64.b32decode(match[0].upper())
        signed, signature = raw[:-SIGNATURE_BYTES], raw[-SIGNATURE_BYTES:]
        kid, tag, number = HEAD.unpack(signed[: HEAD.size])
        secret = secret_of(kid)
        if secret and hmac.compare_digest(signature, _sign(secret, signed)) and tag in names:
            subscriber_id = int.from_bytes(signed[HEAD.size :], "big")
            return BouncedDelivery(newsletter=names[tag], issue_number=number, subscriber_id=subscriber_id)
    return None


def _sign(secret: bytes, signed: bytes) -> bytes:
    return hmac.digest(secret, PURPOSE + signed, "sha256")[:SIGNATURE_BYTES]


def _tag(newsletter: str) -> bytes:
    """Name the newsletter in 4 bytes."""
    return hashlib.sha256(newsletter.encode()).digest()[:4]

"""Tokens: who leaves or confirms which newsletter, in an address that nobody else can make.

token = base64url( kid, 2 bytes | newsletter, 8 | subscriber, 8 | HMAC-SHA256, 16 ): 46 characters, no address in it,
and no expiry, because old mail gets clicked years later. Keys are rotated by their id (kid).
Specs: RFC 8058 3.1 (opaque, hard to forge, names recipient and list by itself), RFC 2104, RFC 4648 5.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

#: What a token is good for. Each has a signature of its own: a link to leave confirms nothing, nor the other way round.
Purpose = Literal["unsubscribe", "confirm"]
SIGNED = struct.Struct(">H8sQ")
SIGNATURE_BYTES = 16
#: What may be a token inside a longer text.
_CANDIDATE = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{46}(?![A-Za-z0-9_-])")


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenClaim:
    """What a genuine token says."""

    newsletter: str
    subscriber_id: int


def make_token(kid: int, secret: bytes, newsletter: str, subscriber_id: int, purpose: Purpose = "unsubscribe") -> str:
    """Make the token that lets a subscriber leave a newsletter, or confirm that they want it.

    kid: id of the key, 0 to 65535. secret: the key itself, 32 bytes. Equal arguments give equal tokens.
    """
    signed = SIGNED.pack(kid, _newsletter_tag(newsletter), subscriber_id)
    return base64.urlsafe_b64encode(signed + _sign(secret, signed, purpose)).rstrip(b"=").decode("ascii")


def read_token(
    token: str,
    secret_of: Callable[[int], bytes | None],
    newsletters: Iterable[str],
    purpose: Purpose = "unsubscribe",
) -> TokenClaim | None:
    """Give what a token says, or None when it is not one of ours, to the bit.

    secret_of: finds a key by its id; None when there is none. newsletters: the names there are.
    """
    raw = _decode(token)
    if raw is None or len(raw) != SIGNED.size + SIGNATURE_BYTES:
        return None
    signed, signature = raw[: SIGNED.size], raw[SIGNED.size :]
    kid, tag, subscriber_id = SIGNED.unpack(signed)
    secret = secret_of(kid)
    if secret is None or not hmac.compare_digest(signature, _sign(secret, signed, purpose)):
        return None
    newsletter = next((name for name in newsletters if _newsletter_tag(name) == tag), None)
    return None if newsletter is None else TokenClaim(newsletter=newsletter, subscriber_id=subscriber_id)


def find_claim(
    text: str,
    secret_of: Callable[[int], bytes | None],
    newsletters: Iterable[str],
    purpose: Purpose = "unsubscribe",
) -> TokenClaim | None:
    """Give what the first genuine token in a text says, such as the subject of a mail; None when there is none."""
    names = tuple(newsletters)
    claims = (read_token(match[0], secret_of, names, purpose) for match in _CANDIDATE.finditer(text))
    return next((claim for claim in claims if claim), None)


def _sign(secret: bytes, signed: bytes, purpose: Purpose) -> bytes:
    return hmac.digest(secret, f"publisher {purpose} 1\0".encode() + signed, "sha256")[:SIGNATURE_BYTES]


@lru_cache(maxsize=16)
def _newsletter_tag(newsletter: str) -> bytes:
    """Name the newsletter in 8 bytes, so that every token has the same length."""
    return hashlib.sha256(newsletter.encode()).digest()[:8]


def _decode(token: str) -> bytes | None:
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
    # The last character has bits to spare: only one spelling of each token is ours.
    canonical = base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
    return raw if canonical == token else None

"""DKIM: signing messages ourselves, for those whose relay does not. RSA and Ed25519 side by side, relaxed/relaxed.

The fields of one-click unsubscribing are always covered, without which receivers don't offer it (RFC 8058, 4). No time
stamp: the same message gets the same signature.
Specs: RFC 6376 (3.4 canonicalization, 3.5 the field, 8.15 fields signed once more than there are), RFC 8301 (SHA-256,
at least 1024 bits), RFC 8463 (Ed25519). Tested against dkimpy.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from publisher.errors import ConfigError, ContentError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from publisher.delivery.dkim_settings import DkimKeySettings, DkimSettings

Algorithm = Literal["rsa-sha256", "ed25519-sha256"]
PrivateKey = RSAPrivateKey | Ed25519PrivateKey

#: Signed once more than they occur, so that nobody can add a second one: readers are shown either (RFC 6376, 8.15).
SEALED = (
    "from",
    "to",
    "subject",
    "date",
    "reply-to",
    "content-type",
    "list-unsubscribe",
    "list-unsubscribe-post",
)
#: Signed where they occur. The rest (Received, Return-Path, Precedence…) belongs to those who carry the message.
COVERED = (
    "message-id",
    "mime-version",
    "content-transfer-encoding",
    "cc",
    "sender",
    "list-id",
    "list-archive",
    "list-help",
    "list-owner",
    "list-post",
    "feedback-id",
    "auto-submitted",
)
#: What RFC 8301 (3.2) still lets receivers believe.
SHORTEST_RSA_BITS = 1024

#: Their names as they are compared, in the order in which they are signed.
_ORDER = tuple(name.encode() for name in (*SEALED, *COVERED))
_SIGNABLE = frozenset(_ORDER)
_NAME = b"DKIM-Signature:"
_LINE_WIDTH = 72
#: Looking at so many blanks one by one takes less time than searching a body for two of them.
_FEW_BLANKS = 100
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:(.*?)\r\n(?![ \t])", re.DOTALL)
_BLANKS = re.compile(rb"[ \t]+")
_PADDING = PKCS1v15()
_HASH = SHA256()


@dataclass(frozen=True, slots=True, kw_only=True)
class DkimKey:
    """A private key, and where receivers find its public half: <selector>._domainkey.<domain>."""

    domain: str
    selector: str
    private: PrivateKey

    @property
    def algorithm(self) -> Algorithm:
        """Its name in the signature."""
        return "rsa-sha256" if isinstance(self.private, RSAPrivateKey) else "ed25519-sha256"


class Signer:
    """Signs messages with all the keys of a [delivery.<name>.dkim] table."""

    def __init__(self, keys: Sequence[DkimKey]) -> None:
        self.keys = tuple(keys)

    @classmethod
    def from_config(cls, settings: DkimSettings, root: Path) -> Signer:
        """Load the keys that the settings name. `root`: folder of publisher.toml. Raises ConfigError."""
        given: tuple[tuple[type[PrivateKey], str, DkimKeySettings | None], ...] = (
            (RSAPrivateKey, "rsa", settings.rsa),
            (Ed25519PrivateKey, "ed25519", settings.ed25519),
        )
        return cls(
            [
                DkimKey(domain=settings.domain, selector=one.selector, private=_load(kind, one, name, root))
                for kind, name, one in given
                if one
            ]
        )

    def sign(self, content: bytes) -> bytes:
        """Give the message with its signatures in front (see `sign`)."""
        return sign(content, self.keys)


def _load(kind: type[PrivateKey], settings: DkimKeySettings, name: str, root: Path) -> PrivateKey:
    pem = settings.key.reveal(root).encode()
    try:
        found = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ConfigError(
            f"dkim.{name}.key is no private key in PEM without a password",
            hint="`publisher dkim keygen` makes one; an old one: openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW",
        ) from error
    if not isinstance(found, kind):
        raise ConfigError(f"dkim.{name}.key holds a key of another kind", hint="`publisher dkim keygen` makes both")
    if isinstance(found, RSAPrivateKey) and found.key_size < SHORTEST_RSA_BITS:
        raise ConfigError(
            f"dkim.{name}.key has {found.key_size} bits, which receivers don't accept (RFC 8301)",
            hint="`publisher dkim keygen` makes one of 2048",
        )
    return found


def sign(content: bytes, keys: Sequence[DkimKey]) -> bytes:
    """Give a message with one DKIM-Signature field for each key in front of it.

    content: a complete message, CRLF line ends, dots not yet doubled. Equal arguments give equal bytes.
    Raises ContentError when it has no From field or no end of its header.
    """
    header, blank, body = content.partition(b"\r\n\r\n")
    fields = _read_fields(header + b"\r\n")
    if not blank or b"from" not in fields:
        raise ContentError("a message without From, or without a blank line below its header, can't be signed")
    body_hash = base64.b64encode(hashlib.sha256(canonical_body(body)).digest())
    names, signed = _choose(fields)
    return b"".join([*(_signature(key, names, signed, body_hash) for key in keys), content])


def _read_fields(header: bytes) -> dict[bytes, list[bytes]]:
    """Give each field that may be signed, in canonical form, by its lower-case name, from the last to the first."""
    found: dict[bytes, list[bytes]] = defaultdict(list)
    for match in _FIELD.finditer(header):
        name = match[1].lower()
        if name in _SIGNABLE:
            found[name].insert(0, canonical_field(name, match[2]))
    return found


def _choose(fields: dict[bytes, list[bytes]]) -> tuple[bytes, bytes]:
    """Give the value of h=, and what is signed of those fields (RFC 6376, 5.4.2: of several, the lowest first)."""
    names = _names(tuple((name, len(values)) for name, values in fields.items()))
    return names, b"".join(value + b"\r\n" for name in _ORDER for value in fields.get(name, ()))


@lru_cache(maxsize=16)
def _names(there: tuple[tuple[bytes, int], ...]) -> bytes:
    """Give the value of h=. there: how often each field occurs; the same for all messages of an issue."""
    counts = Counter(dict(there))
    counts.update({name.encode(): 1 for name in SEALED})
    return b":".join(name for name in _ORDER for _ in range(counts[name]))


@lru_cache(maxsize=64)
def canonical_field(name: bytes, value: bytes) -> bytes:
    """Write a field in relaxed form, without its line end (RFC 6376, 3.4.2). name: in lower case.

    Most fields are the same in all messages of an issue.
    """
    unfolded = value.replace(b"\r\n", b"")
    return name + b":" + _BLANKS.sub(b" ", unfolded).strip(b" ")


def canonical_body(body: bytes) -> bytes:
    """Write a body in relaxed form (RFC 6376, 3.4.4): blanks in a row are one, none at a line's end or below the text.

    By finding and replacing alone; an expression would take longer than the signature.
    """
    # The last line gets its end from whoever carries the message, if it has none (RFC 5321, 4.1.1.4).
    body = body if body.endswith(b"\r\n") else body + b"\r\n"
    body = body.replace(b"\t", b" ")
    if _may_have_needless_blanks(body):
        while b"  " in body:
            body = body.replace(b"  ", b" ")
        body = body.replace(b" \r\n", b"\r\n")
    while body.endswith(b"\r\n\r\n"):
        body = body.rstrip(b"\r\n") + b"\r\n"
    return b"" if body == b"\r\n" else body


def _may_have_needless_blanks(body: bytes) -> bool:
    """Tell whether a blank may stand before another, or at a line's end. Encoded bodies hold hardly any blanks."""
    at = body.find(b" ")
    for _ in range(_FEW_BLANKS):
        if at < 0:
            return False
        if body[at + 1 : at + 2] in (b" ", b"\r"):
            return True
        at = body.find(b" ", at + 1)
    return True


def _signature(key: DkimKey, names: bytes, signed: bytes, body_hash: bytes) -> bytes:
    tags = (
        b"v=1",
        b"a=" + key.algorithm.encode(),
        b"c=relaxed/relaxed",
        b"d=" + key.domain.encode(),
        b"s=" + key.selector.encode(),
        b"h=" + names,
        b"bh=" + body_hash,
        b"b=",
    )
    value = _fold(_NAME + b" " + b"; ".join(tags), separator=rb"[; :]").removeprefix(_NAME)
    # The field itself is signed last, with an empty b= and no line end (RFC 6376, 3.7).
    raw = _sign(key.private, signed + canonical_field(b"dkim-signature", value))
    return _NAME + value + _fold_plain(base64.b64encode(raw)) + b"\r\n"


def _sign(private: PrivateKey, text: bytes) -> bytes:
    if isinstance(private, RSAPrivateKey):
        return private.sign(text, _PADDING, _HASH)
    # RFC 8463, 3: what Ed25519 signs is the SHA-256 of the text.
    return private.sign(hashlib.sha256(text).digest())


def _fold(value: bytes, separator: bytes) -> bytes:
    """Break a value into lines of at most about _LINE_WIDTH characters, after a separator."""
    pattern = rb"(?:.{1,%d}%s|.+$)" % (_LINE_WIDTH - 1, separator)
    return b"\r\n ".join(line.rstrip(b" ") for line in re.findall(pattern, value))


def _fold_plain(value: bytes) -> bytes:
    """Break base64 into lines: white space in b= counts for nothing."""
    pieces = [value[at : at + _LINE_WIDTH] for at in range(0, len(value), _LINE_WIDTH)]
    return b"\r\n " + b"\r\n ".join(pieces)

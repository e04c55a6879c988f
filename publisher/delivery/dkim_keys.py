"""New DKIM keys: the private halves as files that only their owner reads, the public ones as lines for the DNS.

Specs: RFC 6376 3.6.1 (the record), RFC 8301 (2048 bits), RFC 8463 4 (Ed25519's record), RFC 5958 (PKCS #8).
"""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from publisher.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.delivery.dkim import PrivateKey

RSA_BITS = 2048
_RSA_EXPONENT = 65537
#: A string in the DNS holds so many bytes (RFC 1035, 3.3); longer texts are several strings.
_STRING_BYTES = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedKey:
    """What one key wants from the person who made it."""

    #: "rsa" or "ed25519".
    kind: str
    selector: str
    domain: str
    #: Where the private half lies.
    file: Path
    #: The text of the DNS record.
    text: str

    @property
    def name(self) -> str:
        """Where the record belongs."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def record(self) -> str:
        """The record as a zone file writes it, in strings of at most 255 bytes."""
        strings = [self.text[at : at + _STRING_BYTES] for at in range(0, len(self.text), _STRING_BYTES)]
        quoted = " ".join(f'"{string}"' for string in strings)
        return f"{self.name}. IN TXT ( {quoted} )"


def new_keys() -> dict[str, PrivateKey]:
    """Make one key of each kind, by its name."""
    return {"rsa": generate_private_key(_RSA_EXPONENT, RSA_BITS), "ed25519": Ed25519PrivateKey.generate()}


def to_pem(key: PrivateKey) -> bytes:
    """Write a private key as PEM, without a password."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def dns_text(key: PrivateKey) -> str:
    """Write the public half as the text of a DNS record."""
    public = key.public_key()
    if isinstance(key, Ed25519PrivateKey):
        kind, raw = "ed25519", public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    else:
        kind, raw = "rsa", public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k={kind}; p={base64.b64encode(raw).decode('ascii')}"


def write_keys(folder: Path, domain: str, selector: str, *, force: bool = False) -> tuple[PublishedKey, ...]:
    """Make both keys, and a file for each that only its owner can read.

    selector: each key has one of its own, which begins with this: weekly-rsa, weekly-ed25519.
    force: write over files that are there. Without it, none is touched when one is there: whoever overwrites a key in
    use makes all mail fail until the DNS follows. Raises ConfigError.
    """
    files = {kind: folder / f"{selector}-{kind}.pem" for kind in ("rsa", "ed25519")}
    taken = [file for file in files.values() if file.exists()]
    if taken and not force:
        raise ConfigError(
            f"{taken[0]} is there already", hint="choose another --selector, which lets old mail still be checked"
        )
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return tuple(_write_one(key, kind, files[kind], (selector, domain)) for kind, key in new_keys().items())
    except OSError as error:
        raise ConfigError(f"can't write the keys into {folder}: {error.strerror}") from error


def _write_one(key: PrivateKey, kind: str, file: Path, place: tuple[str, str]) -> PublishedKey:
    _write_private(file, to_pem(key))
    selector, domain = place
    return PublishedKey(kind=kind, selector=f"{selector}-{kind}", domain=domain, file=file, text=dns_text(key))


def _write_private(file: Path, content: bytes) -> None:
    """Write beside the file first: it never is half there, nor for a moment readable by others."""
    draft = file.with_name(file.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as opened:
        opened.write(content)
    draft.replace(file)

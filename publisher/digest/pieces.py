"""Texts cut at their slots, and the same as encoded bytes that need no more encoding when the slots are filled.

Quoted-printable (RFC 2045, 6.7) lets a line end softly anywhere ("=" before the line break, which decoding drops). So
each static piece is encoded once and ends softly, and a value stands on lines of its own between two pieces.
No line begins with a dot, which SMTP would want doubled: nobody has to look for one while sending (model.message).
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.model.message import SLOTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.model.message import Pieces

_CUT = re.compile("(" + "|".join(map(re.escape, SLOTS)) + ")")
_SOFT_BREAK = b"=\r\n"
#: RFC 2045, 6.7 (5).
_LONGEST_LINE = 76
_DOTS = re.compile(rb"^\.{1,24}", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class BytePieces:
    """An encoded text: static pieces, and the names of the slots between them (one fewer)."""

    static: tuple[bytes, ...]
    slots: tuple[str, ...]

    def fill(self, values: Mapping[str, bytes]) -> list[bytes]:
        """Put encoded values (see `quote`) into the slots, by name; gives what is to be joined."""
        pieces = [b""] * (2 * len(self.slots) + 1)
        pieces[::2] = self.static
        pieces[1::2] = [values[slot] for slot in self.slots]
        return pieces

    def between(self, before: bytes, after: bytes) -> BytePieces:
        """Give the same with bytes set before the first piece and after the last."""
        first, *rest = self.static
        static = [before + first, *rest]
        static[-1] += after
        return BytePieces(static=tuple(static), slots=self.slots)


def cut(text: str) -> Pieces:
    """Cut a text at its slots: even places hold plain pieces, odd ones the names of slots."""
    return tuple(_CUT.split(text))


def fill(pieces: Pieces, values: Mapping[str, str]) -> Pieces:
    """Put values into the slots, by name. The text stays cut: joining 50 KB is a third of a message's cost."""
    filled = list(pieces)
    filled[1::2] = [values[slot] for slot in pieces[1::2]]
    return tuple(filled)


def quote(value: str) -> bytes:
    """Encode a slot's value as quoted-printable lines that end softly."""
    return _end_softly(_quote(value))


def quote_pieces(pieces: Pieces) -> BytePieces:
    """Encode a cut text as quoted-printable with CRLF line ends."""
    *inner, last = (_quote(piece) for piece in pieces[::2])
    return BytePieces(static=(*map(_end_softly, inner), last), slots=pieces[1::2])


def encode_base64(text: str) -> BytePieces:
    """Encode a text without slots as base64: for Chinese half as long as quoted-printable."""
    content = _normalise(text).replace("\n", "\r\n").encode()
    return BytePieces(static=(base64_lines(content),), slots=())


def base64_lines(content: bytes) -> bytes:
    """Write bytes as base64 in lines of 76 characters (RFC 2045, 6.8), without a line end after the last."""
    return base64.encodebytes(content).replace(b"\n", b"\r\n").removesuffix(b"\r\n")


def _quote(text: str) -> bytes:
    quoted = binascii.b2a_qp(_normalise(text).encode(), istext=True)
    while b"\n." in quoted or quoted.startswith(b"."):
        quoted = _DOTS.sub(_hide_dots, quoted)
    return quoted.replace(b"\n", b"\r\n") if b"\n" in quoted else quoted


def _hide_dots(dots: re.Match[bytes]) -> bytes:
    """Encode the dots that begin a line, on a line of their own: the rest might grow too long with them."""
    return b"=2E" * len(dots[0]) + b"=\n"


def _end_softly(quoted: bytes) -> bytes:
    """End with a soft break. An encoded line break at the very end already starts a new line."""
    if not quoted or quoted.endswith(b"\r\n"):
        return quoted
    if len(quoted) - (quoted.rfind(b"\n") + 1) == _LONGEST_LINE:
        # No room for the "=": the last character goes to a line of its own.
        at = -3 if quoted[-3:-2] == b"=" else -1
        quoted = quoted[:at] + _SOFT_BREAK + quoted[at:].replace(b".", b"=2E")
    return quoted + _SOFT_BREAK


def _normalise(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text

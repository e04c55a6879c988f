r"""Header fields as they travel: ASCII, folded, no empty first line, no line break that a value brought along.

Specs: RFC 5322 2.2.3 (folding) and 3.4 (mailboxes), RFC 2047 (encoded words; at most 75 characters, whole characters).
The email package of the standard library writes `From:\r\n =?utf-8?…` for a long name, which some servers refuse.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

from publisher.errors import ContentError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.model.message import Mailbox

FOLD = "\r\n "
_WIDTH = 76
_START, _END = "=?utf-8?b?", "?="
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LONGEST_NAME = 40


def refuse_controls(name: str, value: str) -> str:
    """Give the value back. Raises ContentError when it holds a line break or another control character."""
    if _CONTROL.search(value):
        raise ContentError(
            f"{name} holds a line break or a control character: {value!r}", hint="write it on one line, without tabs"
        )
    return value


def text_field(name: str, value: str) -> str:
    """Write a field of free text, such as Subject, without its line end. Spaces in a row become one."""
    value = _single_spaces(refuse_controls(name, value))
    folded = _fold_words(name, value) if value.isascii() and "=?" not in value else None
    return f"{name}: {folded if folded is not None else encode_words(value, used=len(name) + 2)}"


def mailbox_field(name: str, mailbox: Mailbox) -> str:
    """Write a field of one mailbox, such as From or To, without its line end.

    Raises ContentError for an address outside ASCII (RFC 6531 needs servers that few have) or with a control character.
    """
    if not _ADDRESS.fullmatch(mailbox.email) or ".." in mailbox.email:
        raise ContentError(
            f"{name}: no mail can be addressed to {mailbox.email!r}",
            hint="write name@example.org; a domain in other letters in its xn-- form",
        )
    if not mailbox.name:
        return f"{name}: {mailbox.email}"
    return phrase_field(name, mailbox.name, f"<{mailbox.email}>")


def phrase_field(name: str, phrase: str, rest: str) -> str:
    """Write a field that opens with a name for people, such as From or List-Id, without its line end.

    rest: the address or id behind it, in angle brackets.
    """
    phrase = _single_spaces(refuse_controls(name, phrase))
    written = _write_phrase(phrase, used=len(name) + 2)
    last_line = f"{name}: {written}".rsplit("\r\n", 1)[-1]
    return f"{name}: {written}{' ' if len(last_line) + 1 + len(rest) <= _WIDTH else FOLD}{rest}"


def _single_spaces(value: str) -> str:
    """Let one space stand where several stood: folding can't keep them."""
    return " ".join(value.split())


def encode_words(value: str, used: int) -> str:
    """Write any text as encoded words, folded.

    used: how many characters of the first line are taken. A character never lies in two words (RFC 2047, 5).
    """
    whole = value.encode()
    if len(whole) <= _room(used):  # as nearly every name does
        return _START + base64.b64encode(whole).decode() + _END
    words = (_START + base64.b64encode(chunk).decode() + _END for chunk in _chunks(value, used))
    return FOLD.join(words)


def _chunks(value: str, used: int) -> Iterator[bytes]:
    """Cut into UTF-8 pieces that fit a line each; the first line has less room."""
    chunk = b""
    room = _room(used)
    for character in value:
        piece = character.encode()
        if chunk and len(chunk) + len(piece) > room:
            yield chunk
            chunk, room = b"", _room(1)
        chunk += piece
    yield chunk


def _room(used: int) -> int:
    """Count the bytes that fit into an encoded word on a line of which `used` characters are taken."""
    return (_WIDTH - used - len(_START) - len(_END)) // 4 * 3


def _write_phrase(phrase: str, used: int) -> str:
    if phrase.isascii() and len(phrase) <= _LONGEST_NAME and "=?" not in phrase:
        if _ATOMS.fullmatch(phrase):
            return phrase
        return '"' + phrase.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return encode_words(phrase, used)


def _fold_words(name: str, value: str) -> str | None:
    """Fold ASCII text at its spaces; None when a word is too long for a line."""
    lines = [f"{name}:"]
    for word in value.split(" "):
        if len(lines[-1]) + 1 + len(word) <= _WIDTH:
            lines[-1] += " " + word
        elif len(lines) == 1 and lines[0] == f"{name}:":
            return None
        else:
            lines.append(" " + word)
    return "\r\n".join(lines)[len(name) + 2 :] if all(len(line) <= _WIDTH for line in lines) else None

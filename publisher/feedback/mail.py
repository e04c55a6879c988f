"""A mail as bytes, opened: headers decoded, its own parts told from those of a message it encloses.

Whatever a stranger sends is read somehow: unknown charsets, broken encodings and missing boundaries raise nothing.
"""

from __future__ import annotations

import email
import email.policy
import hashlib
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What a report says stands at its beginning; enclosed pictures don't.
MOST_BYTES = 1_000_000
#: As much of a text as is searched for words.
MOST_CHARACTERS = 20_000
#: Python's older policy: it leaves broken fields as they are, the newer ones stumble over some.
_POLICY = email.policy.compat32


def open_mail(content: bytes) -> Message:
    """Parse a mail. Lines may end in any way."""
    return email.message_from_bytes(content[:MOST_BYTES], policy=_POLICY)


def key_of(mail: Message, content: bytes) -> str:
    """Name a mail so that its copies have one name, wherever and however they are kept."""
    message_id = header(mail, "Message-ID")
    lines = b"\n".join(content[:MOST_BYTES].split())
    return hashlib.sha256(message_id.encode() if message_id else lines).hexdigest()


def header(mail: Message, name: str) -> str:
    """Give a field decoded, on one line; empty if there is none."""
    return next(iter(headers(mail, name)), "")


def headers(mail: Message, *names: str) -> tuple[str, ...]:
    """Give all fields of these names, decoded, by name."""
    fields = [(name.lower(), value) for name, value in mail.raw_items()]
    return tuple(decode(_readable(value)) for name in names for found, value in fields if found == name.lower())


def _readable(value: object) -> str:
    """Take bytes beyond ASCII in a field for UTF-8 (RFC 6532); Python's parser hides them as lone surrogates."""
    return str(value)[:MOST_CHARACTERS].encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def decode(value: str) -> str:
    """Decode encoded words (RFC 2047) as far as possible, and write the text on one line."""
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError):
        pieces = [(value, None)]
    text = "".join(piece if isinstance(piece, str) else to_text(piece, charset) for piece, charset in pieces)
    return " ".join(text.split())


def to_text(raw: bytes, charset: str | None) -> str:
    """Decode bytes; what can't be read becomes a replacement character."""
    try:
        return raw.decode(charset or "utf-8", errors="replace")
    except (LookupError, ValueError):
        return raw.decode("utf-8", errors="replace")


def own_parts(mail: Message) -> Iterator[Message]:
    """Give a mail's parts in order, itself first, without looking into messages that it encloses."""
    yield mail
    payload = mail.get_payload()
    if mail.get_content_maintype() == "multipart" and isinstance(payload, list):
        for part in payload:
            if isinstance(part, Message):
                yield from own_parts(part)


def text_of(part: Message) -> str:
    """Give the text of a part that holds one; empty for any other."""
    if part.get_content_maintype() != "text":
        return ""
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    text = to_text(raw, _charset(part))
    return _strip_markup(text) if part.get_content_subtype() == "html" else text


def _charset(part: Message) -> str | None:
    try:
        return part.get_content_charset()
    except (LookupError, ValueError):
        return None


def _strip_markup(html: str) -> str:
    words = _Words()
    words.feed(html[: 4 * MOST_CHARACTERS])
    words.close()
    return " ".join(words.found)


class _Words(HTMLParser):
    """Collects what a page says, without style and script."""

    UNSEEN = ("head", "style", "script")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._unseen = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Stop listening inside what nobody sees."""
        del attrs
        if not self._unseen and tag in self.UNSEEN:
            self._unseen = tag

    def handle_endtag(self, tag: str) -> None:
        """Listen again."""
        if tag == self._unseen:
            self._unseen = ""

    def handle_data(self, data: str) -> None:
        """Keep the words."""
        if not self._unseen:
            self.found.append(data)


def own_text(mail: Message) -> str:
    """Give what a mail itself says: its plain text, else its HTML without markup. Headers it returns are not of it."""
    parts = [part for part in own_parts(mail) if part.get_content_type() != "text/rfc822-headers"]
    plain = [text_of(part) for part in parts if part.get_content_type() == "text/plain"]
    return "\n".join(plain or [text_of(part) for part in parts])[:MOST_CHARACTERS]


def written_at(mail: Message) -> datetime | None:
    """Read the Date field. None when it is missing or no date."""
    try:
        found = parsedate_to_datetime(header(mail, "Date"))
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)

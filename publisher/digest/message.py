"""An issue as a MIME template: built once, then filled for each subscriber by joining bytes.

Static pieces are encoded once, each ending in a soft line break; a subscriber's values stand on lines of their own
between them. Decoded, nothing of that shows.
Specs: RFC 5322, RFC 2045 6.7 (quoted-printable), RFC 2046 5.1.4 (the last alternative is the best), RFC 2369 and 2919
(List- fields), RFC 3834 (Auto-Submitted), RFC 8058 (one-click unsubscribe).
"""

from __future__ import annotations

import hashlib
import html
from dataclasses import dataclass
from datetime import UTC
from email.utils import format_datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from publisher.digest.headers import FOLD, mailbox_field, phrase_field, refuse_controls, text_field
from publisher.digest.inside import picture_parts, point_inside
from publisher.digest.pieces import BytePieces, cut, encode_base64, fill, quote, quote_pieces
from publisher.errors import TemplateError
from publisher.model.message import CONFIRM, NAME, PREFERENCES, UNSUBSCRIBE, Envelope, Mailbox, Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.digest.letterhead import Letterhead, UnsubscribeLinks
    from publisher.model.issue import Issue
    from publisher.model.message import Pieces
    from publisher.model.subscriber import Subscriber

_ONE_CLICK = "List-Unsubscribe=One-Click"
_FILLED = (UNSUBSCRIBE, PREFERENCES, NAME)
#: Gmail takes 5 to 15 characters as the sender's id.
_SENDER_ID_LENGTH = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageTemplate:
    """One issue, ready to be filled. Made by `build_template`."""

    issue: Issue
    letterhead: Letterhead
    #: Name and value of the fields that all messages share beyond From, Subject, Reply-To, Date and MIME: for ESPs.
    headers: MappingProxyType[str, str]
    #: All fields that the messages share, encoded; ends in a line break.
    fields: bytes
    #: The parts, encoded: blank line, text with its MIME fields, then HTML up to the last boundary.
    text_part: BytePieces
    html_part: BytePieces
    text_pieces: Pieces
    html_pieces: Pieces
    #: The slots that there are, and the list's name and domain: looked up once.
    slots: tuple[str, ...]
    list_id: str
    domain: str

    def fill(self, subscriber: Subscriber, links: UnsubscribeLinks) -> Message:
        """Make one subscriber's message, by joining what was encoded before.

        The same subscriber gets the same bytes each time, Message-ID included.
        Raises ContentError when a name or address can't be put into a header.
        """
        key = f"{self.issue.newsletter}/{self.issue.number}/{subscriber.id}"
        recipient = Mailbox(email=subscriber.email, name=subscriber.name)
        own = self._own_headers(key, links)
        choices = (links.visible, links.preferences or links.visible, subscriber.name or self.letterhead.reader)
        in_text = {slot: value for slot, value in zip(_FILLED, choices, strict=True) if slot in self.slots}
        in_html = {slot: html.escape(value) for slot, value in in_text.items()}
        quoted = {slot: quote(value) for slot, value in in_text.items()}
        content = (
            self.fields,
            _own_fields(recipient, own),
            *self.text_part.fill(quoted),
            *self.html_part.fill(
                quoted if in_html == in_text else {slot: quote(value) for slot, value in in_html.items()}
            ),
        )
        return Message(
            delivery_key=key,
            envelope=Envelope(sender=self.letterhead.envelope_sender, recipient=subscriber.email),
            sender=self.letterhead.sender,
            recipient=recipient,
            reply_to=self.letterhead.reply_to,
            subject=self.issue.subject,
            html_pieces=fill(self.html_pieces, in_html),
            text_pieces=fill(self.text_pieces, in_text),
            headers=self.headers | own,
            content=b"".join(content),
            smtp_ready=True,
        )

    def _own_headers(self, key: str, links: UnsubscribeLinks) -> dict[str, str]:
        """Name the fields in which subscribers differ. A copy sent by accident has the same Message-ID."""
        ways = ", ".join(f"<{uri}>" for uri in (links.https, links.mailto) if uri)
        own = {"Message-ID": message_id(self.list_id, self.domain, key), "List-Unsubscribe": ways}
        return {**own, "List-Unsubscribe-Post": _ONE_CLICK} if links.https else own


def make_message_id(letterhead: Letterhead, key: str) -> str:
    """Give the Message-ID, in its angle brackets, of a delivery by its key: "weekly/128/17"."""
    return message_id(letterhead.list_id, letterhead.domain, key)


def message_id(list_id: str, domain: str, key: str) -> str:
    """Make a Message-ID that no other delivery has, and that the same delivery has each time."""
    unique = hashlib.sha256(f"{list_id}/{key}".encode()).hexdigest()[:32]
    return f"<{unique}@{domain}>"


def build_template(
    issue: Issue, letterhead: Letterhead, pictures: Mapping[str, bytes] = MappingProxyType({})
) -> MessageTemplate:
    """Encode an issue once for all of its subscribers.

    pictures: those that travel inside, by their address; the parts that an ESP's API takes go on showing the address.
    Its messages are multipart/alternative, text first; CRLF; ASCII; no body line over 76 characters, and no line that
    begins with a dot.
    Raises ContentError when a header's value holds a line break, TemplateError when the issue lacks a slot.
    """
    text_pieces, html_pieces = cut(issue.text), cut(issue.html)
    if CONFIRM in html_pieces or CONFIRM in text_pieces:
        raise TemplateError(f"issue {issue.number} has {CONFIRM}, which only mails that ask for consent can hold")
    if UNSUBSCRIBE not in html_pieces or UNSUBSCRIBE not in text_pieces:
        raise TemplateError(f"issue {issue.number} has no {UNSUBSCRIBE}: nobody could unsubscribe from it")
    boundary = _boundary(issue)
    headers = _shared_headers(issue, letterhead)
    opening, closing = f"--{boundary}".encode(), f"\r\n--{boundary}--\r\n".encode()
    return MessageTemplate(
        issue=issue,
        letterhead=letterhead,
        headers=MappingProxyType(headers),
        fields=_shared_fields(issue, letterhead, headers, boundary),
        text_part=encode_part("plain", text_pieces).between(b"\r\n" + opening, b"\r\n"),
        html_part=_html_part(issue, letterhead.domain, boundary, pictures).between(opening, closing),
        text_pieces=text_pieces,
        html_pieces=html_pieces,
        slots=tuple(slot for slot in _FILLED if slot in text_pieces or slot in html_pieces),
        list_id=letterhead.list_id,
        domain=letterhead.domain,
    )


def encode_part(subtype: str, pieces: Pieces) -> BytePieces:
    """Encode one alternative with its own MIME fields, from the end of its boundary on."""
    plain = len(pieces) == 1
    encoded = encode_base64(pieces[0]) if plain else quote_pieces(pieces)
    encoding = "base64" if plain else "quoted-printable"
    fields = ("", f"Content-Type: text/{subtype}; charset=utf-8", f"Content-Transfer-Encoding: {encoding}", "", "")
    return encoded.between("\r\n".join(fields).encode(), b"")


def _html_part(issue: Issue, domain: str, boundary: str, pictures: Mapping[str, bytes]) -> BytePieces:
    """Encode the HTML, with the pictures that travel inside."""
    html_part = encode_part("html", cut(point_inside(issue.html, pictures, domain)))
    if not pictures:
        return html_part
    inner = f"{boundary}r"
    fields = ("", f'Content-Type: multipart/related; type="text/html";{FOLD}boundary="{inner}"', "", f"--{inner}")
    return html_part.between("\r\n".join(fields).encode(), picture_parts(pictures, inner, domain))


def _boundary(issue: Issue) -> str:
    """Name a boundary that no part can hold: neither base64 nor quoted-printable ever writes "=_"."""
    return "=_" + hashlib.sha256(f"{issue.newsletter}/{issue.number}/{issue.content_hash}".encode()).hexdigest()[:32]


def _shared_headers(issue: Issue, letterhead: Letterhead) -> dict[str, str]:
    """Name the fields of a list's mail (RFC 2369, 2919, 3834) and Gmail's Feedback-ID."""
    sender_id = letterhead.domain.replace(".", "-")[:_SENDER_ID_LENGTH]
    list_id = phrase_field("List-Id", letterhead.title, f"<{letterhead.list_id}>")
    return {
        "List-Id": list_id.removeprefix("List-Id: ").replace("\r\n", ""),
        "List-Archive": f"<{letterhead.archive_url}>",
        "List-Help": f"<mailto:{letterhead.owner}?subject=help>",
        "List-Owner": f"<mailto:{letterhead.owner}>",
        "List-Post": "NO",
        "Feedback-ID": f"{issue.number}:{letterhead.list_id.partition('.')[0]}:{issue.kind}:{sender_id}",
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
    }


def _shared_fields(issue: Issue, letterhead: Letterhead, headers: Mapping[str, str], boundary: str) -> bytes:
    """Write every field that all messages share."""
    lines = [mailbox_field("From", letterhead.sender)]
    if letterhead.reply_to:
        lines.append(mailbox_field("Reply-To", letterhead.reply_to))
    lines += [
        text_field("Subject", issue.subject),
        f"Date: {format_datetime(issue.frozen_at.astimezone(UTC))}",
        *(f"{name}: {refuse_controls(name, value)}" for name, value in headers.items() if name != "List-Id"),
        phrase_field("List-Id", letterhead.title, f"<{letterhead.list_id}>"),
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative;{FOLD}boundary="{boundary}"',
    ]
    return "\r\n".join([*lines, ""]).encode("ascii")


def _own_fields(recipient: Mailbox, own: Mapping[str, str]) -> bytes:
    """Write the fields in which subscribers differ."""
    lines = [mailbox_field("To", recipient)]
    lines += [f"{name}: {value.replace(', ', ',' + FOLD)}" for name, value in own.items()]
    return "\r\n".join([*lines, ""]).encode("ascii")

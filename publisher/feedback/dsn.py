"""Delivery status notifications: what a mail server reports in a form of its own for programs.

Specs: RFC 3464 (message/delivery-status), RFC 6533 (its twin for addresses beyond ASCII).
"""

from __future__ import annotations

import email
import email.policy
import re
from email.message import Message
from typing import TYPE_CHECKING

from publisher.feedback.classify import classify
from publisher.feedback.mail import header, own_parts, own_text, to_text
from publisher.feedback.report import Report

if TYPE_CHECKING:
    from collections.abc import Iterator

TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
#: Actions that are no failure (RFC 3464, 2.3.3).
DELIVERED = frozenset({"delivered", "relayed", "expanded"})
MOST_DETAIL = 500


def read_dsn(mail: Message) -> tuple[Report, ...]:
    """Read the reports of a delivery status notification: one for each recipient. Empty if the mail is none."""
    blocks = [block for part in own_parts(mail) if part.get_content_type() in TYPES for block in groups(part)]
    words = own_text(mail) if blocks else ""
    return tuple(_report(block, words) for block in blocks if _is_about_somebody(block))


def groups(part: Message) -> Iterator[Message]:
    """Give the groups of fields of a report: those about the message, then those about each recipient."""
    payload = part.get_payload()
    for block in payload if isinstance(payload, list) else []:
        if isinstance(block, Message):
            yield block
            yield from _groups_in_text(_raw_text(block))
    if not isinstance(payload, list):
        yield from _groups_in_text(_raw_text(part))


def _raw_text(part: Message) -> str:
    raw = part.get_payload(decode=True)
    return to_text(raw, None) if isinstance(raw, bytes) else ""


def _groups_in_text(text: str) -> Iterator[Message]:
    """Read groups that Python's parser took for text, as it does with all but one type."""
    for block in re.split(r"\r?\n[ \t]*\r?\n", text):
        if block.strip():
            yield email.message_from_string(block.strip() + "\n", policy=email.policy.compat32)


def _is_about_somebody(block: Message) -> bool:
    return any(name in block for name in ("Final-Recipient", "Original-Recipient", "Action"))


def _report(block: Message, words: str) -> Report:
    """Read the group of one recipient. words: the notification's own text, for a group that quotes no answer."""
    status = header(block, "Status").partition(" ")[0]
    answer = _value(header(block, "Diagnostic-Code"))
    recipient = address_in(header(block, "Original-Recipient")) or address_in(header(block, "Final-Recipient"))
    detail = (answer or header(block, "Status") or " ".join(words.split()))[:MOST_DETAIL]
    action = header(block, "Action").lower().partition(" ")[0]
    if action in DELIVERED or status.startswith("2"):
        return Report(kind="delivered", recipient=recipient, status=status, detail=detail)
    if action == "delayed":
        return Report(kind="delayed", recipient=recipient, status=status, detail=detail)
    kind, code = classify(status, answer or words)
    return Report(kind=kind, recipient=recipient, status=code, detail=detail)


def address_in(field: str) -> str:
    """Read the address of a field such as "rfc822; name@example.org" or "rfc822;<name@example.org>"."""
    return _value(field).strip("<> ").removesuffix(".") if "@" in field else ""


def _value(field: str) -> str:
    """Leave the type of a typed field away ("smtp; 550 …")."""
    kind, semicolon, rest = field.partition(";")
    return rest.strip() if semicolon and re.fullmatch(r"\s*[\w.-]+\s*", kind) else field.strip()

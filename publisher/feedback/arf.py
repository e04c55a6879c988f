"""Complaints: what a provider reports when its user marked our mail as spam.

Specs: RFC 5965 (message/feedback-report), RFC 6430 (not-spam), RFC 6591 (auth-failure); Microsoft's own form names the
complaining user in X-HmXmrOriginalRecipient.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.feedback.dsn import address_in, groups
from publisher.feedback.mail import header, headers, own_parts
from publisher.feedback.report import Report

if TYPE_CHECKING:
    from email.message import Message

    from publisher.feedback.report import Kind

TYPE = "message/feedback-report"
#: By Feedback-Type; any other says that something is wrong with the message, not with us and its reader.
KINDS: dict[str, Kind] = {
    "abuse": "complaint",
    "fraud": "complaint",
    "miscategorized": "complaint",
    "opt-out": "complaint",
    "opt-out-list": "complaint",
    "not-spam": "delivered",
}


def read_arf(mail: Message) -> tuple[Report, ...]:
    """Read the reports of a complaint: one for each recipient it names, or one. Empty if the mail is none."""
    block = next((block for part in own_parts(mail) if part.get_content_type() == TYPE for block in groups(part)), None)
    if block is None:
        return _microsofts(mail)
    said = header(block, "Feedback-Type").lower()
    kind = KINDS.get(said, "policy")
    named = headers(block, "Original-Rcpt-To", "Removal-Recipient")
    recipients = dict.fromkeys(filter(None, map(address_in, named))) or {"": None}
    detail = " ".join(filter(None, (said, header(block, "User-Agent"), header(block, "Source-IP"))))
    return tuple(Report(kind=kind, recipient=recipient, detail=detail) for recipient in recipients)


def _microsofts(mail: Message) -> tuple[Report, ...]:
    recipient = address_in(header(mail, "X-HmXmrOriginalRecipient"))
    return (Report(kind="complaint", recipient=recipient, detail="marked as junk"),) if recipient else ()

"""Finding our own message in a mail that came back: wherever servers put addresses, ids, or a copy of its header."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import Message
from typing import TYPE_CHECKING
from urllib.parse import unquote

from publisher.feedback.dsn import TYPES, groups
from publisher.feedback.mail import headers, own_parts, own_text, text_of
from publisher.feedback.old_bounces import ADDRESS
from publisher.feedback.replies import wish_texts
from publisher.feedback.report import Traces

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Where the address a mail really went to is kept, by one server or another.
ENVELOPES = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To", "To", "Resent-To")
#: What reports tell about the envelope of the message that failed.
REPORTED = ("Original-Envelope-Id", "X-Postfix-Sender", "Original-Mail-From", "X-Actual-Sender")
#: A line with which the header of a returned message begins or goes on.
HEADER_LINE = re.compile(
    r"^(return-path|received|dkim-signature|from|to|subject|date|message-id|mime-version|list-[a-z]+): ",
    re.IGNORECASE | re.MULTILINE,
)


def find_traces(mail: Message) -> Traces:
    """Collect every text in which our own ids may stand."""
    returned = tuple(returned_headers(mail))
    reported = [block for part in own_parts(mail) if _is_report(part) for block in groups(part)]
    envelopes = [*headers(mail, *ENVELOPES), *(text for block in reported for text in headers(block, *REPORTED))]
    envelopes += [text for one in returned for text in headers(one, "Return-Path", "X-Envelope-From")]
    return Traces(
        envelopes=tuple(dict.fromkeys(envelopes)),
        unsubscribe=tuple(unquote(text) for one in returned for text in headers(one, "List-Unsubscribe")),
        message_ids=tuple(
            found
            for one in returned
            for text in headers(one, "Message-ID")
            for found in re.findall(r"<[^<>\s]+>", text)
        ),
        recipients=tuple(
            found for one in returned for text in headers(one, "To", "Delivered-To") for found in ADDRESS.findall(text)
        ),
        wishes=tuple(unquote(text) for text in wish_texts(mail)),
    )


def _is_report(part: Message) -> bool:
    return part.get_content_type() in TYPES or part.get_content_type() == "message/feedback-report"


def returned_headers(mail: Message) -> Iterator[Message]:
    """Give the header of each message that a mail returns: enclosed, as a list of fields, or copied into its text."""
    found = False
    for part in own_parts(mail):
        payload = part.get_payload()
        if part.get_content_type() == "text/rfc822-headers":
            found = True
            yield _parse(text_of(part))
        elif part.get_content_type() in ("message/rfc822", "message/global") and isinstance(payload, list):
            found = True
            yield from (one for one in payload if isinstance(one, Message))
        elif part.get_content_type() == "message/global-headers":
            found = True
            yield from (block for block in groups(part))
    if not found:
        yield from _copied(own_text(mail))


def _copied(text: str) -> Iterator[Message]:
    """Read the header of a message whose copy stands in a text."""
    start = HEADER_LINE.search(text)
    if start:
        yield _parse(text[start.start() :])


def _parse(text: str) -> Message:
    return email.message_from_string(text.lstrip(), policy=email.policy.compat32)

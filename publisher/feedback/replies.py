"""Mails that answer ours by themselves, and mails that ask to leave, or say yes.

Specs: RFC 3834 (Auto-Submitted), RFC 8098 (receipts), RFC 2369 3.2 (the mail that a List-Unsubscribe link writes).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.feedback.mail import header, headers
from publisher.feedback.report import Report

if TYPE_CHECKING:
    from email.message import Message

#: Fields that only programs which answer by themselves write.
MARKS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply", "X-AutoReply-From", "X-Vacation")
SUBJECT = re.compile(
    r"^\s*(auto(matic|mated)?[ -]?(reply|response|answer)|out of (the )?office|vacation|away from|abwesen"
    r"|自動(回覆|回复|應答|応答|返信)|自动(回复|答复|应答)|不在辦公室|不在办公室|休假|réponse automatique)",
    re.IGNORECASE,
)
#: Where a token may stand in a wish to leave: audience.tokens knows its form; here length and letters will do.
TOKEN = re.compile(r"(?<![\w-])[\w-]{46}(?![\w-])", re.ASCII)
CONFIRM = re.compile(rf"^\s*confirm\s+{TOKEN.pattern}", re.IGNORECASE | re.ASCII)
LEAVE = re.compile(
    r"^\s*((re|回覆|回复|答复)\s*[::]\s*)*(unsubscribe( me)?|取消訂閱|取消订阅|退訂|退订)\W*$", re.IGNORECASE
)


def is_automatic(mail: Message) -> bool:
    """Tell whether a program answered in a person's stead."""
    submitted = header(mail, "Auto-Submitted").lower()
    precedence = header(mail, "Precedence").lower()
    return (
        submitted.startswith(("auto-replied", "auto-notified"))
        or any(name in mail for name in MARKS)
        or precedence in ("auto_reply", "auto-reply")
        or bool(SUBJECT.search(header(mail, "Subject")))
    )


def read_reply(mail: Message) -> tuple[Report, ...]:
    """Recognise a vacation notice or a receipt. Empty if the mail is none."""
    receipt = str(mail.get_param("report-type", "")).lower() == "disposition-notification"
    if not (receipt or is_automatic(mail)):
        return ()
    return (Report(kind="reply", recipient="", detail=header(mail, "Subject")),)


def read_wish(mail: Message) -> tuple[Report, ...]:
    """Recognise a wish to leave: by a token in the subject or in the address it went to, or by the bare word.

    Or a yes to the mail that asks to confirm: by the word before the token. Empty if the mail is none. What a program
    wrote by itself is no wish.
    """
    if is_automatic(mail):
        return ()
    subject = header(mail, "Subject")
    if CONFIRM.search(subject):
        return (Report(kind="confirm", detail=subject),)
    if LEAVE.search(subject) or any(TOKEN.search(text) for text in wish_texts(mail)):
        return (Report(kind="unsubscribe", detail=subject),)
    return ()


def wish_texts(mail: Message) -> tuple[str, ...]:
    """Give where a wish to leave carries its token. Not the text: an answer quotes whole newsletters there."""
    return (header(mail, "Subject"), *headers(mail, "To", "Delivered-To", "X-Original-To"))

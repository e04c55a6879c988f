"""Bounces from before RFC 3464, which some servers still write: words for people, and a copy of the message.

qmail (QSBMF, cr.yp.to/proto/qsbmf.txt), older Exim (X-Failed-Recipients), QQ and others.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.feedback.classify import classify
from publisher.feedback.dsn import MOST_DETAIL
from publisher.feedback.mail import header, headers, own_text
from publisher.feedback.report import Report

if TYPE_CHECKING:
    from email.message import Message

#: Who writes bounces: a program, not a person.
DAEMON = re.compile(
    r"mailer-?daemon|postmaster@|mail delivery (sub)?system|mdaemon@|postoffice@|microsoft exchange", re.IGNORECASE
)
#: That it is a bounce.
FAILED = re.compile(
    r"undeliver|not be delivered|returned|deliver\w{0,6} .{0,20}fail|failure|failed|wasn't able to deliver"
    r"|退信|退回|退件|[無无]法(傳遞|传递|投遞|投递|送達|送达|傳送|传送|寄送)|未能(送達|送达|投遞|投递)|配信(不能|できません)|配達不能",
    re.IGNORECASE,
)
#: That it is not one yet.
DELAYED = re.compile(
    r"\bdelayed\b|will (continue|keep) (to try|trying|retrying)|not (yet )?been delivered to all|do not need to resend"
    r"|(將|将|會|会)繼?继?[續续]?(嘗試|尝试|重試|重试)",
    re.IGNORECASE,
)
#: Where the copy of the message begins.
COPY = re.compile(
    r"^-{2,}.{0,20}(below this line|original message|this is a copy|原始[郵邮]件|原[郵邮]件|原信).*$|^return-path: ",
    re.IGNORECASE | re.MULTILINE,
)
#: Bounded as addresses are, so that no text takes long to search.
ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,9}")


def read_failed_recipients(mail: Message) -> tuple[Report, ...]:
    """Read a bounce that names its recipients in a field of its own (Exim). Empty if the mail is none."""
    named = [address for field in headers(mail, "X-Failed-Recipients") for address in ADDRESS.findall(field)]
    return _reports(mail, tuple(dict.fromkeys(named))) if named else ()


def read_old_bounce(mail: Message) -> tuple[Report, ...]:
    """Read a bounce that is only words. Empty if the mail is none, as far as words can tell."""
    words = f"{header(mail, 'Subject')}\n{before_copy(own_text(mail))}"
    if not DAEMON.search(f"{header(mail, 'From')} {header(mail, 'Return-Path')}"):
        return ()
    if not (FAILED.search(words) or DELAYED.search(words)):
        return ()
    sender = header(mail, "From").lower()
    named = [address for address in ADDRESS.findall(before_copy(own_text(mail))) if address.lower() not in sender]
    return _reports(mail, tuple(named[:1]) or ("",))


def before_copy(text: str) -> str:
    """Give what the server says, without the copy of the message below it."""
    found = COPY.search(text)
    return text[: found.start()] if found else text


def _reports(mail: Message, recipients: tuple[str, ...]) -> tuple[Report, ...]:
    said = " ".join(before_copy(own_text(mail)).split())
    if DELAYED.search(f"{header(mail, 'Subject')} {said}"):
        return tuple(Report(kind="delayed", recipient=one, detail=said[:MOST_DETAIL]) for one in recipients)
    kind, code = classify("", said)
    return tuple(Report(kind=kind, recipient=one, status=code, detail=said[:MOST_DETAIL]) for one in recipients)

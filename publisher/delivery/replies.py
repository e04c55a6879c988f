"""What an SMTP reply means for a message: one table, from codes to receipts.

Specs: RFC 5321 4.2 (reply codes), RFC 3463 and the IANA registry (enhanced status codes, which say whose fault it is),
RFC 4954 6 (530, 534, 535). A 5.7.x is about us (reputation, authentication, policy): it never counts against the
reader. Only the reason "address" of a rejected message is a hard bounce.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from publisher.delivery.transport import Receipt

if TYPE_CHECKING:
    from publisher.delivery.transport import Reason, Status

#: What a reply answers.
Stage = Literal["greeting", "MAIL", "RCPT", "DATA", "dot"]

ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
QUEUE_ID = re.compile(r"(?:queued (?:mail )?(?:as|for delivery)|id=?)[ :<]*([\w.@+-]{5,})", re.IGNORECASE)
#: How greylisting servers name the wait: "try again in 300 seconds", "retry after 5 minutes", "in 00:04:59".
WAIT = re.compile(
    r"\b(?:in|after|for)\s+(?:(?P<clock>\d{1,2}:\d\d:\d\d)|(?P<number>\d{1,5})\s*(?P<unit>s|m|h)[a-z]*)\b",
    re.IGNORECASE,
)
UNIT_S = {"s": 1, "m": 60, "h": 3600}
START_INPUT, CLOSING = 354, 421


class Meaning(NamedTuple):
    """What a code says."""

    reason: Reason
    #: A temporary refusal with it asks us to slow down.
    slows: bool = False
    #: It refuses us, whatever the message: nothing more can be sent.
    stops: bool = False


#: By enhanced code without its class ("1.1", or "1" for all that begin so), or by SMTP code, alone or at one stage.
#: The enhanced code counts before the plain one, and the longer key before the shorter.
MEANINGS: dict[str, Meaning] = {
    "1": Meaning("address"),
    "1.7": Meaning("policy"),  # the sender's address
    "1.8": Meaning("policy"),
    "2": Meaning("mailbox"),
    "2.3": Meaning("content"),  # longer than the mailbox takes
    "3": Meaning("server", slows=True),
    "3.4": Meaning("content"),  # too big for the system
    "4": Meaning("server", slows=True),
    "5": Meaning("server"),
    "6": Meaning("content"),
    "7": Meaning("policy", slows=True),
    "7.8": Meaning("policy", stops=True),  # wrong name or password
    "7.9": Meaning("policy", stops=True),  # way of logging in too weak
    "7.11": Meaning("policy", stops=True),  # encryption needed first
    "421": Meaning("server", slows=True),
    "450": Meaning("mailbox", slows=True),
    "451": Meaning("server", slows=True),
    "452": Meaning("mailbox"),
    "454": Meaning("server", slows=True),
    "523": Meaning("content"),
    "530": Meaning("policy", stops=True),  # log in first
    "534": Meaning("policy", stops=True),
    "535": Meaning("policy", stops=True),
    "538": Meaning("policy", stops=True),
    "550": Meaning("address"),
    "550 dot": Meaning("policy"),  # the address was agreed to before
    "550 DATA": Meaning("policy"),
    "551": Meaning("address"),
    "552": Meaning("mailbox"),
    "552 dot": Meaning("content"),
    "553": Meaning("address"),
    "553 dot": Meaning("policy"),
    "554": Meaning("policy"),
    "556": Meaning("address"),
}
UNKNOWN = Meaning("server")


class Reply(NamedTuple):
    """What an SMTP server said."""

    code: int
    text: str
    #: Its lines one by one, where it had several.
    lines: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.code} {self.text}"

    @property
    def ok(self) -> bool:
        """Whether the server agreed (2xx)."""
        return 200 <= self.code < 300  # noqa: PLR2004 - RFC 5321, 4.2.1

    @property
    def refused(self) -> bool:
        """Whether the server said no, for now (4xx) or for good (5xx)."""
        return self.code >= 400  # noqa: PLR2004 - RFC 5321, 4.2.1

    @property
    def final(self) -> bool:
        """Whether trying again would get the same answer (5xx)."""
        return self.code >= 500  # noqa: PLR2004 - RFC 5321, 4.2.1


@lru_cache(maxsize=256)
def read_reply(code: int, *lines: bytes) -> Reply:
    """Put the lines of a reply, without their codes, together to one; a server may write any bytes.

    Most replies of a server are the same ones over and over.
    """
    if len(lines) == 1:
        return Reply(code, _one_line(lines[0].decode("utf-8", errors="replace")))
    said = tuple(line.decode("utf-8", errors="replace") for line in lines)
    # Each line repeats the enhanced code (RFC 2034, 4); once is enough.
    first = ENHANCED.match(said[0])
    again = f"{first[0]} " if first else ""
    return Reply(code, _one_line(" ".join([said[0], *(line.removeprefix(again) for line in said[1:])])), said)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:500]


def receipt_of(reply: Reply, stage: Stage = "RCPT") -> Receipt:
    """Decide what a reply means for the message, or the recipient, that it answers.

    stage: what was answered: a plain 550 to RCPT is about the address, after the dot about the message.
    """
    if reply.ok:
        found = QUEUE_ID.search(reply.text)
        queue_id = found[1] if found else ""
        return Receipt(status="accepted", provider_id=queue_id, detail=str(reply), smtp_code=reply.code)
    status: Status = "rejected" if reply.final else "deferred"
    return Receipt(
        status=status,
        reason=meaning_of(reply, stage).reason,
        detail=str(reply),
        smtp_code=reply.code,
        retry_after_s=None if reply.final else wait_asked(reply.text),
    )


def meaning_of(reply: Reply, stage: Stage = "RCPT") -> Meaning:
    """Look a refusal up in the table."""
    found = ENHANCED.search(reply.text)
    if found is None or int(found[1]) != reply.code // 100:
        return MEANINGS.get(f"{reply.code} {stage}") or MEANINGS.get(str(reply.code), UNKNOWN)
    # Exact first, then the subject digit alone: "1.10" must not match "1.1".
    return MEANINGS.get(f"{found[2]}.{found[3]}") or MEANINGS.get(found[2], UNKNOWN)


def slows(reply: Reply, stage: Stage = "RCPT") -> bool:
    """Whether a reply asks us to slow down: temporary, and not about one mailbox or message."""
    return reply.refused and not reply.final and (reply.code == CLOSING or meaning_of(reply, stage).slows)


def stops(reply: Reply, stage: Stage) -> bool:
    """Whether a reply refuses us and not the message: everything before RCPT, and a missing login anywhere."""
    if stage in {"greeting", "MAIL"}:
        return True
    plain = MEANINGS.get(str(reply.code), UNKNOWN)
    return reply.final and (plain.stops or meaning_of(reply, stage).stops)


def wait_asked(text: str) -> float | None:
    """Read how many seconds a server wants us to wait; None where it names no time."""
    found = WAIT.search(text)
    if found is None:
        return None
    if found["clock"]:
        hours, minutes, seconds = map(int, found["clock"].split(":"))
        return float(hours * 3600 + minutes * 60 + seconds)
    return float(int(found["number"]) * UNIT_S[found["unit"].lower()])

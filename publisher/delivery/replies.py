"""What an SMTP reply means for a message: one table, from codes to receipts.

Specs: RFC 5321 4.2 (reply codes), RFC 3463 and the IANA registry (enhanced status codes, which say whose fault it is).
A 5.7.x is about us (reputation, authentication, policy): it never counts against the reader.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from publisher.delivery.transport import Receipt

if TYPE_CHECKING:
    from publisher.delivery.transport import Reason, Status

ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
QUEUE_ID = re.compile(r"(?:queued (?:mail )?(?:as|for delivery)|id=?)[ :<]*([\w.@+-]{5,})", re.IGNORECASE)

#: By the beginning of the enhanced code after its class; the longest match counts.
REASONS: dict[str, Reason] = {
    "1": "address",
    "1.7": "policy",  # the sender's address
    "1.8": "policy",
    "2": "mailbox",
    "2.3": "content",  # longer than the mailbox takes
    "3": "server",
    "3.4": "content",  # too big for the system
    "4": "server",
    "5": "server",
    "6": "content",
    "7": "policy",
}

#: Where the server gives no enhanced code.
PLAIN_REASONS: dict[int, Reason] = {
    450: "mailbox",
    452: "mailbox",
    550: "address",
    551: "address",
    552: "mailbox",
    553: "address",
    554: "policy",
    556: "address",
    523: "content",
}


class Reply(NamedTuple):
    """What an SMTP server said."""

    code: int
    text: str

    def __str__(self) -> str:
        return f"{self.code} {self.text}"

    @property
    def ok(self) -> bool:
        """Whether the server agreed (2xx), or waits for the rest (3xx)."""
        return 200 <= self.code < 400  # noqa: PLR2004 - RFC 5321, 4.2.1

    @property
    def final(self) -> bool:
        """Whether trying again would get the same answer (5xx)."""
        return self.code >= 500  # noqa: PLR2004 - RFC 5321, 4.2.1


def read_reply(answer: tuple[int, bytes]) -> Reply:
    """Turn smtplib's answer into a reply on one line; a server may write any bytes."""
    code, raw = answer
    return Reply(code, " ".join(raw.decode("utf-8", errors="replace").split())[:500])


def receipt_of(reply: Reply) -> Receipt:
    """Decide what a reply means for the message, or the recipient, that it answers."""
    if reply.ok:
        found = QUEUE_ID.search(reply.text)
        queue_id = found[1] if found else ""
        return Receipt(status="accepted", provider_id=queue_id, detail=str(reply), smtp_code=reply.code)
    status: Status = "rejected" if reply.final else "deferred"
    return Receipt(status=status, reason=reason_of(reply), detail=str(reply), smtp_code=reply.code)


def reason_of(reply: Reply) -> Reason:
    """Say whose fault a refusal is."""
    found = ENHANCED.search(reply.text)
    if found is None or int(found[1]) != reply.code // 100:
        return PLAIN_REASONS.get(reply.code, "server")
    detail = f"{found[2]}.{found[3]}"
    # Exact first, then the subject digit alone: "1.10" must not match "1.1".
    return REASONS.get(detail) or REASONS.get(found[2], "server")

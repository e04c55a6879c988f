"""The transport `resend`: mail through Resend's API, up to 100 messages a call.

    [delivery.resend]
    api_key = { env = "RESEND_API_KEY" }

Each call carries an Idempotency-Key made of the delivery keys: the same call made again gets the same answer and sends
nothing twice, for 24 hours. So a lost answer is asked for again with the same key, and only if that fails as well are
the messages uncertain. What Resend can't carry is refused: an envelope sender of its own.
Source: resend.com/docs/api-reference/emails/send-batch-emails, resend.com/docs/dashboard/emails/idempotency-keys.
"""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING, Any

import httpx
from pydantic import Field

from publisher.config import Secret, parse_delivery
from publisher.config_values import AbsoluteUrl
from publisher.delivery.resend_answers import Answer, explain, judge, read_answer, read_receipts
from publisher.delivery.transport import WITHHELD, DeliveryTable, Limits, Receipt
from publisher.errors import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.config import Config
    from publisher.delivery.transport import Commit
    from publisher.model.message import Mailbox, Message

#: Before the first byte of the request: certainly nothing was taken.
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class ResendSettings(DeliveryTable):
    """[delivery.resend]."""

    api_key: Secret
    #: Another address of the API, such as a region's, or a test server's.
    base_url: AbsoluteUrl = "https://api.resend.com"
    timeout_s: float = Field(default=60.0, gt=0)
    #: How often a call is made in all, where the answer was lost or asked us to wait.
    attempts: int = Field(default=4, ge=1)
    #: Longest wait between two of them; who asks for more stops the send.
    longest_wait_s: float = Field(default=30.0, ge=0)


class ResendTransport:
    """Sends batches over one HTTP connection."""

    #: resend.com/docs/api-reference/emails/send-batch-emails; 40 MB a message, attachments included.
    limits = Limits(batch=100, message_bytes=40_000_000, whole=False)

    def __init__(self, name: str, config: Config) -> None:
        self._name = name
        self._settings = parse_delivery(config, name, ResendSettings)
        key = self._settings.api_key.reveal(config.root)
        self._client = httpx.Client(
            base_url=self._settings.base_url,
            headers={"Authorization": f"Bearer {key}", "x-batch-validation": "permissive"},
            timeout=self._settings.timeout_s,
            # httpx's own retries know nothing of what may be repeated.
            transport=httpx.HTTPTransport(retries=0),
        )

    def send(self, batch: Sequence[Message], commit: Commit) -> tuple[Receipt, ...]:
        """Send the messages (see Transport.send)."""
        for message in batch:
            self._refuse_what_is_lost(message)
        allowed = commit(batch)
        leaving = [message for message in batch if message.delivery_key in allowed]
        receipts = dict(zip((message.delivery_key for message in leaving), self._post(leaving), strict=True))
        return tuple(receipts.get(message.delivery_key, WITHHELD) for message in batch)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _refuse_what_is_lost(self, message: Message) -> None:
        if message.envelope.sender != message.sender.email:
            raise DeliveryError(
                f"Resend can't carry the envelope sender {message.envelope.sender}",
                temporary=False,
                hint="remove envelope_sender from the newsletter; bounces are shown by Resend itself",
            )

    def _post(self, batch: Sequence[Message]) -> tuple[Receipt, ...]:
        """Post until there is an answer that decides."""
        if not batch:
            return ()
        key, payload = idempotency_key(batch), [payload_of(message) for message in batch]
        doubtful = False
        for attempt in range(1, self._settings.attempts + 1):
            answer = self._ask(payload, key)
            verdict = judge(answer)
            if verdict == "taken":
                return read_receipts(answer, len(batch))
            doubtful = doubtful or verdict == "doubtful"
            wait_s = answer.retry_after_s or 0.25 * 2**attempt
            if verdict == "refused" or wait_s > self._settings.longest_wait_s:
                break
            if attempt < self._settings.attempts:
                time.sleep(wait_s)
        if doubtful:
            detail = f"nobody knows whether Resend took it: {answer.detail}"
            return tuple(Receipt(status="uncertain", reason="network", detail=detail) for _ in batch)
        raise explain(answer, self._name)

    def _ask(self, payload: list[dict[str, Any]], key: str) -> Answer:
        try:
            response = self._client.post("/emails/batch", json=payload, headers={"Idempotency-Key": key})
        except NEVER_SENT as error:
            return Answer(sent=False, detail=f"can't reach it: {error}")
        except httpx.TransportError as error:
            return Answer(detail=f"its answer was lost: {type(error).__name__} {error}".strip())
        return read_answer(response.status_code, response.content, response.headers.get("retry-after", ""))


def idempotency_key(batch: Sequence[Message]) -> str:
    """Name a call by the deliveries in it: the same deliveries have the same key, in this run and any other."""
    keys = "\n".join(message.delivery_key for message in batch)
    return "publisher-" + hashlib.sha256(keys.encode()).hexdigest()


def payload_of(message: Message) -> dict[str, Any]:
    """Write a message as Resend's API takes it."""
    payload: dict[str, Any] = {
        "from": _mailbox(message.sender),
        "to": [_mailbox(message.recipient)],
        "subject": message.subject,
        "html": message.html,
        "text": message.text,
        "headers": dict(message.headers),
    }
    if message.reply_to:
        payload["reply_to"] = [_mailbox(message.reply_to)]
    return payload


def _mailbox(mailbox: Mailbox) -> str:
    """Write "Name <address>", the name in quotes where a comma or the like would end it."""
    if not mailbox.name:
        return mailbox.email
    if set(mailbox.name) & set('()<>[]:;@\\,."'):
        escaped = mailbox.name.replace("\\", r"\\").replace('"', r"\"")
        return f'"{escaped}" <{mailbox.email}>'
    return f"{mailbox.name} <{mailbox.email}>"

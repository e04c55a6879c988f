"""The transport `memory`: keeps messages in a list. For other people's tests, and for seeing what would be sent.

[newsletters.weekly]
transport = "memory"
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.config import parse_delivery
from publisher.delivery.transport import WITHHELD, DeliveryTable, Limits, Receipt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.config import Config
    from publisher.delivery.transport import Commit
    from publisher.model.message import Message

BATCH = 100


class MemoryTransport:
    """Accepts everything; `sent` holds it, in order."""

    limits = Limits(batch=BATCH, local=True)

    def __init__(self, name: str, config: Config) -> None:
        parse_delivery(config, name, DeliveryTable)
        self.sent: list[Message] = []

    def send(self, batch: Sequence[Message], commit: Commit) -> tuple[Receipt, ...]:
        """Keep the messages (see Transport.send)."""
        allowed = commit(batch)
        self.sent += [message for message in batch if message.delivery_key in allowed]
        return tuple(
            Receipt(status="accepted", provider_id=message.delivery_key)
            if message.delivery_key in allowed
            else WITHHELD
            for message in batch
        )

    def lookup(self, delivery_key: str) -> Receipt | None:
        """Say whether a delivery is in the list."""
        if any(message.delivery_key == delivery_key for message in self.sent):
            return Receipt(status="accepted", provider_id=delivery_key)
        return Receipt(status="deferred", detail="it never arrived")

    def close(self) -> None:
        """Keep the list: whoever holds the transport may still look at it."""

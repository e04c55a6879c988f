"""What one run of a send has in hand: deliveries it has claimed, messages on their way, and what became of them."""

from __future__ import annotations

import time
from collections import Counter, deque
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from publisher.delivery.transport import WITHHELD
from publisher.errors import PublisherError
from publisher.model.subscriber import Subscriber
from publisher.pipeline.blame import heed_refusals
from publisher.store.ledger import Outcome, claim, commit, record, release

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from publisher.config import BouncesConfig
    from publisher.delivery.transport import Receipt
    from publisher.model.message import Message
    from publisher.pipeline.letters import Letters
    from publisher.store.deliveries import Delivery
    from publisher.store.open import Begin, Store

#: Deliveries claimed at a time.
CLAIM = 200
#: The next ones are claimed when so few are left, together with a commit: that costs no fsync, and nobody waits for it.
FEW = 20
#: Whoever watches is told so often, not more.
TOLD_S = 0.1
LOST = Outcome(state="uncertain", detail="broken off while the message was being handed over")


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What is to be sent, by what, and who sends it."""

    store: Store
    issue_id: int
    letters: Letters
    #: The transport's table in publisher.toml.
    transport_name: str
    #: Tells the time for the ledger.
    clock: Callable[[], datetime]
    #: When a refused address is not mailed to again.
    bounces: BouncesConfig
    #: Id of this run (store.senders).
    sender: int = 0


class Desk:
    """Gives a transport its messages and its `commit`, and writes down what it answers."""

    def __init__(
        self,
        errand: Errand,
        begin: Begin,
        stop: Callable[[], bool],
        told: Callable[[Counter[str]], None],
        only: Sequence[int] | None = None,
    ) -> None:
        """Begin a run. begin: a transaction in the errand's store. stop, told, only: as for `Handover.run`."""
        self._errand = errand
        self._begin = begin
        self._stop = stop
        self._told = told
        self._told_at = 0.0
        #: Whom there is left to claim, by id; None: everybody who is planned.
        self._only = None if only is None else deque(only)
        self._dry = False
        #: How many deliveries ended in which state.
        self.counts: Counter[str] = Counter()
        self._stock: deque[Delivery] = deque()
        #: Given to the transport and without an outcome yet, by delivery key; and those of them that may have left.
        self._taken: dict[str, Delivery] = {}
        self._gone: set[str] = set()
        #: No message could be written for these.
        self._unwritten: list[tuple[Delivery, Outcome]] = []

    def messages(self) -> Iterator[Message]:
        """Give the messages one by one, each written when it is asked for; no more after somebody said stop."""
        while not self._stop() and self._has_stock():
            delivery = self._stock.popleft()
            try:
                message = self._errand.letters.write(self._subscriber(delivery))
            except PublisherError as error:
                self._unwritten.append((delivery, Outcome(state="rejected", reason="content", detail=error.message)))
                continue
            self._taken[message.delivery_key] = delivery
            yield message

    def wants_more(self) -> bool:
        """Tell whether there may be somebody left, so that `messages` is to be asked again."""
        return not self._stop() and bool(self._stock or not self._dry)

    def _has_stock(self) -> bool:
        while not (self._stock or self._dry):
            with self._begin() as connection:
                claimed = self._claim(connection, self._errand.clock())
            self._stock.extend(claimed)
        return bool(self._stock)

    def _claim(self, connection: Connection, now: datetime) -> tuple[Delivery, ...]:
        errand, among = self._errand, None
        if self._only is not None:
            among = [self._only.popleft() for _ in range(min(CLAIM, len(self._only)))]
        claimed = claim(
            connection, errand.issue_id, CLAIM, errand.transport_name, now, sender=errand.sender, among=among
        )
        self._dry = not (self._only or (claimed and self._only is None))
        return claimed

    def _subscriber(self, delivery: Delivery) -> Subscriber:
        """Give the person of a delivery, as they were when the audience was planned."""
        return Subscriber(
            id=delivery.subscriber_id,
            newsletter=self._errand.letters.template.issue.newsletter,
            email=delivery.email,
            name=delivery.name,
            since=delivery.planned_at,
        )

    def commit(self, messages: Sequence[Message], settled: Sequence[tuple[Message, Receipt]] = (), /) -> frozenset[str]:
        """Note durably that these may leave now, and what became of earlier ones (delivery.transport.Commit).

        Those that may not leave are planned again at once: whoever has left meanwhile is found out by the next claim.
        """
        errand, now = self._errand, self._errand.clock()
        asked = [(message.delivery_key, self._taken[message.delivery_key]) for message in messages]
        told = [(self._taken[message.delivery_key], outcome_of(receipt, now)) for message, receipt in settled]
        claimed: tuple[Delivery, ...] = ()
        with self._begin() as connection:
            outcomes = heed_refusals(connection, errand.bounces, self._unwritten + told, now)
            free = commit(connection, [delivery for _, delivery in asked], now, outcomes)
            withheld = [(key, delivery) for key, delivery in asked if delivery.subscriber_id not in free]
            release(connection, [delivery for _, delivery in withheld], now)
            if asked and len(self._stock) < FEW and not self._dry:
                claimed = self._claim(connection, now)
        self._stock.extend(claimed)
        self._dry = self._dry and not withheld
        self._unwritten.clear()
        self._forget(message.delivery_key for message, _ in settled)
        self._forget(key for key, _ in withheld)
        allowed = frozenset(key for key, delivery in asked if delivery.subscriber_id in free)
        self._gone |= allowed
        self._count(outcomes)
        return allowed

    def _forget(self, keys: Iterator[str]) -> None:
        for key in keys:
            del self._taken[key]
            self._gone.discard(key)

    def _count(self, outcomes: Sequence[tuple[Delivery, Outcome]]) -> None:
        self.counts.update(outcome.state for _, outcome in outcomes)
        if outcomes and time.monotonic() - self._told_at >= TOLD_S:
            self._told(self.counts)
            self._told_at = time.monotonic()

    def settle(self, batch: Sequence[Message], receipts: Sequence[Receipt]) -> None:
        """Write down what became of a batch, as far as `commit` has not been told."""
        answered = zip(batch, receipts, strict=True)
        self.commit((), [pair for pair in answered if pair[0].delivery_key in self._taken and pair[1] is not WITHHELD])

    def nothing_left(self) -> None:
        """Take the transport's word that nothing of what it has without an outcome was handed over."""
        self._gone.clear()

    def close(self) -> None:
        """Put away what is in hand: what may have left is uncertain, the rest is planned again."""
        lost = [(delivery, LOST) for key, delivery in self._taken.items() if key in self._gone]
        back = [delivery for key, delivery in self._taken.items() if key not in self._gone]
        outcomes, now = self._unwritten + lost, self._errand.clock()
        if outcomes or back or self._stock:
            with self._begin() as connection:
                record(connection, outcomes, now)
                release(connection, [*back, *self._stock], now)
        self.counts.update(outcome.state for _, outcome in outcomes)
        self._told(self.counts)


def outcome_of(receipt: Receipt, now: datetime) -> Outcome:
    """Turn a transport's receipt into the ledger's words."""
    wait = receipt.retry_after_s
    return Outcome(
        state=receipt.status,
        provider_id=receipt.provider_id,
        reason=receipt.reason,
        detail=receipt.detail,
        smtp_code=receipt.smtp_code,
        retry_at=None if wait is None else now + timedelta(seconds=wait),
    )

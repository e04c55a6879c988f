"""Handing an issue over to a transport: claim, commit, send, record, until nobody is left.

The order of writes is what keeps everybody from getting two and anybody from being lost in silence (store.ledger).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

from publisher.delivery.transport import CanLookUp, SendsByTheDay
from publisher.errors import DeliveryError, PublisherError
from publisher.model.subscriber import Subscriber
from publisher.pipeline.blame import heed_refusals
from publisher.store.deliveries import Delivery, count_accepted, deliveries_in
from publisher.store.ledger import Outcome, claim, commit, record, recover, release, replan_deferred

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from datetime import datetime

    from publisher.config import BouncesConfig
    from publisher.delivery.transport import Receipt, Transport
    from publisher.model.message import Message
    from publisher.pipeline.letters import Letters
    from publisher.store.open import Store

#: Deliveries claimed at a time, where the transport takes fewer in one call: one fsync for all of them.
CLAIM = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """One run of the sender over one issue."""

    store: Store
    issue_id: int
    letters: Letters
    transport: Transport
    transport_name: str
    #: Tells the time for the ledger.
    clock: Callable[[], datetime]
    #: When a refused address is not mailed to again.
    bounces: BouncesConfig
    #: Id of this run (store.senders).
    sender: int = 0

    def prepare(self, alive: Collection[int] = ()) -> None:
        """Put right what an earlier run left half-way, and plan again what it deferred.

        alive: runs that still go on: what they hold is theirs.
        """
        with self.store.begin() as connection:
            recover(connection, self.issue_id, self.clock(), alive)
        self._look_up_uncertain()
        with self.store.begin() as connection:
            replan_deferred(connection, self.issue_id, self.clock())
        if isinstance(self.transport, SendsByTheDay):
            self.transport.begin_day(self.clock(), self._accepted_since)

    def _accepted_since(self, moment: datetime) -> int:
        with self.store.read() as connection:
            return count_accepted(connection, self.transport_name, moment)

    def run(
        self, stop: Callable[[], bool], told: Callable[[Counter[str]], None], only: Sequence[int] | None = None
    ) -> Counter[str]:
        """Send to everybody who is planned. Gives how many deliveries ended in which state, in this run.

        stop: asked before each call of the transport; True ends the run, and gives back what was claimed.
        only: to these subscribers, by id; None: to all.
        told: called after each call with the counts so far.
        Raises DeliveryError when nothing more can be sent now; what was not handed over is planned again.
        """
        counts: Counter[str] = Counter()
        claims = self._claims(only)
        while not stop() and (claimed := next(claims, None)) is not None:
            remaining = iter(claimed)
            try:
                while not stop() and (batch := tuple(islice(remaining, self.transport.limits.batch))):
                    counts.update(self._send(batch))
                    told(counts)
            finally:
                self._release(tuple(remaining))
        return counts

    def _claims(self, only: Sequence[int] | None) -> Iterator[tuple[Delivery, ...]]:
        """Claim one page of deliveries after another, as they are asked for."""
        if only is None:
            while claimed := self._claim():
                yield claimed
            return
        for start in range(0, len(only), CLAIM):
            yield self._claim(only[start : start + CLAIM])

    def _claim(self, among: Sequence[int] | None = None) -> tuple[Delivery, ...]:
        size = max(CLAIM, self.transport.limits.batch)
        with self.store.begin() as connection:
            now = self.clock()
            return claim(connection, self.issue_id, size, self.transport_name, now, sender=self.sender, among=among)

    def _send(self, batch: Sequence[Delivery]) -> list[str]:
        """Send one batch and record what became of it. Gives the states reached."""
        desk = _Desk(self, batch)
        try:
            receipts = self.transport.send(desk.messages, desk.commit)
        except DeliveryError:
            # The transport vouches that none of them was handed over.
            self._release(batch)
            raise
        except BaseException:
            desk.leave()
            raise
        return desk.record(receipts)

    def _release(self, held: Sequence[Delivery]) -> None:
        if held:
            with self.store.begin() as connection:
                release(connection, held, self.clock())

    def _look_up_uncertain(self) -> None:
        """Ask a transport that can tell (a maildir: is the file there?) what became of uncertain deliveries."""
        if not isinstance(self.transport, CanLookUp):
            return
        with self.store.read() as connection:
            uncertain = [
                row
                for row in deliveries_in(connection, self.issue_id, "uncertain")
                if row.transport == self.transport_name
            ]
        found = [(row, self.transport.lookup(self.delivery_key(row))) for row in uncertain]
        known = [(row, outcome_of(receipt, self.clock())) for row, receipt in found if receipt]
        with self.store.begin() as connection:
            record(connection, known, self.clock())

    def delivery_key(self, delivery: Delivery) -> str:
        """Name a delivery as its message does (model.message)."""
        issue = self.letters.template.issue
        return f"{issue.newsletter}/{issue.number}/{delivery.subscriber_id}"

    def subscriber(self, delivery: Delivery) -> Subscriber:
        """Give the person of a delivery, as they were when the audience was planned."""
        return Subscriber(
            id=delivery.subscriber_id,
            newsletter=self.letters.template.issue.newsletter,
            email=delivery.email,
            name=delivery.name,
            since=delivery.planned_at,
        )


class _Desk:
    """One batch on its way: which message is whose, and which may have left."""

    def __init__(self, handover: Handover, batch: Sequence[Delivery]) -> None:
        self._handover = handover
        self._by_key: dict[str, Delivery] = {}
        self._unwritten: list[tuple[Delivery, Outcome]] = []
        self._asked: set[str] = set()
        self._allowed: set[str] = set()
        #: States of the messages that the transport settled before the end of the batch.
        self._settled: dict[str, str] = {}
        self.messages = tuple(self._write(batch))

    def _write(self, batch: Sequence[Delivery]) -> Iterator[Message]:
        for delivery in batch:
            try:
                message = self._handover.letters.write(self._handover.subscriber(delivery))
            except PublisherError as error:
                outcome = Outcome(state="rejected", reason="content", detail=error.message)
                self._unwritten.append((delivery, outcome))
                continue
            self._by_key[message.delivery_key] = delivery
            yield message

    def commit(self, messages: Sequence[Message], settled: Sequence[tuple[Message, Receipt]] = (), /) -> frozenset[str]:
        """Note durably that these may leave now, and what became of earlier ones (delivery.transport.Commit)."""
        keys = [message.delivery_key for message in messages]
        now = self._handover.clock()
        outcomes = self._outcomes(settled, now)
        with self._handover.store.begin() as connection:
            outcomes = heed_refusals(connection, self._handover.bounces, outcomes, now)
            free = commit(connection, [self._by_key[key] for key in keys], now, outcomes)
        self._settled |= {
            message.delivery_key: outcome.state for (message, _), (_, outcome) in zip(settled, outcomes, strict=True)
        }
        allowed = frozenset(key for key in keys if self._by_key[key].subscriber_id in free)
        self._asked.update(keys)
        self._allowed |= allowed
        return allowed

    def record(self, receipts: Sequence[Receipt]) -> list[str]:
        """Write down what became of the batch. Gives the states reached; withheld ones are planned again."""
        now = self._handover.clock()
        withheld = self._asked - self._allowed
        done = withheld | self._settled.keys()
        answered = zip(self.messages, receipts, strict=True)
        outcomes = self._unwritten + self._outcomes(
            [pair for pair in answered if pair[0].delivery_key not in done], now
        )
        with self._handover.store.begin() as connection:
            record(connection, heed_refusals(connection, self._handover.bounces, outcomes, now), now)
            release(connection, [self._by_key[key] for key in sorted(withheld)], now)
        return [*self._settled.values(), *(outcome.state for _, outcome in outcomes)]

    def _outcomes(self, answered: Sequence[tuple[Message, Receipt]], now: datetime) -> list[tuple[Delivery, Outcome]]:
        return [(self._by_key[message.delivery_key], outcome_of(receipt, now)) for message, receipt in answered]

    def leave(self) -> None:
        """Sort the batch when the call was broken off: what was committed may have left, the rest has not."""
        lost = Outcome(state="uncertain", detail="broken off while the message was being handed over")
        now = self._handover.clock()
        with self._handover.store.begin() as connection:
            undecided = sorted(self._allowed - self._settled.keys())
            record(connection, [(self._by_key[key], lost) for key in undecided], now)
            left = self._allowed | self._settled.keys()
            kept = [delivery for key, delivery in self._by_key.items() if key not in left]
            release(connection, kept + [delivery for delivery, _ in self._unwritten], now)


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

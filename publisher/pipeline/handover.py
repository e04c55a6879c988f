"""Handing an issue over to a transport: claim, commit, send, record, until nobody is left.

The order of writes is what keeps everybody from getting two and anybody from being lost in silence (store.ledger).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from publisher.delivery.transport import CanLookUp, SendsByTheDay, Streams
from publisher.errors import DeliveryError
from publisher.pipeline.desk import Desk, Errand, outcome_of
from publisher.store.deliveries import Delivery, count_accepted, deliveries_in
from publisher.store.ledger import record, recover, replan_deferred

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Collection, Sequence
    from datetime import datetime

    from publisher.delivery.transport import Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover(Errand):
    """One run of the sender over one issue."""

    transport: Transport

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

        stop: asked before each message; True ends the run, and gives back what was claimed.
        only: to these subscribers, by id; None: to all.
        told: called with the counts so far, now and then and at the end.
        Raises DeliveryError when nothing more can be sent now; what was not handed over is planned again.
        """
        with self.store.writing() as begin:
            desk = Desk(self, begin, stop, told, only)
            try:
                while desk.wants_more():
                    if isinstance(self.transport, Streams):
                        self.transport.stream(desk.messages(), desk.commit, stop)
                    else:
                        self._send_batches(self.transport, desk)
            finally:
                desk.close()
        return desk.counts

    @staticmethod
    def _send_batches(transport: Transport, desk: Desk) -> None:
        messages = desk.messages()
        while batch := tuple(islice(messages, transport.limits.batch)):
            try:
                receipts = transport.send(batch, desk.commit)
            except DeliveryError:
                desk.nothing_left()
                raise
            desk.settle(batch, receipts)

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

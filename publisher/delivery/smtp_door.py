"""The door before the final dot: messages wait there until one commit covers several of them, then their dots leave.

One commit is one fsync, and the server reads the texts while it is under way: so all connections go through the door
together. Waiting a few milliseconds at most keeps a slow one from holding back the rest.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publisher.delivery.smtp_wire import Wire
    from publisher.delivery.transport import Commit, Receipt
    from publisher.model.message import Message

#: How long the first at the door waits for others.
PATIENCE_S = 0.01
FINAL_DOT = b".\r\n"


@dataclass(slots=True, eq=False)
class Ticket:
    """One message on its way."""

    #: Messages leave in the order of their numbers, where nothing holds one back.
    number: int
    message: Message
    #: What goes over the wire: the message's content, signed where that is set up.
    content: bytes
    #: The server agreed to the sender: from here on, a lost connection says something about the message.
    begun: bool = False
    #: Commit let it go: the dot was sent.
    committed: bool = False
    #: Commit did not let it go.
    withheld: bool = False


class Door:
    """Collects messages whose text has been sent, commits them together, and sends their dots."""

    def __init__(self, commit: Commit, quorum: int) -> None:
        self._commit = commit
        self._quorum = quorum
        self._waiting: dict[Ticket, Wire] = {}
        self._settled: list[tuple[Message, Receipt]] = []
        self._coming = 0
        self._opening: asyncio.Handle | None = None
        #: What commit raised: nothing may leave any more.
        self.failure: Exception | None = None

    def expect(self) -> None:
        """Note that one more message is about to be offered, and may come to the door soon."""
        self._coming += 1

    def expect_no_more(self) -> None:
        """Note that a message that was offered does not come to the door."""
        self._coming -= 1
        self._look()

    def join(self, ticket: Ticket, wire: Wire) -> None:
        """Wait for the commit. What was expected has come."""
        self._coming -= 1
        self._waiting[ticket] = wire
        self._look()

    def leave(self, ticket: Ticket) -> None:
        """Wait no longer: the connection is gone."""
        self._waiting.pop(ticket, None)

    def settle(self, message: Message, receipt: Receipt) -> None:
        """Keep a receipt for the next commit."""
        self._settled.append((message, receipt))

    def close(self) -> None:
        """Open no more."""
        if self._opening is not None:
            self._opening.cancel()

    def tell_the_rest(self) -> None:
        """Have the receipts noted that came after the last commit."""
        if self._settled and self.failure is None:
            settled, self._settled = self._settled, []
            self._commit((), settled)

    def _look(self) -> None:
        """Decide when to open: at the end of this turn of the loop when enough have come, else after a short wait."""
        if not self._waiting:
            return
        loop = asyncio.get_running_loop()
        if not self._coming or len(self._waiting) >= self._quorum:
            if isinstance(self._opening, asyncio.TimerHandle) or self._opening is None:
                self.close()
                self._opening = loop.call_soon(self._open)
        elif self._opening is None:
            self._opening = loop.call_later(PATIENCE_S, self._open)

    def _open(self) -> None:
        """Commit all who wait on a connection that still stands, in their order, and send their dots."""
        self._opening = None
        waiting = sorted(self._waiting.items(), key=lambda pair: pair[0].number)
        standing = [(ticket, wire) for ticket, wire in waiting if wire.lost is None]
        self._waiting.clear()
        if not standing:
            return
        allowed = self._ask([ticket.message for ticket, _ in standing])
        for ticket, wire in standing:
            if ticket.message.delivery_key in allowed:
                ticket.committed = True
                wire.write(FINAL_DOT)
            else:
                ticket.withheld = True
                # Without the dot the server must forget the message (RFC 5321, 4.1.1.4); the only way out is to go.
                wire.abort()

    def _ask(self, messages: list[Message]) -> frozenset[str]:
        """Commit. When that fails nothing may leave: whoever waits finds the failure."""
        if self.failure is not None:
            return frozenset()
        settled, self._settled = self._settled, []
        try:
            return self._commit(messages, settled) if settled else self._commit(messages)
        except Exception as error:  # noqa: BLE001 - it is raised again by the round, which this callback is no part of
            self.failure = error
            return frozenset()

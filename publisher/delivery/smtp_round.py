"""Several connections work off a stream of messages, each with one on its way.

What happens to a message when something breaks depends on how far it was: before the commit it is tried again or
deferred, after it the outcome is uncertain. What happens to the send depends on whose fault it is: a recipient's costs
one message, the server's ends the send (`stopped`).
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from publisher.delivery.replies import receipt_of, slows, stops
from publisher.delivery.smtp_door import Door, Ticket
from publisher.delivery.smtp_envelope import domain_of, fault_of, misfit
from publisher.delivery.smtp_offer import Refusal, final_reply, offer
from publisher.delivery.smtp_wire import LostError
from publisher.delivery.transport import WITHHELD, Receipt
from publisher.errors import ContentError, DeliveryError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from publisher.delivery.smtp_pool import Pool
    from publisher.delivery.smtp_session import Session
    from publisher.delivery.transport import Commit
    from publisher.model.message import Message

#: How many of the waiting messages are looked at for one whose domain may have mail now.
LOOK_AHEAD = 50


class RetiredError(Exception):
    """This connection sends no more; others go on."""


class Round:
    """Messages on their way, from the first that is taken to the last that is answered."""

    def __init__(
        self,
        pool: Pool,
        messages: Iterator[Message],
        commit: Commit,
        *,
        keep: Callable[[Message, Receipt], None] = lambda _message, _receipt: None,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        """Prepare to send.

        messages: asked for the next one whenever a connection is free. keep: told each receipt as it comes.
        stop: asked before each message; True ends the round.
        """
        self._pool = pool
        self._messages = enumerate(messages)
        self._keep_receipt = keep
        self._stop = stop
        #: Taken, and not under way: by number.
        self._queue: deque[tuple[int, Message]] = deque()
        self._working = pool.size
        self._door = Door(commit, quorum=self._working)
        #: Held while the first session is opened: several at once could lock the account by one wrong password.
        self._first = asyncio.Lock()
        #: What ended the round before its end.
        self.stopped: DeliveryError | None = None

    async def run(self) -> None:
        """Send until there are no more messages, or `stopped` says why not. Raises what commit raised."""
        tasks = [asyncio.create_task(self._work()) for _ in range(self._working)]
        try:
            await asyncio.gather(*tasks)
        finally:
            self._door.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def tell_the_rest(self) -> None:
        """Have `commit` note the receipts that came after its last call."""
        self._door.tell_the_rest()

    async def _work(self) -> None:
        """Send one message after another over one connection, until there are none left."""
        session: Session | None = None
        try:
            while (numbered := await self._next()) is not None:
                session = await self._send(*numbered, session)
        except RetiredError:
            self._pool.size = max(1, self._pool.size - 1)
        finally:
            self._working -= 1
            if session is not None:
                self._pool.give_back(session)

    async def _next(self) -> tuple[int, Message] | None:
        """Take the next message that may leave by now, waiting for that moment."""
        throttle, loop = self._pool.throttle, asyncio.get_running_loop()
        while self.stopped is None and not self._stop():
            if throttle.idle:
                return self._queue.popleft() if self._queue else self._take()
            while len(self._queue) < LOOK_AHEAD and (taken := self._take()):
                self._queue.append(taken)
            if not self._queue:
                return None
            now = loop.time()
            waits = [throttle.wait_s(domain_of(message), now) for _, message in self._queue]
            place = min(range(len(waits)), key=lambda place: max(0.0, waits[place]))
            if waits[place] <= 0:
                found = self._queue[place]
                del self._queue[place]
                throttle.take(domain_of(found[1]), now)
                return found
            await asyncio.sleep(min(waits[place], 1.0))
        return None

    def _take(self) -> tuple[int, Message] | None:
        """Take a new message, refusing those whose envelope would break a command."""
        for number, message in self._messages:
            fault = fault_of(message)
            if fault is None:
                return number, message
            self._keep(message, fault)
        return None

    async def _send(self, number: int, message: Message, session: Session | None) -> Session | None:
        """Send one message, trying again what certainly did not leave. Gives the session that is left."""
        try:
            content = self._pool.sign(message.content)
        except ContentError as error:
            self._keep(message, Receipt(status="rejected", reason="content", detail=error.message))
            return session
        cautious = False
        receipt: Receipt | None
        while self.stopped is None:
            ticket = Ticket(number, message, content)
            try:
                session = await self._ready(session)
                receipt = await self._converse(session, ticket, pipelining=not cautious)
            except DeliveryError as error:
                await self._in_trouble(ticket, session, error)
                return None
            except LostError as error:
                assert session is not None
                try:
                    receipt = self._after_loss(session, ticket, error, cautious=cautious)
                except DeliveryError as gone:
                    await self._in_trouble(ticket, session, gone)
                    return None
                cautious, session = session.begun <= 1, None
            if receipt is not None:
                self._keep(message, receipt)
                return session
        self._queue.appendleft((number, message))
        return session

    async def _ready(self, session: Session | None) -> Session:
        if self._pool.opened:
            return await self._pool.ready(session)
        async with self._first:
            if self.stopped is not None:
                raise self.stopped
            return await self._pool.ready(session)

    async def _converse(self, session: Session, ticket: Ticket, *, pipelining: bool) -> Receipt:
        """Say all that has to be said for a message. Raises LostError and, when we are refused, DeliveryError."""
        unfit = misfit(ticket.message, len(ticket.content), session.features, self._pool.server)
        if unfit:
            return unfit
        self._door.expect()
        try:
            refusal = await offer(session, ticket, pipelining=pipelining and session.features.pipelining)
        except BaseException:
            self._door.expect_no_more()
            raise
        if refusal is not None:
            self._door.expect_no_more()
            return self._judge(refusal, ticket)
        self._door.join(ticket, session.wire)
        try:
            reply = await final_reply(session.wire, ticket)
        finally:
            self._door.leave(ticket)
        return self._judge(Refusal("dot", reply), ticket)

    def _judge(self, answer: Refusal, ticket: Ticket) -> Receipt:
        """Turn the answer that decides into a receipt. Raises DeliveryError when it refuses us, not the message."""
        stage, reply = answer
        pool, domain = self._pool, domain_of(ticket.message)
        pool.proven = pool.proven or stage != "MAIL"
        if reply.ok:
            pool.accepted(domain)
        elif stops(reply, stage):
            raise pool.refused(ticket.message, answer)
        elif slows(reply, stage):
            pool.slow_down(domain)
        receipt = receipt_of(reply, stage)
        self.stopped = self.stopped or pool.wall(receipt, reply)
        return receipt

    def _after_loss(self, session: Session, ticket: Ticket, error: LostError, *, cautious: bool) -> Receipt | None:
        """Say what became of a message whose connection was lost; None: it is tried again, on a new connection.

        Raises what commit raised, and DeliveryError when the server hangs up whatever we say.
        """
        session.wire.abort()
        if self._door.failure is not None:
            raise self._door.failure from error
        if ticket.withheld:
            return WITHHELD
        if ticket.committed:
            return Receipt(status="uncertain", reason="network", detail=f"no reply after the final dot: {error}")
        if session.begun > 1:
            # An old connection, closed by the server meanwhile: nobody's fault.
            return None
        if not (ticket.begun or cautious) and session.features.pipelining:
            # Which command the server did not like shows when they are said one by one.
            return None
        if not (ticket.begun or self._pool.proven):
            raise self._pool.gone(error)
        return Receipt(status="deferred", reason="network", detail=f"connection lost before the end: {error}")

    async def _in_trouble(self, ticket: Ticket, session: Session | None, error: DeliveryError) -> None:
        """Decide what a refusal of the server as a whole means: less haste, another try later, or the end.

        Raises RetiredError when the other connections are to go on without this one.
        """
        self._queue.appendleft((ticket.number, ticket.message))
        if session is not None:
            session.leave()
        if error.temporary and self._pool.opened:
            self._pool.slow_down()
            if self._working > 1:
                # One connection fewer is what many servers want to say by it.
                raise RetiredError
            if self._pool.proven and await self._pool.wait_to_reconnect():
                return
        self.stopped = self.stopped or error

    def _keep(self, message: Message, receipt: Receipt) -> None:
        self._keep_receipt(message, receipt)
        if receipt is not WITHHELD:
            self._door.settle(message, receipt)

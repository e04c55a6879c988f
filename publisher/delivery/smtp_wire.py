"""One connection to a mail server: bytes out, replies in, and what breaks it. Knows nothing of mail.

Spec: RFC 5321 4.2.1 (replies of several lines).
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from publisher.delivery.replies import Reply, read_reply

if TYPE_CHECKING:
    import ssl

#: Longest line, and most lines of one reply; a mail server needs a small part of either.
MOST_BYTES = 16_384
MOST_LINES = 200
SPACE = 8_192


class LostError(ConnectionError):
    """The connection broke, ran out of time, or fell out of step; what was sent before may or may not have arrived."""


class Wire(asyncio.BufferedProtocol):
    """A connection whose replies are awaited one by one, by one task at a time."""

    def __init__(self, timeout_s: float) -> None:
        self.timeout_s = timeout_s
        self.transport: asyncio.Transport | None = None
        #: Why the connection is gone; None while it stands.
        self.lost: BaseException | None = None
        self.ended = asyncio.get_running_loop().create_future()
        self._space = memoryview(bytearray(SPACE))
        self._pending = b""
        self._lines: list[bytes] = []
        self._replies: deque[Reply] = deque()
        self._full = False
        self._waiter: asyncio.Future[None] | None = None
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport. asyncio itself sets TCP_NODELAY on it, plain or encrypted."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        # `flushed` waits until everything is in the kernel's hands. Not 0: asyncio's TLS would pause for nothing.
        transport.set_write_buffer_limits(high=1, low=0)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wake whoever waits."""
        self._break(exc or LostError("it closed the connection"))
        if not self.ended.done():
            self.ended.set_result(None)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - asyncio's signature
        """Lend space for what arrives."""
        return self._space

    def buffer_updated(self, nbytes: int) -> None:
        """Cut what arrived into lines."""
        *lines, self._pending = (self._pending + self._space[:nbytes]).split(b"\n")
        for line in lines:
            self._take(line.rstrip(b"\r"))
        if len(self._pending) > MOST_BYTES:
            self.abort(LostError("it does not speak SMTP: a line without end"))

    def eof_received(self) -> bool:
        """End the connection when the server ends its half."""
        return False

    def pause_writing(self) -> None:
        """Note that bytes are waiting to leave."""
        self._full = True

    def resume_writing(self) -> None:
        """Note that all bytes left."""
        self._full = False
        self._wake()

    # What the session calls.

    @property
    def unread(self) -> bool:
        """Whether the server has said something that nobody asked for yet."""
        return bool(self._replies or self._lines or self._pending)

    def write(self, data: bytes) -> None:
        """Send bytes. Raises LostError when the connection is gone."""
        if self.lost is not None or self.transport is None:
            raise LostError(str(self.lost or "it is not open")) from self.lost
        self.transport.write(data)

    async def flushed(self) -> None:
        """Wait until the kernel has taken all that was written. Raises LostError."""
        if self._full:
            self._allow(self.timeout_s)
        while self._full:
            await self._wait()

    async def reply(self, wait_s: float | None = None) -> Reply:
        """Give the next reply. Raises LostError when none comes in time."""
        if not self._replies:
            self._allow(self.timeout_s if wait_s is None else wait_s)
        while not self._replies:
            await self._wait()
        return self._replies.popleft()

    async def start_tls(self, tls: ssl.SSLContext, host: str) -> None:
        """Encrypt from here on. Raises what the handshake raises."""
        assert self.transport is not None
        loop = asyncio.get_running_loop()
        upgraded = await loop.start_tls(
            self.transport, self, tls, server_hostname=host, ssl_handshake_timeout=self.timeout_s
        )
        if upgraded is None:
            raise LostError("it closed the connection")
        self.connection_made(upgraded)

    def finish(self) -> None:
        """Close when everything that was written has left."""
        if self.transport is not None:
            self.transport.close()

    def abort(self, why: BaseException | None = None) -> None:
        """Close at once; what was not sent yet never will be."""
        self._break(why or LostError("we closed the connection"))
        if self.transport is not None:
            self.transport.abort()

    # Inside.

    def _take(self, line: bytes) -> None:
        code, mark = line[:3], line[3:4]
        if not code.isdigit() or mark not in {b"", b" ", b"-"} or len(self._lines) > MOST_LINES:
            self.abort(LostError(f"it does not speak SMTP: {line[:80].decode(errors='replace')!r}"))
            return
        self._lines.append(line[4:])
        if mark != b"-":
            self._replies.append(read_reply(int(code), *self._lines))
            self._lines.clear()
            self._wake()

    def _break(self, why: BaseException) -> None:
        self.lost = self.lost or why
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _wait(self) -> None:
        if self.lost is not None:
            raise LostError(str(self.lost)) from self.lost
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _allow(self, wait_s: float) -> None:
        """Set the deadline. One timer serves all of them: it looks again when the deadline has moved on."""
        loop = asyncio.get_running_loop()
        self._deadline = loop.time() + wait_s
        if self._timer is not None and self._timer.when() <= self._deadline:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_at(self._deadline, self._look_at_the_clock)

    def _look_at_the_clock(self) -> None:
        self._timer = None
        if self._waiter is None:
            return
        loop = asyncio.get_running_loop()
        if loop.time() < self._deadline:
            self._timer = loop.call_at(self._deadline, self._look_at_the_clock)
        else:
            self.abort(TimeoutError("no answer in time"))

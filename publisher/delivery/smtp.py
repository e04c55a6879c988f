"""The transport `smtp`: any mail server or provider that takes mail by SMTP. Settings: smtp_settings.py, docs/smtp.md.

One message per transaction, several connections, and each message in two parts: everything but the final dot first,
which the server must forget if nothing follows; then `commit`, once for a round of the connections; then the dots. Only
a reply lost after the dot leaves an uncertain message: at most one per connection.

smtp          this file: messages in, receipts out, on an event loop of its own that stands still between calls
smtp_round    the messages: which connection sends what, and what a failure means
smtp_door     the commit before the dots, shared by several connections
smtp_offer    one message: commands, text, answers
smtp_pool     the connections, and what is known about the server
smtp_session  how a connection begins: EHLO, STARTTLS, login (smtp_login)
smtp_wire     bytes and replies

Specs: RFC 5321 (4.1.1.4 DATA, 4.5.2 transparency, 4.5.3.2.6 the wait after the dot), RFC 2920 (pipelining).
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from itertools import chain, islice
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from publisher.config import parse_delivery
from publisher.delivery.smtp_pool import Pool
from publisher.delivery.smtp_round import Round
from publisher.delivery.smtp_settings import SmtpSettings
from publisher.delivery.transport import Limits, Receipt
from publisher.delivery.warm_up import Share, share_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from publisher.config import Config
    from publisher.delivery.transport import Commit
    from publisher.errors import DeliveryError
    from publisher.model.message import Message


class SmtpTransport:
    """Sends over several connections, opened when they are needed and kept between batches.

    For one thread at a time, and not from inside a running event loop: from there, use asyncio.to_thread.
    """

    def __init__(self, name: str, config: Config) -> None:
        self._settings = parse_delivery(config, name, SmtpSettings)
        self._pool = Pool(self._settings, name, config.root)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped: DeliveryError | None = None
        self._zone = ZoneInfo(config.site.timezone)
        #: What today has room for; None: as many as there are.
        self._share: Share | None = None

    def begin_day(self, now: datetime, accepted_since: Callable[[datetime], int]) -> None:
        """Find out what today's share of the warm-up leaves (delivery.transport.SendsByTheDay)."""
        warm_up = self._settings.warm_up
        found = warm_up and share_of(warm_up.start, warm_up.per_day, now, self._zone)
        if not found:
            self._share = None
            return
        self._share, began = found
        self._share.left -= accepted_since(began)

    @property
    def limits(self) -> Limits:
        """What can be taken in one call of `send`: a message for each connection. A stream has no limit."""
        return Limits(batch=self._pool.size if self._share is None else max(1, min(self._pool.size, self._share.left)))

    def send(self, batch: Sequence[Message], commit: Commit) -> tuple[Receipt, ...]:
        """Send the messages (see Transport.send)."""
        stopped, self._stopped = self._stopped, None
        if stopped is not None:
            raise stopped
        if self._share is not None and self._share.left < len(batch):
            raise self._share.used_up()
        receipts: dict[str, Receipt] = {}

        def keep(message: Message, receipt: Receipt) -> None:
            receipts[message.delivery_key] = receipt

        sending = Round(self._open(), iter(batch), commit, keep=keep)
        self._run(sending)
        self._use_up(receipts.values())
        if sending.stopped is not None and not receipts:
            raise sending.stopped
        # Those that were handed over have their receipts; the next call tells why there will be no more.
        self._stopped = sending.stopped
        why = sending.stopped.message if sending.stopped else ""
        unsent = Receipt(status="deferred", reason="server", detail=f"nothing was sent: {why}")
        return tuple(receipts.get(message.delivery_key, unsent) for message in batch)

    def stream(self, messages: Iterator[Message], commit: Commit, stop: Callable[[], bool]) -> None:
        """Send messages as they come (delivery.transport.Streams)."""
        for first in messages:
            if self._share is not None and self._share.left <= 0:
                raise self._share.used_up()
            # Some of today's share may be left when so many have been tried.
            most = None if self._share is None else self._share.left - 1
            receipts: list[Receipt] = []

            def keep(_message: Message, receipt: Receipt, kept: list[Receipt] = receipts) -> None:
                if self._share is not None:
                    kept.append(receipt)

            sending = Round(self._open(), chain((first,), islice(messages, most)), commit, keep=keep, stop=stop)
            try:
                self._run(sending)
            finally:
                sending.tell_the_rest()
            self._use_up(receipts)
            if sending.stopped is not None:
                raise sending.stopped
            if stop():
                return

    def _open(self) -> Pool:
        """Read what the settings refer to, before anything is sent. Raises ConfigError."""
        self._pool.peer()
        return self._pool

    def _use_up(self, receipts: Iterable[Receipt]) -> None:
        """Count what was handed over against today's share."""
        if self._share is not None:
            self._share.left -= sum(receipt.status in {"accepted", "uncertain"} for receipt in receipts)

    def close(self) -> None:
        """Say goodbye to the server."""
        loop, self._loop = self._loop, None
        if loop is None:
            return
        try:
            loop.run_until_complete(self._pool.close())
            loop.run_until_complete(loop.shutdown_default_executor())
        finally:
            loop.close()

    def _run(self, sending: Round) -> None:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
        loop = self._loop
        task = loop.create_task(sending.run())
        try:
            loop.run_until_complete(task)
        except BaseException:
            # Half a transaction must not be gone on with: a QUIT inside DATA would be text.
            self._pool.abort()
            task.cancel()
            with suppress(BaseException):
                loop.run_until_complete(task)
            loop.run_until_complete(self._pool.farewell())
            raise
        finally:
            self._pool.forget_closed()

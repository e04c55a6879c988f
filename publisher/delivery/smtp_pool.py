"""The connections to one server, and what is known about it: does it take our mail, how fast, did it ever."""

from __future__ import annotations

import asyncio
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from publisher.delivery.dkim_settings import open_signer
from publisher.delivery.smtp_session import Peer, Session, make_peer, open_session
from publisher.delivery.throttle import Throttle, parse_rate
from publisher.errors import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from publisher.delivery.replies import Reply
    from publisher.delivery.smtp_offer import Refusal
    from publisher.delivery.smtp_settings import SmtpSettings
    from publisher.delivery.smtp_wire import LostError
    from publisher.delivery.transport import Receipt
    from publisher.model.message import Message

#: How long a connection may take to disappear after we closed it.
FAREWELL_S = 1.0


class Wall(NamedTuple):
    """Refusals of one kind that are no accident when they come in a row."""

    #: How many.
    height: int
    why: str
    #: `{name}` is the table in publisher.toml.
    hint: str


#: By the reason that the receipts give.
WALLS: Mapping[str, Wall] = MappingProxyType(
    {
        "policy": Wall(
            20,
            "for their sender",
            "look at the account, at SPF, DKIM and DMARC of the sender's domain, and at the page the reply names",
        ),
        "address": Wall(
            50,
            "because of their recipients",
            "so many wrong addresses point at the server: look at delivery.{name}.host, and whether it relays for you;"
            " `publisher subscribers add ADDRESS --again` takes back who was silenced by it",
        ),
    }
)


class Pool:
    """Connections that are open between batches, each lent to one worker at a time."""

    def __init__(self, settings: SmtpSettings, name: str, root: Path) -> None:
        self._settings = settings
        self._name = name
        self._root = root
        self._peer: Peer | None = None
        #: What each message passes through on its way out: it signs by DKIM, or changes nothing.
        self.sign = open_signer(settings.dkim, root)
        self._idle: list[Session] = []
        self._open: set[Session] = set()
        self._tries = 0
        #: Most connections at a time; fewer when the server did not like so many.
        self.size = settings.connections
        self.throttle = make_throttle(settings)
        #: A session was begun once: host, encryption and login are right.
        self.opened = False
        #: A message got as far as its recipient once: the server takes our mail.
        self.proven = False
        #: Messages refused for good in a row, and the reason that all of them share.
        self._refused = 0
        self._reason: str = ""

    @property
    def server(self) -> str:
        """What to call the server in messages."""
        return self._settings.server

    def peer(self) -> Peer:
        """Give the server with its password and certificates, read once. Raises ConfigError."""
        if self._peer is None:
            self._peer = make_peer(self._settings, self._name, self._root)
        return self._peer

    async def ready(self, session: Session | None) -> Session:
        """Give a session for one more message: the one at hand while it is good for that, an idle one, a new one.

        Raises DeliveryError when none can be opened.
        """
        if session is not None and self._is_good(session):
            return session
        while self._idle:
            session = self._idle.pop()
            if self._is_good(session):
                return session
        session = await open_session(self.peer())
        self.opened = True
        self._open.add(session)
        return session

    def _is_good(self, session: Session) -> bool:
        if session.wire.lost is None and session.begun < self._settings.messages_per_connection:
            return True
        session.leave()
        return False

    def give_back(self, session: Session) -> None:
        """Keep a session for the next batch."""
        if session.wire.lost is None:
            self._idle.append(session)

    async def close(self) -> None:
        """Say goodbye on all connections at once, and wait until they are gone."""
        await asyncio.gather(*(session.close() for session in self._idle))
        self.abort()
        await self.farewell()

    def abort(self) -> None:
        """Break every connection, whatever it is doing."""
        self._idle.clear()
        for session in self._open:
            session.wire.abort()

    async def farewell(self) -> None:
        """Wait until the connections that were closed are gone."""
        ended = [session.wire.ended for session in self._open]
        if ended:
            await asyncio.wait(ended, timeout=FAREWELL_S)
        self._open.clear()

    def forget_closed(self) -> None:
        """Let go of the connections that are gone."""
        self._open = {session for session in self._open if not session.wire.ended.done()}

    # What the server was heard to say.

    def accepted(self, domain: str) -> None:
        """Note that a message was taken."""
        self._tries = 0
        if not self.throttle.idle:
            self.throttle.ease(domain)

    def slow_down(self, domain: str = "") -> None:
        """Heed a request to slow down, from the server itself or about one recipient domain."""
        self.throttle.slow_down(asyncio.get_running_loop().time(), domain)

    async def wait_to_reconnect(self) -> bool:
        """Wait before the next try to connect, longer each time; False when it was tried often enough."""
        waits = self._settings.reconnect_s
        if self._tries >= len(waits):
            return False
        self._tries += 1
        await asyncio.sleep(waits[self._tries - 1])
        return True

    def refused(self, message: Message, refusal: Refusal) -> DeliveryError:
        """Make the error that tells that the server takes nothing from us."""
        final = refusal.reply.final
        return DeliveryError(
            f"{self.server} takes no mail from {message.envelope.sender}: {refusal.reply}",
            temporary=not final,
            smtp_code=refusal.reply.code,
            hint="look at sender and envelope_sender of the newsletter, and at the account" if final else "try later",
        )

    def wall(self, receipt: Receipt, reply: Reply) -> DeliveryError | None:
        """Count a receipt. Makes the error that ends the send when one recipient after the other is refused alike."""
        reason = receipt.reason if receipt.status == "rejected" else ""
        self._refused = self._refused + 1 if reason == self._reason else 1
        self._reason = reason
        wall = WALLS.get(reason)
        if wall is None or self._refused < wall.height:
            return None
        said = f"{self.server} refused {self._refused} messages in a row {wall.why}, lately with: {reply}"
        return DeliveryError(said, temporary=False, smtp_code=reply.code, hint=wall.hint.format(name=self._name))

    def gone(self, error: LostError) -> DeliveryError:
        """Make the error that tells that the server hangs up before it has heard what we want."""
        return DeliveryError(f"{self.server}: it closed the connection ({error})", temporary=True, hint="try later")


def make_throttle(settings: SmtpSettings) -> Throttle:
    """Set up the rates."""
    domains = {domain.lower(): parse_rate(rate) for domain, rate in settings.domain_rates.items()}
    return Throttle(
        rate=parse_rate(settings.rate), domain_rates={domain: rate for domain, rate in domains.items() if rate}
    )

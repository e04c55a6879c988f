"""A real SMTP server on this machine that can misbehave: aiosmtpd, its faults chosen by the recipient's address.

rcpt-550@…   answers RCPT with 550        data-451@…   answers the final dot with 451
drop@…       hangs up at RCPT             lost@…       accepts, then hangs up instead of answering
late-421@…   answers the dot with 421     close-421@…  answers RCPT with 421 and hangs up
"""

from __future__ import annotations

import asyncio
import ssl
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

USERNAME, PASSWORD = "weekly@example.org", "geheim-密碼"


@dataclass
class Mailroom:
    """What the server saw, and how it is to behave."""

    #: Recipient and contents of every message whose final dot it agreed to.
    accepted: list[tuple[str, bytes]] = field(default_factory=list)
    #: How often EHLO was said.
    connections: int = 0
    #: Answers instead of the usual ones, by command: {"MAIL": "451 4.7.1 slow down"}.
    answers: dict[str, str] = field(default_factory=dict)
    #: Told of each step of a conversation as it happens: "EHLO", "MAIL", "RCPT", "DATA" (not taken yet), "taken".
    on_step: Callable[[str], None] = lambda _step: None
    mail_options: list[list[str]] = field(default_factory=list)
    port: int = 0
    ca_file: str = ""

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        self.on_step("EHLO")
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        self.on_step("MAIL")
        if self.answers.get("MAIL") == "hang up":
            server.transport.abort()
            if self.accepted:
                # It served somebody before: only this one connection is dead.
                del self.answers["MAIL"]
            return "421 4.3.2 gone"
        if "MAIL" in self.answers:
            return self.answers["MAIL"]
        self.mail_options.append(options)
        envelope.mail_from = address
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        self.on_step("RCPT")
        fault, _, code = address.partition("@")[0].partition("-")
        if fault == "drop":
            server.transport.abort()
        if fault in ("rcpt", "close"):
            return f"{code} 5.1.1 no such user 查無此人" if code == "550" else f"{code} 4.2.1 busy"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        (recipient,) = envelope.rcpt_tos
        self.on_step("DATA")
        fault, _, code = recipient.partition("@")[0].partition("-")
        if fault == "data":
            return f"{code} 5.7.1 not wanted" if code.startswith("5") else f"{code} 4.3.0 later"
        if fault == "late":
            return "421 4.3.2 going down"
        self.accepted.append((recipient, envelope.content))
        self.on_step("taken")
        if fault == "lost":
            server.transport.abort()
        return f"250 2.0.0 OK queued as {len(self.accepted):08X}"

    def authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        right = (data.login.decode(), data.password.decode()) == (USERNAME, PASSWORD)
        return AuthResult(success=right, handled=False)


class AnyPort(Controller):
    """Listens wherever there is a free port, and hangs up on everybody before it stops.

    aiosmtpd's own stop leaves the connections open that a client has not closed yet, for the garbage collector to find.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.conversations: list[SMTP] = []

    def factory(self) -> SMTP:
        conversation: SMTP = super().factory()  # type: ignore[no-untyped-call]
        self.conversations.append(conversation)
        return conversation

    def stop(self, no_assert: bool = False) -> None:
        asyncio.run_coroutine_threadsafe(self._hang_up(), self.loop).result(30)
        super().stop(no_assert)

    async def _hang_up(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.server.close()
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for conversation in self.conversations:
                if isinstance(conversation.transport, asyncio.WriteTransport):
                    conversation.transport.abort()
            await asyncio.wait(others, timeout=0.05)
        # One turn of the loop closes the sockets that were aborted.
        await asyncio.sleep(0)

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def run_smtp_server(
    folder: Path,
    *,
    certificate_name: str = "127.0.0.1",
    not_after: datetime | None = None,
    tls_from_start: bool = False,
    **options: Any,
) -> Iterator[Mailroom]:
    """Run a server that wants STARTTLS and a login, with a certificate of an authority of its own.

    folder: gets the authority's ca.pem. options: aiosmtpd's own, instead of these.
    """
    authority = trustme.CA()
    certificate = authority.issue_cert(certificate_name, not_after=not_after)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    room = Mailroom(ca_file=str(folder / "ca.pem"))
    settings: dict[str, Any] = {"tls_context": context, "require_starttls": True, "auth_required": True}
    if tls_from_start:
        settings = {"ssl_context": context, "auth_require_tls": False}
    controller = AnyPort(room, hostname="127.0.0.1", port=0, authenticator=room.authenticate, **(settings | options))
    controller.start()
    room.port = controller.port
    try:
        yield room
    finally:
        controller.stop()

"""How a session with a mail server begins: greeting, EHLO, STARTTLS, login. Whatever fails here stops the whole send.

Specs: RFC 5321 3.1 and 4.1.1.1, RFC 2033 (LMTP), RFC 3207 (STARTTLS), RFC 8314 (implicit TLS).
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from publisher.delivery.smtp_features import Features, read_features
from publisher.delivery.smtp_login import log_in
from publisher.delivery.smtp_wire import LostError, Wire
from publisher.errors import ConfigError, DeliveryError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.delivery.replies import Reply
    from publisher.delivery.smtp_settings import SmtpSettings

#: How long to wait for a goodbye.
GOODBYE_S = 2.0


class Failure(NamedTuple):
    """What one lower exception means: can trying later help, and what can be done."""

    error: type[BaseException]
    message: str
    temporary: bool
    hint: str


#: Most specific first; `{name}` is the table in publisher.toml.
FAILURES = (
    Failure(
        ssl.SSLCertVerificationError,
        "its certificate is not to be trusted",
        False,
        "look at delivery.{name}.host; delivery.{name}.ca_file names a certificate authority of your own",
    ),
    Failure(ssl.SSLError, "no encryption could be agreed on", False, "look at delivery.{name}.security and .port"),
    Failure(socket.gaierror, "no such host", False, "look at delivery.{name}.host, and at your own connection"),
    Failure(ConnectionRefusedError, "connection refused", True, "look at delivery.{name}.port, or try later"),
    Failure(FileNotFoundError, "no such socket", True, "look at delivery.{name}.socket"),
    Failure(TimeoutError, "no answer in time", True, "look at delivery.{name}.port, or try later"),
    Failure(ConnectionError, "it closed the connection", True, "look at delivery.{name}.port and .security"),
    Failure(OSError, "the connection failed", True, "try later"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A server, and all that is needed to begin a session with it."""

    settings: SmtpSettings
    #: The table in publisher.toml.
    name: str
    socket: str
    password: str
    tls: ssl.SSLContext | None

    def refuse(self, verb: str, reply: Reply, where: str) -> DeliveryError:
        """Make the error that tells of a refusal. where: the settings to look at."""
        return DeliveryError(
            f"{self.settings.server} {verb} {reply}",
            temporary=not reply.final,
            smtp_code=reply.code,
            hint=f"look at {where}",
        )


def make_peer(settings: SmtpSettings, name: str, root: Path) -> Peer:
    """Read what the settings refer to: password, certificates. Raises ConfigError."""
    return Peer(
        settings=settings,
        name=name,
        socket=str(root / settings.socket) if settings.socket else "",
        password=settings.password.reveal(root) if settings.password else "",
        tls=None if settings.security == "none" else _trust(settings, name, root),
    )


def _trust(settings: SmtpSettings, name: str, root: Path) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(root / settings.ca_file) if settings.ca_file else None)
    except OSError as error:
        raise ConfigError(f"delivery.{name}.ca_file: can't read {settings.ca_file}: {error.strerror}") from error


@dataclass(slots=True, eq=False)
class Session:
    """A connection that MAIL may follow."""

    wire: Wire
    features: Features
    #: Messages that were begun on it.
    begun: int = 0

    def leave(self) -> None:
        """Say goodbye, and don't wait for the answer."""
        if self.wire.lost is None:
            self.wire.write(b"QUIT\r\n")
            self.wire.finish()

    async def close(self) -> None:
        """Say goodbye, and wait until the connection is gone."""
        try:
            self.wire.write(b"QUIT\r\n")
            await self.wire.reply(GOODBYE_S)
        except LostError:
            pass
        self.wire.abort()
        await self.wire.ended


async def open_session(peer: Peer) -> Session:
    """Open a session that MAIL may follow.

    Raises DeliveryError, with smtp_code where the server gave one; `temporary` tells whether trying later can help.
    """
    with _explain(peer):
        wire = await _connect(peer)
        try:
            return Session(wire, await _begin(wire, peer))
        except BaseException:
            wire.abort()
            await asyncio.wait([wire.ended], timeout=GOODBYE_S)
            raise


async def _connect(peer: Peer) -> Wire:
    settings = peer.settings
    loop = asyncio.get_running_loop()
    host, port = settings.address
    async with asyncio.timeout(settings.timeout_s):
        if peer.socket:
            _, wire = await loop.create_unix_connection(lambda: Wire(settings.timeout_s), peer.socket)
        else:
            tls = peer.tls if settings.security == "tls" else None
            _, wire = await loop.create_connection(
                lambda: Wire(settings.timeout_s), host, port, ssl=tls, server_hostname=host if tls else None
            )
    return wire


async def _begin(wire: Wire, peer: Peer) -> Features:
    settings, where = peer.settings, f"delivery.{peer.name}.host"
    greeting = await wire.reply()
    if not greeting.ok:
        raise peer.refuse("greets with", greeting, where)
    features = await _introduce(wire, peer)
    if settings.security == "starttls":
        features = await _encrypt(wire, peer, features)
    if settings.username:
        await log_in(wire, peer, features)
    return features


async def _introduce(wire: Wire, peer: Peer) -> Features:
    verb = "LHLO" if peer.settings.protocol == "lmtp" else "EHLO"
    reply = await _ask(wire, f"{verb} {peer.settings.ehlo_name or own_name(wire)}")
    if not reply.ok:
        raise peer.refuse(f"answers {verb} with", reply, f"delivery.{peer.name}.host")
    return read_features(reply)


async def _encrypt(wire: Wire, peer: Peer, features: Features) -> Features:
    host, name = peer.settings.server, peer.name
    if not features.starttls:
        raise DeliveryError(
            f"{host} offers no encryption (STARTTLS)",
            temporary=False,
            hint=f'write delivery.{name}.security = "tls" for port 465; "none" only for a server on this machine',
        )
    reply = await _ask(wire, "STARTTLS")
    if not reply.ok:
        raise peer.refuse("answers STARTTLS with", reply, f"delivery.{name}.security")
    if wire.unread:
        # Whoever sits on the line could have put it there, for us to believe it after encryption (RFC 3207, 6).
        raise DeliveryError(f"{host} said more than it may before encryption", temporary=False)
    assert peer.tls is not None
    await wire.start_tls(peer.tls, host)
    return await _introduce(wire, peer)


async def _ask(wire: Wire, command: str) -> Reply:
    wire.write(f"{command}\r\n".encode())
    return await wire.reply()


def own_name(wire: Wire) -> str:
    """Name this machine: by its full name where it has one, else by its address (RFC 5321, 4.1.3 and 4.1.4)."""
    name = socket.gethostname()
    if "." in name and name.isascii():
        return name
    address = wire.transport.get_extra_info("sockname") if wire.transport else None
    if not isinstance(address, tuple):
        return "localhost"
    return f"[IPv6:{address[0]}]" if ":" in address[0] else f"[{address[0]}]"


@contextmanager
def _explain(peer: Peer) -> Iterator[None]:
    """Turn the failures of the block into DeliveryError, by FAILURES."""
    try:
        yield
    except OSError as error:
        # A lost wire tells what it met itself as its cause.
        met = error.__cause__ if isinstance(error.__cause__, OSError) else error
        failure = next((failure for failure in FAILURES if isinstance(met, failure.error)), FAILURES[-1])
        said = f" ({error})" if str(error) else ""
        raise DeliveryError(
            f"{peer.settings.place}: {failure.message}{said}",
            temporary=failure.temporary,
            hint=failure.hint.format(name=peer.name),
        ) from met

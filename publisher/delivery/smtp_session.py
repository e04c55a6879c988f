"""Opening an SMTP session: connect, EHLO, STARTTLS, AUTH. Whatever fails here stops the whole send.

Specs: RFC 5321 3.1 and 4.1.1.1, RFC 3207 (STARTTLS), RFC 4954 (AUTH), RFC 8314 (implicit TLS).
"""

from __future__ import annotations

import base64
import smtplib
import socket
import ssl
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from publisher.delivery.replies import Reply, read_reply
from publisher.errors import ConfigError, DeliveryError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.delivery.smtp_settings import SmtpSettings


#: The server waits for the password (RFC 4954, 4).
GO_ON = 334


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
    Failure(TimeoutError, "no answer in time", True, "look at delivery.{name}.port, or try later"),
    Failure(
        smtplib.SMTPServerDisconnected, "it closed the connection", True, "look at delivery.{name}.port and .security"
    ),
    Failure(OSError, "the connection failed", True, "try later"),
)


def open_session(settings: SmtpSettings, name: str, root: Path) -> smtplib.SMTP:
    """Open a session that MAIL may follow.

    Raises DeliveryError, with smtp_code where the server gave one; `temporary` tells whether trying later can help.
    """
    password = settings.password.reveal(root) if settings.password else ""
    tls = _trust(settings, name, root)
    session = _new(settings, tls)
    try:
        with _explain(settings, name):
            _greet(session, settings, name)
            if settings.security == "starttls":
                _encrypt(session, settings, name, tls)
            if settings.username:
                _log_in(session, settings, name, password)
    except BaseException:
        session.close()
        raise
    return session


def _trust(settings: SmtpSettings, name: str, root: Path) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(root / settings.ca_file) if settings.ca_file else None)
    except OSError as error:
        raise ConfigError(f"delivery.{name}.ca_file: can't read {settings.ca_file}: {error.strerror}") from error


def _new(settings: SmtpSettings, tls: ssl.SSLContext) -> smtplib.SMTP:
    """Make a session that is not connected yet (smtplib connects at once when it is given a host)."""
    if settings.security == "tls":
        return smtplib.SMTP_SSL(local_hostname=settings.ehlo_name or None, timeout=settings.timeout_s, context=tls)
    return smtplib.SMTP(local_hostname=settings.ehlo_name or None, timeout=settings.timeout_s)


def _greet(session: smtplib.SMTP, settings: SmtpSettings, name: str) -> None:
    # STARTTLS checks the certificate against the name that smtplib keeps here when it connects by itself.
    session._host = settings.host  # type: ignore[attr-defined]  # noqa: SLF001 - see above
    _require(read_reply(session.connect(*settings.address)), settings, "greets with", f"delivery.{name}.host")
    # Without this, the last part of each message waits 40 ms for the server's delayed acknowledgement (RFC 896, 1122).
    assert session.sock is not None
    session.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    _require(read_reply(session.ehlo()), settings, "answers EHLO with", f"delivery.{name}.host")


def _encrypt(session: smtplib.SMTP, settings: SmtpSettings, name: str, tls: ssl.SSLContext) -> None:
    if not session.has_extn("starttls"):
        raise DeliveryError(
            f"{settings.host} offers no encryption (STARTTLS)",
            temporary=False,
            hint=f'write delivery.{name}.security = "tls" for port 465; "none" only for a server on this machine',
        )
    reply = read_reply(session.starttls(context=tls))
    _require(reply, settings, "answers STARTTLS with", f"delivery.{name}.security")
    _require(read_reply(session.ehlo()), settings, "answers EHLO with", f"delivery.{name}.host")


def _log_in(session: smtplib.SMTP, settings: SmtpSettings, name: str, password: str) -> None:
    """Log in by AUTH PLAIN or LOGIN, in UTF-8 (RFC 4616, 2); smtplib's own login takes ASCII passwords only."""
    offered = session.esmtp_features.get("auth", "").upper().split()
    user, secret = settings.username.encode(), password.encode()
    if "PLAIN" in offered:
        answer = session.docmd("AUTH", "PLAIN " + _base64(b"\0" + user + b"\0" + secret))
    elif "LOGIN" in offered:
        answer = session.docmd("AUTH", "LOGIN " + _base64(user))
        answer = session.docmd(_base64(secret)) if answer[0] == GO_ON else answer
    else:
        shown = ", ".join(offered) or "none"
        raise DeliveryError(
            f"{settings.host} offers no way to log in that is known here; it offers: {shown}",
            temporary=False,
            hint=f"remove delivery.{name}.username, or look at delivery.{name}.port and .security",
        )
    where = f"delivery.{name}.username and delivery.{name}.password"
    _require(read_reply(answer), settings, f"refuses the login of {settings.username} with", where)


def _require(reply: Reply, settings: SmtpSettings, verb: str, where: str) -> None:
    """Raise DeliveryError unless the server agreed."""
    if not reply.ok:
        raise DeliveryError(
            f"{settings.host} {verb} {reply}", temporary=not reply.final, smtp_code=reply.code, hint=f"look at {where}"
        )


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


@contextmanager
def _explain(settings: SmtpSettings, name: str) -> Iterator[None]:
    """Turn the failures of the block into DeliveryError, by FAILURES."""
    try:
        yield
    except (OSError, smtplib.SMTPException) as error:
        # smtplib says "disconnected" of a timeout, too; what it met itself is in the context.
        met = error.__context__ if isinstance(error.__context__, OSError) else error
        failure = next((failure for failure in FAILURES if isinstance(met, failure.error)), FAILURES[-1])
        host, port = settings.address
        raise DeliveryError(
            f"{host}:{port}: {failure.message} ({error})",
            temporary=failure.temporary,
            hint=failure.hint.format(name=name),
        ) from error

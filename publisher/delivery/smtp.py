"""The transport `smtp`: any mail server or provider that takes mail by SMTP. Settings: smtp_settings.py.

One message per transaction, one connection for all of them, and the message in two parts: everything but the final dot
first, which the server must forget if nothing follows; then `commit`; then the dot. Only a reply lost after the dot
leaves an uncertain message.
Specs: RFC 5321 (4.1.1.4 DATA, 4.5.2 transparency, 4.5.3.2.6 the wait after the dot), RFC 1870 (SIZE), RFC 6152
(8BITMIME).
"""

from __future__ import annotations

import smtplib
from typing import TYPE_CHECKING

from publisher.config import parse_delivery
from publisher.delivery.replies import Reply, read_reply, receipt_of
from publisher.delivery.smtp_session import open_session
from publisher.delivery.smtp_settings import SmtpSettings
from publisher.delivery.transport import WITHHELD, Limits, Receipt
from publisher.errors import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.config import Config
    from publisher.delivery.transport import Commit
    from publisher.model.message import Message

#: The connection broke, or the server closed it.
LOST = (OSError, smtplib.SMTPServerDisconnected)
SERVICE_CLOSING = 421
START_INPUT = 354


class SmtpTransport:
    """Sends over one connection, opened at the first message and again when it was lost."""

    #: One message may become uncertain at a time, no more.
    limits = Limits(batch=1)

    def __init__(self, name: str, config: Config) -> None:
        self._name = name
        self._root = config.root
        self._settings = parse_delivery(config, name, SmtpSettings)
        self._session: smtplib.SMTP | None = None

    def send(self, batch: Sequence[Message], commit: Commit) -> tuple[Receipt, ...]:
        """Send the message (see Transport.send)."""
        try:
            return tuple(self._send(message, commit) for message in batch)
        except BaseException:
            # Half a transaction must not be gone on with: a QUIT inside DATA would be text.
            self._drop()
            raise

    def close(self) -> None:
        """Say goodbye to the server."""
        session, self._session = self._session, None
        if session is not None:
            try:
                session.quit()
            except (OSError, smtplib.SMTPException):
                session.close()

    def _send(self, message: Message, commit: Commit) -> Receipt:
        unfit = _unfit(message)
        if unfit:
            return unfit
        session = self._ready(message)
        try:
            refusal = self._offer(session, message)
        except LOST as error:
            self._drop()
            return Receipt(status="deferred", reason="network", detail=f"connection lost before the end: {error}")
        if refusal is not None:
            return self._after_refusal(session, refusal)
        if message.delivery_key not in commit((message,)):
            # Without the dot the server must forget the message (RFC 5321, 4.1.1.4); the only way out of DATA is to go.
            self._drop()
            return WITHHELD
        return self._finish(session)

    def _ready(self, message: Message) -> smtplib.SMTP:
        """Give a session that has taken MAIL FROM. An old connection that turns out dead is replaced once."""
        if self._session is not None:
            try:
                return self._begin(self._session, message)
            except LOST:
                self._drop()
        self._session = open_session(self._settings, self._name, self._root)
        try:
            return self._begin(self._session, message)
        except LOST as error:
            self._drop()
            raise DeliveryError(
                f"{self._settings.host}: it closed the connection ({error})", temporary=True, hint="try later"
            ) from error

    def _begin(self, session: smtplib.SMTP, message: Message) -> smtplib.SMTP:
        """Say MAIL FROM. Who refuses that refuses every message, so it stops the send."""
        self._fits(session, message)
        options = [f"SIZE={len(message.content)}"] if session.has_extn("size") else []
        options += ["BODY=8BITMIME"] if not message.content.isascii() else []
        reply = read_reply(session.mail(message.envelope.sender, options))
        if reply.ok:
            return session
        self._drop()
        raise DeliveryError(
            f"{self._settings.host} takes no mail from {message.envelope.sender}: {reply}",
            temporary=not reply.final,
            smtp_code=reply.code,
            hint="look at sender and envelope_sender of the newsletter, and at the account"
            if reply.final
            else "try later",
        )

    def _fits(self, session: smtplib.SMTP, message: Message) -> None:
        """Refuse early what this server can't carry."""
        limit = session.esmtp_features.get("size", "")
        if limit.isdigit() and 0 < int(limit) < len(message.content):
            raise DeliveryError(
                f"the message has {len(message.content)} bytes; {self._settings.host} takes {limit}",
                temporary=False,
                hint="shorten the issue",
            )
        if not message.content.isascii() and not session.has_extn("8bitmime"):
            raise DeliveryError(f"{self._settings.host} takes 7-bit messages only (no 8BITMIME)", temporary=False)

    def _offer(self, session: smtplib.SMTP, message: Message) -> Reply | None:
        """Name the recipient and send everything but the final dot. Gives the refusal, if there is one."""
        reply = read_reply(session.rcpt(message.envelope.recipient))
        if not reply.ok:
            return reply
        reply = read_reply(session.docmd("DATA"))
        if reply.code != START_INPUT:
            return reply
        session.send(stuff_dots(message.content))
        return None

    def _after_refusal(self, session: smtplib.SMTP, refusal: Reply) -> Receipt:
        """Clear the transaction, so that the connection serves the next message."""
        try:
            if refusal.code == SERVICE_CLOSING or not read_reply(session.rset()).ok:
                self._drop()
        except LOST:
            self._drop()
        return receipt_of(refusal)

    def _finish(self, session: smtplib.SMTP) -> Receipt:
        """Send the dot, and wait for the only reply that counts."""
        try:
            session.send(b".\r\n")
            reply = read_reply(session.getreply())
        except LOST as error:
            self._drop()
            return Receipt(status="uncertain", reason="network", detail=f"no reply after the final dot: {error}")
        if reply.code == SERVICE_CLOSING:
            self._drop()
        return receipt_of(reply)

    def _drop(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()


def stuff_dots(content: bytes) -> bytes:
    """Double each dot that begins a line, and end with a line end (RFC 5321, 4.5.2). Lines end in CRLF."""
    stuffed = content.replace(b"\r\n.", b"\r\n..")
    stuffed = b"." + stuffed if stuffed.startswith(b".") else stuffed
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


def _unfit(message: Message) -> Receipt | None:
    """Refuse an envelope that would break the command it stands in, or that needs SMTPUTF8 (RFC 6531)."""
    both = message.envelope.sender + message.envelope.recipient
    if both.isascii() and both.isprintable() and not set(both) & set(" <>"):
        return None
    detail = f"the address can't stand in an SMTP command: {message.envelope.recipient!r}"
    return Receipt(status="rejected", reason="address", detail=detail)

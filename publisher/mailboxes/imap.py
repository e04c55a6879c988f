"""A folder on an IMAP server, always encrypted, and only read unless told otherwise.

Specs: RFC 3501 (IMAP4rev1; 5.1.3 folder names, 6.4.8 UID), RFC 8314 (imaps), RFC 4315 (UIDPLUS), RFC 5092 (addresses).
"""

from __future__ import annotations

import base64
import imaplib
import re
import socket
import ssl
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from publisher.errors import ConfigError, DeliveryError
from publisher.mailboxes.mailbox import Mail

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from publisher.mailboxes.mailbox import Afterwards

PORTS = {"imaps": 993, "imap": 143}
TIMEOUT_S = 60.0
#: Mails asked for at a time.
PAGE = 25
#: What a report says stands at its beginning.
MOST_BYTES = 1_000_000

_UID = re.compile(rb"\bUID (\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapAddress:
    """Where a folder lies, and who asks for it."""

    #: imaps: encrypted from the start. imap: by STARTTLS, without which nothing is said.
    scheme: str
    host: str
    port: int
    user: str
    folder: str = "INBOX"
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}/{self.folder}"


def parse_address(source: str) -> ImapAddress:
    """Read "imaps://user@host/folder". Raises ConfigError."""
    parts = urlsplit(source)
    example = "write imaps://user@host/folder"
    try:
        port = parts.port
    except ValueError as error:
        raise ConfigError(f"not an IMAP address: {parts.scheme}://…: {error}", hint=example) from error
    if parts.password is not None:
        raise ConfigError(
            "a password is never written into an address",
            hint='write [bounces] password = { env = "IMAP_PASSWORD" } into publisher.toml',
        )
    if not parts.hostname or not re.fullmatch(r'[^\s"\\\x00-\x1f]+', unquote(parts.username or "")):
        raise ConfigError(f"not an IMAP address: {source}", hint=f"{example}; an @ in the user's name is %40")
    return ImapAddress(
        scheme=parts.scheme,
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        folder=unquote(parts.path.strip("/")) or "INBOX",
    )


class ImapBox:
    """A folder that is open."""

    def __init__(self, address: ImapAddress, afterwards: Afterwards, ca_file: Path | None = None) -> None:
        """Connect, log in, open the folder. Raises ConfigError or DeliveryError."""
        self._address = address
        self._afterwards = afterwards
        with _explain(address):
            self._server = _connect(address, _trust(ca_file))
        try:
            with _explain(address):
                self._log_in()
                self._select()
        except BaseException:
            self.close()
            raise

    def _log_in(self) -> None:
        """Log in by AUTHENTICATE PLAIN (RFC 4616), which takes any characters, or by LOGIN, which takes ASCII."""
        user, password = self._address.user, self._address.password
        try:
            if "AUTH=PLAIN" in self._server.capabilities:
                answer = f"\0{user}\0{password}".encode()
                self._server.authenticate("PLAIN", lambda _: answer)
            else:
                self._server.login(user, password)
            # What a server can do is known once it knows who asks.
            _, able = self._server.capability()
            self._can_expunge_some = b"UIDPLUS" in able[0].upper().split()
        except imaplib.IMAP4.abort:
            raise
        except (imaplib.IMAP4.error, UnicodeEncodeError) as error:
            raise DeliveryError(
                f"{self._address.host} refuses the login of {user}: {_words(error)}",
                temporary=False,
                hint="look at the user in the address, and at bounces.password",
            ) from error

    def _select(self) -> None:
        answer, words = self._server.select(quote_folder(self._address.folder), readonly=self._afterwards == "keep")
        if answer != "OK":
            raise DeliveryError(
                f"{self._address.host} does not open {self._address.folder}: {_words(words[0])}",
                temporary=False,
                hint="look at the folder's name in the address",
            )
        self._uids = self._search()

    def _search(self) -> list[str]:
        """Find the mails to be read: all of them, or where mails are marked, those that are not marked yet."""
        wanted = "UNSEEN UNDELETED" if self._afterwards == "seen" else "UNDELETED"
        _, found = self._server.uid("SEARCH", wanted)
        return [uid.decode("ascii") for uid in (found[0] or b"").split()]

    def count(self) -> int:
        """Say how many mails there are to be read."""
        return len(self._uids)

    def mails(self) -> Iterator[Mail]:
        """Give the mails as they came, some at a time, without marking them as seen."""
        for page in _pages(self._uids):
            with _explain(self._address):
                _, found = self._server.uid("FETCH", page, f"(UID BODY.PEEK[]<0.{MOST_BYTES}>)")
            for uid, content in _fetched(found):
                yield Mail(name=f"{self._address} uid {uid}", ref=uid, content=content)

    def put_away(self, refs: Sequence[str]) -> None:
        """Mark or delete them. A server without UIDPLUS is left to expunge them: it would expunge others' mails too."""
        if self._afterwards == "keep":
            return
        flag = r"(\Deleted)" if self._afterwards == "delete" else r"(\Seen)"
        with _explain(self._address):
            for page in _pages(refs):
                self._server.uid("STORE", page, "+FLAGS.SILENT", flag)
                if self._afterwards == "delete" and self._can_expunge_some:
                    self._server.uid("EXPUNGE", page)

    def close(self) -> None:
        """Say goodbye."""
        with suppress(imaplib.IMAP4.error, OSError):
            self._server.logout()


def _connect(address: ImapAddress, trust: ssl.SSLContext) -> imaplib.IMAP4:
    if address.scheme == "imaps":
        return imaplib.IMAP4_SSL(address.host, address.port, ssl_context=trust, timeout=TIMEOUT_S)
    server = imaplib.IMAP4(address.host, address.port, timeout=TIMEOUT_S)
    try:
        _encrypt(server, address, trust)
    except BaseException:
        # A failed handshake has closed the socket already.
        with suppress(OSError):
            server.shutdown()
        raise
    return server


def _encrypt(server: imaplib.IMAP4, address: ImapAddress, trust: ssl.SSLContext) -> None:
    if "STARTTLS" not in server.capabilities:
        raise DeliveryError(f"{address.host} offers no encryption (STARTTLS)", temporary=False, hint="write imaps://…")
    server.starttls(trust)


def _trust(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    except OSError as error:
        raise ConfigError(f"bounces.ca_file: can't read {ca_file}: {error.strerror}") from error


def _fetched(answer: Sequence[object]) -> Iterator[tuple[str, bytes]]:
    """Read the answer to FETCH: (head, content) for each mail, with its UID in the head or behind the content."""
    for number, part in enumerate(answer):
        if not isinstance(part, tuple):
            continue
        tail = answer[number + 1] if number + 1 < len(answer) else b""
        found = _UID.search(part[0]) or (_UID.search(tail) if isinstance(tail, bytes) else None)
        if found:
            yield found[1].decode("ascii"), part[1]


def _pages(uids: Sequence[str]) -> Iterator[str]:
    for start in range(0, len(uids), PAGE):
        yield ",".join(uids[start : start + PAGE])


def quote_folder(name: str) -> str:
    """Write a folder's name as the protocol does: quoted, beyond ASCII in modified UTF-7 (RFC 3501, 5.1.3)."""
    coded = re.sub(r"[^\x20-\x7e]+", lambda run: _utf7(run[0]), name.replace("&", "&-"))
    return '"' + coded.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _utf7(text: str) -> str:
    return "&" + base64.b64encode(text.encode("utf-16-be")).decode("ascii").rstrip("=").replace("/", ",") + "-"


@contextmanager
def _explain(address: ImapAddress) -> Iterator[None]:
    """Turn the failures of the block into DeliveryError."""
    where = f"{address.host}:{address.port}"
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise DeliveryError(
            f"{where}: its certificate is not to be trusted ({error.verify_message})",
            temporary=False,
            hint="look at the host in the address; bounces.ca_file names a certificate authority of your own",
        ) from error
    except socket.gaierror as error:
        raise DeliveryError(f"{where}: no such host", temporary=False, hint="look at the address") from error
    except (imaplib.IMAP4.error, OSError) as error:
        raise DeliveryError(
            f"{where}: the connection failed ({_words(error)})", temporary=True, hint="try later"
        ) from error


def _words(answer: object) -> str:
    """Show what a server said."""
    said = answer.args[0] if isinstance(answer, imaplib.IMAP4.error) and answer.args else answer
    return said.decode("utf-8", errors="replace") if isinstance(said, bytes) else str(said)

"""A real IMAP server on this machine: pymap, in a process of its own; behind a relay for TLS from the start."""

from __future__ import annotations

import asyncio
import imaplib
import socket
import ssl
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

import trustme

from publisher.mailboxes.imap import quote_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

USER, PASSWORD = "bounces@example.org", "geheim-密碼"
FOLDER = "退信 & more"
PROGRAM = "from pymap.main import main; main()"


@dataclass
class ImapServer:
    """Where it listens, how, and whom it is to be trusted by."""

    port: int
    #: "imap" (STARTTLS), "imaps" (from the start), or "plain".
    scheme: str
    ca_file: Path

    @property
    def source(self) -> str:
        """The folder's address, as a person writes it."""
        return f"{self.scheme}://{quote(USER)}@127.0.0.1:{self.port}/{quote(FOLDER)}"

    @contextmanager
    def log_in(self) -> Iterator[imaplib.IMAP4]:
        trust = ssl.create_default_context(cafile=str(self.ca_file))
        if self.scheme == "imaps":
            server: imaplib.IMAP4 = imaplib.IMAP4_SSL("127.0.0.1", self.port, ssl_context=trust, timeout=30)
        else:
            server = imaplib.IMAP4("127.0.0.1", self.port, timeout=30)
            server.starttls(trust)
        server.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
        yield server
        server.logout()

    def fill(self, mails: Sequence[bytes]) -> None:
        """Make the folder anew, with these mails."""
        with self.log_in() as server:
            server.delete(quote_folder(FOLDER))
            server.create(quote_folder(FOLDER))
            for mail in mails:
                server.append(quote_folder(FOLDER), "", "", mail.replace(b"\n", b"\r\n"))

    def flags(self) -> list[str]:
        """Give the flags of each mail in the folder."""
        with self.log_in() as server:
            server.select(quote_folder(FOLDER), readonly=True)
            _, found = server.uid("FETCH", "1:*", "(FLAGS)")
        shown = [part.decode() for part in found if isinstance(part, bytes)]
        return ["seen" if "\\Seen" in part else "" for part in shown]


@contextmanager
def run_imap_server(folder: Path, scheme: str = "imap", *, certificate_name: str = "127.0.0.1") -> Iterator[ImapServer]:
    """Run the server. `folder` gets its certificates."""
    folder.mkdir(exist_ok=True)
    authority = trustme.CA()
    certificate = authority.issue_cert(certificate_name)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    certificate.private_key_pem.write_to_path(str(folder / "key.pem"))
    certificate.cert_chain_pems[0].write_to_path(str(folder / "cert.pem"))
    keys = ["--cert", str(folder / "cert.pem"), "--key", str(folder / "key.pem")] if scheme == "imap" else ["--no-tls"]
    with _pymap(keys) as port:
        if scheme != "imaps":
            yield ImapServer(port, scheme, folder / "ca.pem")
            return
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        with _tls_relay(context, port) as tls_port:
            yield ImapServer(tls_port, scheme, folder / "ca.pem")


@contextmanager
def _pymap(keys: Sequence[str]) -> Iterator[int]:
    port = _free_port()
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, "--host", "127.0.0.1", "--port", str(port), *keys]
    command += ["dict", "--demo-data", "--demo-user", USER, "--demo-password", PASSWORD]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    for _ in range(300):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise AssertionError("the IMAP server does not start")


@contextmanager
def _tls_relay(context: ssl.SSLContext, port: int) -> Iterator[int]:
    """Take TLS connections and pass on what they say, in a loop of its own."""
    loop = asyncio.new_event_loop()
    started = threading.Event()
    ports: list[int] = []
    done = asyncio.Event()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_pass_on(reader, inner_writer), _pass_on(inner_reader, writer), return_exceptions=True)

    async def serve() -> None:
        server = await asyncio.start_server(relay, "127.0.0.1", 0, ssl=context)
        ports.append(server.sockets[0].getsockname()[1])
        started.set()
        await done.wait()
        server.close()
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in others:
                task.cancel()
            await asyncio.wait(others, timeout=0.05)
        # One turn of the loop closes the sockets that were aborted.
        await asyncio.sleep(0)

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    started.wait(30)
    try:
        yield ports[0]
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(30)
        loop.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except asyncio.CancelledError:
        writer.transport.abort()
        raise
    finally:
        writer.close()

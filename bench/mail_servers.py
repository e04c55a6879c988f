"""Servers on this machine that take mail: smtp-sink, which throws it away, stunnel before it for TLS, and Postfix."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bench.measure import BenchError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Where Debian keeps the programs of administrators; not every PATH has it.
_MORE_PATH = "/usr/sbin:/sbin"


def find_program(name: str, package: str) -> str:
    """Give a program's path. Raises BenchError naming the package that it is in."""
    found = shutil.which(name) or shutil.which(name, path=_MORE_PATH)
    if found is None:
        raise BenchError(f"{name} is not here; apt-get install {package}")
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


@contextmanager
def run_sink() -> Iterator[int]:
    """Run smtp-sink; gives its port."""
    port = free_port()
    # Postfix's tools want to run as somebody harmless.
    user = ("-u", "nobody") if os.geteuid() == 0 else ()
    with _running((find_program("smtp-sink", "postfix"), *user, f"127.0.0.1:{port}", "1000"), port):
        yield port


@contextmanager
def run_tls(folder: Path, behind: int) -> Iterator[int]:
    """Run stunnel before a server, with a certificate of an authority made for it (certificate.pem); gives its port."""
    import trustme

    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "certificate.pem"))
    key = folder / "stunnel.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(key))
    port = free_port()
    settings = folder / "stunnel.conf"
    settings.write_text(
        f"foreground = yes\npid =\nsyslog = no\ndebug = 3\n[smtp]\naccept = 127.0.0.1:{port}\n"
        f"connect = 127.0.0.1:{behind}\ncert = {key}\n"
    )
    with _running((find_program("stunnel", "stunnel4"), str(settings)), port):
        yield port


POSTFIX_MAIN = """compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = /dev/stdout
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = bench.example.org
mydestination =
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_client_connection_count_limit = 0
default_transport = discard
relay_transport = discard
alias_maps =
"""
POSTFIX_MASTER = """127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
discard unix - - n - - discard
error unix - - n - - error
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"""


@contextmanager
def run_postfix() -> Iterator[int]:
    """Run a Postfix with a queue on this disk, which throws away what it would deliver; gives its port.

    Raises BenchError when it is not here, or can't run: only root may start it.
    """
    program = find_program("postfix", "postfix")
    if os.geteuid() != 0:
        raise BenchError("only root may start a Postfix")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="bench-postfix-") as name:
        folder = Path(name)
        for made in (folder / "config", folder / "queue", folder / "data"):
            made.mkdir()
        folder.chmod(0o755)  # its programs run as a user of their own
        shutil.chown(folder / "data", "postfix")
        (folder / "config" / "main.cf").write_text(POSTFIX_MAIN.format(folder=folder))
        (folder / "config" / "master.cf").write_text(POSTFIX_MASTER.format(port=port))
        with _running((program, "-c", str(folder / "config"), "start-fg"), port):
            yield port


@contextmanager
def _running(command: Sequence[str], port: int) -> Iterator[None]:
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(process, port)
            yield
        finally:
            process.terminate()
            process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise BenchError(f"{process.args!r} does not answer")

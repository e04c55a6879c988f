"""Servers on this machine that take mail: Postfix's smtp-sink, which throws it away, and stunnel before it for TLS."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bench.measure import BenchError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

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


@contextmanager
def _running(command: Sequence[str], port: int) -> Iterator[None]:
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(process, port)
            yield
        finally:
            process.terminate()


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(100):
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise BenchError(f"{process.args!r} does not answer")

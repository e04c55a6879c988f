"""Serving an ASGI application on this machine, until somebody presses Ctrl-C."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING

import uvicorn

from publisher.errors import ConfigError

if TYPE_CHECKING:
    from starlette.applications import Starlette

HOST = "127.0.0.1"


def listen(port: int) -> socket.socket:
    """Take a port of this machine alone; who comes before the server has started, waits. port: 0 takes a free one.

    Raises ConfigError where the port is taken or not allowed.
    """
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((HOST, port))
        taken.listen()
    except OSError as error:
        taken.close()
        hint = "leave --port out, and a free one is taken"
        raise ConfigError(f"can't listen on port {port}: {error.strerror}", hint=hint) from error
    return taken


def address_of(listening: socket.socket) -> str:
    """Say where a browser finds what is served."""
    return f"http://{HOST}:{listening.getsockname()[1]}/"


def serve(app: Starlette, listening: socket.socket) -> None:
    """Serve until interrupted, which is how it is meant to end."""
    config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=1)
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])

"""Raises senders and lets them die: a process that has loaded everything once and forks one sender after another.

Starting Python is most of a sender's time; a fork is none of it, so that hundreds can be killed while a test waits.

Reads orders from standard input, a JSON object a line; answers each with a line {"pid": …} when the sender lives and
another {"killed": …, "points": …} when it has ended:

    folder    where publisher.toml lies
    log       the sender hands its messages to a transport that appends each recipient to this file; else its own one
    die_at    which point of its life is its last: the 1st, 2nd, … statement, commit, or handing over
    since     points are counted from the first one on that begins with these words: a statement, or "handing over"
    sleep_at  at this point it stops (SIGSTOP) until somebody wakes it
    die_after_s  it is killed so many seconds after its birth
    announce  send this file to everybody instead of the week's issue
    letters   true: send the letters that wait instead
    wait      false: don't wait for its end; the order {"reap": true} waits for all
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, event

from publisher.config import load_config
from publisher.delivery.transport import WITHHELD, Limits, Receipt
from publisher.pipeline.letters_out import send_letters
from publisher.pipeline.other_mailings import AnnouncementMailing
from publisher.pipeline.send import Watch, send_issue, send_mailing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.delivery.transport import Commit
    from publisher.model.message import Message

BATCH = 3


class Life:
    """Counts the points of a sender's life, and ends it at one of them."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.points = 0
        self._since = order.get("since", "")
        self._last = order.get("die_at")
        self._sleep = order.get("sleep_at")

    def point(self, words: str = "") -> None:
        if self._since and not words.startswith(self._since):
            return
        self._since = ""
        self.points += 1
        if self.points == self._last:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.points == self._sleep:
            os.kill(os.getpid(), signal.SIGSTOP)

    def watch_database(self) -> None:
        """Count every statement, whoever hands it to the driver, and every commit before and after."""
        event.listen(Engine, "connect", self._watch_connection)
        event.listen(Engine, "commit", lambda *_: self.point())

    def _watch_connection(self, connection: Any, _record: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.set_trace_callback(self.point)
            return
        import psycopg

        life = self

        class Cursor(psycopg.Cursor[Any]):
            def execute(self, *args: Any, **options: Any) -> Any:
                life.point()
                return super().execute(*args, **options)

            def executemany(self, *args: Any, **options: Any) -> Any:
                life.point()
                return super().executemany(*args, **options)

        connection.cursor_factory = Cursor


class LogTransport:
    """Hands messages over by writing their recipients into a file: what is in it has arrived."""

    limits = Limits(batch=BATCH, local=True)

    def __init__(self, log: Path, life: Life) -> None:
        self._file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._life = life

    def send(self, batch: Sequence[Message], commit: Commit) -> tuple[Receipt, ...]:
        allowed = commit(batch)
        return tuple(self._send(message) if message.delivery_key in allowed else WITHHELD for message in batch)

    def _send(self, message: Message) -> Receipt:
        self._life.point("handing over")
        os.write(self._file, f"{message.envelope.recipient}\n".encode())
        self._life.point()
        return Receipt(status="accepted", provider_id="in the log")

    def close(self) -> None:
        os.close(self._file)


def live(order: dict[str, Any]) -> int:
    """Be a sender from beginning to end. Gives how many points that had."""
    life = Life(order)
    config = load_config(Path(order["folder"]))
    transport = LogTransport(Path(order["log"]), life) if "log" in order else None
    life.watch_database()
    now = datetime.fromisoformat(order["now"])
    if "announce" in order:
        path = config.root / order["announce"]
        mailing = AnnouncementMailing(config=config, newsletter="weekly", path=path, now=now)
        send_mailing(config, mailing, now, transport=transport, watch=Watch())
    elif "letters" in order:
        send_letters(config, "weekly", now, transport=transport)
    else:
        send_issue(config, "weekly", now, transport=transport, watch=Watch())
    return life.points


def raise_one(order: dict[str, Any]) -> None:
    """Fork a sender and answer for it."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        try:
            os.write(writer, json.dumps({"points": live(order)}).encode())
            os._exit(0)
        except BaseException as error:  # noqa: BLE001 - told to the test, which fails by it
            os.write(writer, json.dumps({"error": f"{type(error).__name__}: {error}"}).encode())
            os._exit(1)
    os.close(writer)
    answer({"pid": pid})
    if "die_after_s" in order:
        time.sleep(order["die_after_s"])
        os.kill(pid, signal.SIGKILL)
    if order.get("wait", True):
        answer(bury(pid, reader))
    else:
        PENDING.append((pid, reader))


#: Senders that nobody waits for yet.
PENDING: list[tuple[int, int]] = []


def bury(pid: int, reader: int) -> dict[str, Any]:
    """Wait for a sender's end, and tell how it was."""
    _, status = os.waitpid(pid, 0)
    with os.fdopen(reader) as file:
        said = file.read()
    return {"killed": os.WIFSIGNALED(status), **(json.loads(said) if said else {})}


def answer(facts: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    for line in sys.stdin:
        wish = json.loads(line)
        if wish.get("reap"):
            answer({"ended": [bury(*one) for one in PENDING]})
            PENDING.clear()
        else:
            raise_one(wish)

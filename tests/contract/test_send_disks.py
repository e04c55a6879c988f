"""Disks that are full, small or read-only: said in plain words, nobody mailed twice, nobody lost, and it goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from publisher.delivery.memory import MemoryTransport
from publisher.delivery.transport import Limits, Receipt
from publisher.errors import StoreError
from publisher.pipeline.send import send_issue
from publisher.store.deliveries import deliveries_in
from publisher.store.journal_check import check_journal
from publisher.store.open import open_store
from tests.contract.small_site import NOW, make_site, subscribe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from publisher.config import Config
    from publisher.delivery.transport import Commit
    from publisher.model.message import Message

PEOPLE = [f"reader{number}@example.org" for number in range(60)]


class Memory(MemoryTransport):
    """Tells somebody before each batch."""

    limits = Limits(batch=5, local=True)
    lookup = None  # type: ignore[assignment]

    def __init__(self, config: Config, before: Callable[[int], None] = lambda _sent: None) -> None:
        super().__init__("memory", config)
        self.before = before

    def send(self, batch: Sequence[Message], commit: Commit) -> tuple[Receipt, ...]:
        self.before(len(self.sent))
        return super().send(batch, commit)

    @property
    def people(self) -> list[str]:
        return [message.envelope.recipient for message in self.sent]


def check(config: Config, arrived: Counter[str]) -> None:
    """Hold the ledger against what arrived."""
    with closing(open_store(config.store.url, config.root)) as store, store.read() as connection:
        assert check_journal(connection, 1).faults == ()
        rows = {row.email: row.state for row in deliveries_in(connection, 1)}
    assert set(rows.values()) <= {"accepted", "uncertain"}
    assert max(arrived.values()) == 1
    assert {email for email, state in rows.items() if state == "accepted"} <= set(arrived) <= set(rows)
    assert set(rows) == set(PEOPLE)


@contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    """Mount a disk of 4 MB; skip where that is not allowed."""
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=4m", "none", str(place)]
    if os.geteuid() != 0 or subprocess.run(words, check=False, capture_output=True).returncode:
        pytest.skip("only root, outside of most containers, may mount a small disk")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_stops_the_send_and_the_next_one_goes_on(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        config = make_site(tmp_path / "site", store=f"sqlite:///{disk}/publisher.db")
        subscribe(config, *PEOPLE)

        def fill(sent: int) -> None:
            if sent == 20:
                left = os.statvfs(disk)
                (disk / "filler").write_bytes(bytes(left.f_bavail * left.f_frsize))

        memory = Memory(config, fill)
        with pytest.raises(StoreError, match=r"the disk is full|the disk fails") as caught:
            send_issue(config, "weekly", NOW, transport=memory)
        assert "run the command again" in str(caught.value.hint)
        assert 20 <= len(memory.people) < len(PEOPLE)
        (disk / "filler").unlink()
        more = Memory(config)
        send_issue(config, "weekly", NOW, transport=more)
        check(config, Counter(memory.people + more.people))


def test_a_read_only_disk_is_said_to_be_so_before_anything_leaves(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        config = make_site(tmp_path / "site", store=f"sqlite:///{disk}/publisher.db")
        subscribe(config, *PEOPLE)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        memory = Memory(config)
        with pytest.raises(StoreError, match=r"can't be written to|can't be opened") as caught:
            send_issue(config, "weekly", NOW, transport=memory)
        assert "writable" in str(caught.value.hint)
        assert memory.people == []


#: The biggest file that a sender may write is as big as the store's log is after 20 messages: ulimit -f.
LIMITED = """
import signal, sys
from datetime import datetime
from pathlib import Path
from resource import RLIMIT_FSIZE, getrlimit, setrlimit
from publisher.config import load_config
from publisher.errors import StoreError
from publisher.pipeline.send import send_issue
from tests.contract.test_send_disks import Memory
config = load_config(Path(sys.argv[1]))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
def limit(sent):
    if sent == 20:
        setrlimit(RLIMIT_FSIZE, (Path(sys.argv[1], "publisher.db-wal").stat().st_size, getrlimit(RLIMIT_FSIZE)[1]))
memory = Memory(config, limit)
try:
    send_issue(config, "weekly", datetime.fromisoformat(sys.argv[2]), transport=memory)
except StoreError as error:
    print(error.message, error.hint, *memory.people, sep="\\n")
"""


def test_a_file_that_may_grow_no_more_stops_the_send_and_the_next_one_goes_on(tmp_path: Path) -> None:
    config = make_site(tmp_path)
    subscribe(config, *PEOPLE)
    words = [sys.executable, "-c", LIMITED, str(tmp_path), NOW.isoformat()]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    message, hint, *mailed = done.stdout.splitlines()
    assert "the disk" in message
    assert "run the command again" in hint
    assert 20 <= len(mailed) < len(PEOPLE)
    more = Memory(config)
    send_issue(config, "weekly", NOW, transport=more)
    check(config, Counter(mailed + more.people))

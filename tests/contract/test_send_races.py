"""Several programs on one store at once, and stores that fail on the way: nobody twice, nobody lost, always said so."""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from publisher.audience.address import normalise
from publisher.delivery.memory import MemoryTransport
from publisher.delivery.transport import Limits, Receipt
from publisher.errors import StoreError
from publisher.pipeline.send import SendReport, send_issue
from publisher.pipeline.subscribers import remove_subscriber
from publisher.store.deliveries import count_states
from publisher.store.issues import latest_issue, list_issues
from publisher.store.journal_check import check_journal
from publisher.store.open import open_store
from tests.contract.small_site import NOW, make_site, subscribe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from publisher.config import Config
    from publisher.delivery.transport import Commit
    from publisher.model.message import Message

PEOPLE = [f"reader{number}@example.org" for number in range(60)]


@pytest.fixture
def config(tmp_path: Path, store_url: str) -> Config:
    found = make_site(tmp_path, store=store_url)
    subscribe(found, *PEOPLE)
    return found


class Memory(MemoryTransport):
    limits = Limits(batch=5, local=True)
    lookup = None  # type: ignore[assignment]

    @property
    def people(self) -> list[str]:
        return [message.envelope.recipient for message in self.sent]


def states(config: Config) -> dict[str, int]:
    with closing(open_store(config.store.url, config.root)) as store, store.read() as connection:
        assert check_journal(connection, 1).faults == ()
        return {str(state): rows for state, rows in count_states(connection, 1).items()}


def test_two_machines_at_once_make_one_issue_and_one_mail_each(config: Config) -> None:
    """From the very beginning: neither issue nor plan is there yet. Each thread opens the store, as a machine would."""
    open_store(config.store.url, config.root).close()
    carriers = [Memory("memory", config) for _ in range(3)]
    start = threading.Barrier(len(carriers))

    def machine(carrier: Memory) -> SendReport:
        start.wait()
        return send_issue(config, "weekly", NOW, transport=carrier)

    with ThreadPoolExecutor(len(carriers)) as pool:
        reports = list(pool.map(machine, carriers))
    assert Counter(one for carrier in carriers for one in carrier.people) == Counter(PEOPLE)
    assert len({report.issue.content_hash for report in reports if report.issue}) == 1
    with closing(open_store(config.store.url, config.root)) as store, store.read() as connection:
        assert len(list_issues(connection, "weekly")) == 1
    assert states(config) == {"accepted": len(PEOPLE)}


def test_whoever_leaves_while_the_send_runs_gets_nothing_after_that(config: Config) -> None:
    """Readers unsubscribe one after another from another program. Who was told "done" before their commit is spared."""
    gone: list[str] = []
    mailed_after_leaving: list[str] = []
    finished = threading.Event()

    class Watching(Memory):
        def send(self, batch: Sequence[Message], commit: Commit) -> tuple[Receipt, ...]:
            left, before = frozenset(gone), len(self.sent)
            receipts = super().send(batch, commit)
            mailed_after_leaving.extend(left.intersection(self.people[before:]))
            return receipts

    def leave() -> None:
        with closing(open_store(config.store.url, config.root)) as store:
            for email in reversed(PEOPLE[20:]):
                with store.begin() as connection:
                    remove_subscriber(connection, "weekly", normalise(email), NOW)
                gone.append(email)
                if finished.is_set():
                    return

    memory = Watching("memory", config)
    leaving = threading.Thread(target=leave)
    leaving.start()
    try:
        report = send_issue(config, "weekly", NOW, transport=memory)
    finally:
        finished.set()
        leaving.join()
    assert mailed_after_leaving == []
    assert report.plan is not None
    assert len(memory.people) + report.states.get("suppressed", 0) == report.plan.planned
    assert max(Counter(memory.people).values()) == 1


class Breaking(Memory):
    """Breaks the store behind the sender's back when the third batch comes."""

    def __init__(self, config: Config, statement: str) -> None:
        super().__init__("memory", config)
        self.file = config.root / "publisher.db"
        self.statement = statement
        self.calls = 0

    def send(self, batch: Sequence[Message], commit: Commit) -> tuple[Receipt, ...]:
        self.calls += 1
        if self.calls == 3:
            with closing(sqlite3.connect(self.file, isolation_level=None)) as other:
                other.execute(self.statement)
        return super().send(batch, commit)


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Config:
    found = make_site(tmp_path)
    subscribe(found, *PEOPLE)
    return found


FULL = (
    "CREATE TRIGGER full_disk BEFORE INSERT ON journal WHEN NEW.seq > 6"
    " BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
)


def test_a_ledger_that_can_not_be_written_stops_the_send_before_the_message_leaves(on_sqlite: Config) -> None:
    memory = Breaking(on_sqlite, FULL)
    with pytest.raises(Exception, match="full"):
        send_issue(on_sqlite, "weekly", NOW, transport=memory)
    assert len(memory.people) == 10
    with closing(sqlite3.connect(on_sqlite.root / "publisher.db", isolation_level=None)) as other:
        other.execute("DROP TRIGGER full_disk")
    more = Memory("memory", on_sqlite)
    send_issue(on_sqlite, "weekly", NOW, transport=more)
    assert Counter(memory.people + more.people) == Counter(PEOPLE)
    assert states(on_sqlite) == {"accepted": len(PEOPLE)}


@pytest.mark.parametrize("cut", [0.0, 0.3, 0.6, 0.9, 0.999])
def test_a_torn_write_ahead_log_loses_the_end_and_not_the_sense(on_sqlite: Config, cut: float) -> None:
    """A crash of the whole machine may leave half of the WAL: what remains is an earlier state, and whole."""
    snapshots: list[tuple[bytes, bytes, int]] = []
    file, log = on_sqlite.root / "publisher.db", on_sqlite.root / "publisher.db-wal"

    class Snapping(Memory):
        def send(self, batch: Sequence[Message], commit: Commit) -> tuple[Receipt, ...]:
            receipts = super().send(batch, commit)
            snapshots.append((file.read_bytes(), log.read_bytes(), len(self.people)))
            return receipts

    send_issue(on_sqlite, "weekly", NOW, transport=Snapping("memory", on_sqlite))
    whole, wal, mailed = snapshots[5]
    file.write_bytes(whole)
    log.write_bytes(wal[: int(len(wal) * cut)])
    (on_sqlite.root / "publisher.db-shm").unlink(missing_ok=True)
    with closing(open_store(on_sqlite.store.url, on_sqlite.root)) as store, store.read() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        if latest_issue(connection, "weekly") is not None:
            assert check_journal(connection, 1).faults == ()
            assert sum(count_states(connection, 1).values()) in (0, len(PEOPLE))
    assert mailed == 30


def test_a_wal_of_something_else_is_not_taken_for_ours(on_sqlite: Config) -> None:
    send_issue(on_sqlite, "weekly", NOW, transport=Memory("memory", on_sqlite))
    (on_sqlite.root / "publisher.db-wal").write_bytes(b"nonsense" * 4096)
    assert states(on_sqlite) == {"accepted": len(PEOPLE)}


def test_a_damaged_store_is_said_to_be_so(on_sqlite: Config) -> None:
    send_issue(on_sqlite, "weekly", NOW, transport=Memory("memory", on_sqlite))
    file = on_sqlite.root / "publisher.db"
    content = file.read_bytes()
    file.write_bytes(content[:4096] + b"\xff" * (len(content) - 8192) + content[-4096:])
    with pytest.raises(StoreError, match="damaged"):
        send_issue(on_sqlite, "weekly", NOW, transport=Memory("memory", on_sqlite))

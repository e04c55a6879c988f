"""Opening a store: where it lies, what it promises, what it refuses."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from publisher.errors import StoreError
from publisher.store import open as opening
from publisher.store.issues import get_issue
from publisher.store.open import open_store
from publisher.store.schema import REVISION, metadata

if TYPE_CHECKING:
    from publisher.store.open import Store


def test_the_migrations_make_the_tables_of_the_schema(store: Store) -> None:
    from alembic.autogenerate import compare_metadata

    with store.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_newest_migration_is_the_one_the_program_knows() -> None:
    folder = Path(opening.__file__).parent / "migrations"
    assert ScriptDirectory(str(folder)).get_heads() == [REVISION]


def test_the_program_knows_every_migration() -> None:
    folder = Path(opening.__file__).parent / "migrations"
    made = {script.revision for script in ScriptDirectory(str(folder)).walk_revisions()}
    assert made == set(opening.KNOWN_REVISIONS)


def test_an_older_store_is_upgraded_with_all_that_it_holds(store_url: str, tmp_path: Path) -> None:
    with closing(opening.Store(opening._engine(store_url, tmp_path))) as old, old.begin() as connection:
        opening.upgrade(connection, opening.KNOWN_REVISIONS[0])
        columns = "(newsletter, email, address, name, state, since)"
        values = "('weekly', 'a@example.org', 'a@example.org', '', 'active', '2026-02-09 00:00:00.000000')"
        connection.execute(text(f"INSERT INTO subscribers {columns} VALUES {values}"))
    with closing(open_store(store_url, tmp_path)) as store, store.read() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == REVISION
        assert connection.scalar(text("SELECT email FROM subscribers")) == "a@example.org"


def test_an_older_store_keeps_its_frozen_issues_and_their_ledger(store_url: str, tmp_path: Path) -> None:
    moment = "'2026-02-09 00:00:00.000000'"
    with closing(opening.Store(opening._engine(store_url, tmp_path))) as old, old.begin() as connection:
        opening.upgrade(connection, "0004")
        values = f"'weekly', 7, {moment}, {moment}, '', '', '', '', {moment}, 'ab', ''"
        columns = "newsletter, number, period_start, period_end, subject, preheader, html, text"
        for statement in (
            f"INSERT INTO issues ({columns}, frozen_at, content_hash, web_url) VALUES ({values})",
            "INSERT INTO issue_posts (issue_id, position, guid) VALUES (1, 0, 'urn:a')",
            f"INSERT INTO journal (issue_id, seq, at, body, hash) VALUES (1, 1, {moment}, '{{}}', 'cd')",
        ):
            connection.execute(text(statement))
    with closing(open_store(store_url, tmp_path)) as store:
        with store.read() as connection:
            issue = get_issue(connection, "weekly", 7)
            assert (issue.kind, issue.key, issue.manifest, issue.content_hash) == ("digest", "", ("urn:a",), "ab")
            if connection.dialect.name == "sqlite":
                assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        for statement in ("UPDATE issues SET subject = 'x'", "DELETE FROM issue_posts", "DELETE FROM issues"):
            with pytest.raises(DBAPIError, match="never changes"), store.begin() as connection:
                connection.execute(text(statement))
        orphan = f"INSERT INTO journal (issue_id, seq, at, body, hash) VALUES (99, 1, {moment}, '', '')"
        with pytest.raises(IntegrityError), store.begin() as connection:
            connection.execute(text(orphan))


def test_a_relative_path_starts_at_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    with closing(open_store("sqlite:///publisher.db", tmp_path)):
        assert (tmp_path / "publisher.db").is_file()


def test_only_its_owner_can_read_the_file(tmp_path: Path) -> None:
    with closing(open_store("sqlite:///publisher.db", tmp_path)):
        assert stat.S_IMODE((tmp_path / "publisher.db").stat().st_mode) == 0o600


def test_sqlite_keeps_its_promises_through_a_power_cut(tmp_path: Path) -> None:
    with closing(open_store("sqlite:///publisher.db", tmp_path)) as store, store.begin() as connection:
        pragmas = {name: connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous")}
        pragmas |= {name: connection.scalar(text(f"PRAGMA {name}")) for name in ("foreign_keys", "busy_timeout")}
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


def test_many_may_open_a_new_store_at_once(store_url: str, tmp_path: Path) -> None:
    failures: list[BaseException] = []

    def open_and_close() -> None:
        try:
            open_store(store_url, tmp_path).close()
        except BaseException as error:  # noqa: BLE001 - whatever a thread meets is reported below
            failures.append(error)

    # Alembic's migration context is global to a process, so processes of their own, as in real life.
    code = "import sys; from pathlib import Path; from publisher.store.open import open_store; "
    code += "open_store(sys.argv[1], Path(sys.argv[2])).close()"
    command = [sys.executable, "-W", "error", "-c", code, store_url, str(tmp_path)]
    threads = [threading.Thread(target=open_and_close)]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [process.communicate()[1].decode() for process in processes] == ["", "", ""]
    assert failures == []


def test_a_newer_store_is_left_alone(store: Store, store_url: str, tmp_path: Path) -> None:
    with store.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer publisher") as caught:
        open_store(store_url, tmp_path)
    assert "upgrade" in str(caught.value.hint)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "publisher.db").write_text("台北週報" * 500, encoding="utf-8")
    with pytest.raises(StoreError, match="not an SQLite database") as caught:
        open_store("sqlite:///publisher.db", tmp_path)
    assert "publisher.db" in str(caught.value)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="does not exist") as caught:
        open_store("sqlite:///data/publisher.db", tmp_path)
    assert caught.value.hint == f"mkdir -p {tmp_path}/data"


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://host/name", "publisher.db", ""])
def test_what_can_be_no_store_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"store\.url") as caught:
        open_store(url, tmp_path)
    assert "sqlite:///publisher.db" in str(caught.value.hint)


def test_a_server_that_is_not_there_is_named_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="can't be reached") as caught:
        open_store("postgresql://me:geheim@127.0.0.1:1/publisher", tmp_path)
    assert "127.0.0.1" in str(caught.value)
    assert "geheim" not in str(caught.value)


def test_a_missing_driver_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match="driver") as caught:
        open_store("postgresql://127.0.0.1/publisher", tmp_path)
    assert caught.value.hint == 'pip install "publisher[postgres]"'


def test_a_full_disk_says_so_and_undoes_the_block(tmp_path: Path) -> None:
    big = {"address": "a@example.org", "reason": "x" * 100_000, "since": "2026-01-01"}
    with closing(open_store("sqlite:///publisher.db", tmp_path)) as store:
        with store.begin() as connection:
            pages = connection.scalar(text("PRAGMA page_count"))
            connection.execute(text(f"PRAGMA max_page_count={pages}"))
        with pytest.raises(StoreError, match="disk is full"), store.begin() as connection:
            connection.execute(text("INSERT INTO suppressions VALUES (:address, :reason, :since)"), big)
        with store.read() as connection:
            assert connection.scalar(text("SELECT count(*) FROM suppressions")) == 0


def test_a_lock_held_by_another_program_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "BUSY_TIMEOUT_S", 0.01)
    with closing(open_store("sqlite:///publisher.db", tmp_path)) as store:
        other = sqlite3.connect(tmp_path / "publisher.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another program is writing"), store.begin():
            pass
        other.close()


def test_a_read_only_store_is_reported(tmp_path: Path) -> None:
    with closing(open_store("sqlite:///publisher.db", tmp_path)) as store:
        with store.begin() as connection:
            connection.execute(text("PRAGMA query_only=ON"))
        with pytest.raises(StoreError, match="can't be written") as caught, store.begin() as connection:
            connection.execute(text("DELETE FROM suppressions"))
        assert "writable" in str(caught.value.hint)
        with store.read() as connection:
            connection.execute(text("PRAGMA query_only=OFF"))

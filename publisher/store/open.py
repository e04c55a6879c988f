"""Opening the store: where it lies, how it keeps its promises, and what goes wrong in words a person can act on.

SQLite keeps what was committed through a power cut (WAL with synchronous=FULL: one fsync per commit) and takes its
write lock at the start of a transaction (BEGIN IMMEDIATE), so two programs wait for each other instead of failing
half-way.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError

from publisher.errors import StoreError
from publisher.store.failures import explain_failure
from publisher.store.schema import REVISION
from publisher.store.statements import Statement

if TYPE_CHECKING:
    from collections.abc import Iterator

#: How long a writer waits for another one before it gives up.
BUSY_TIMEOUT_S = 30
#: Names the advisory lock under which PostgreSQL is migrated; any constant of ours.
MIGRATION_LOCK = 0x7075_626C
KNOWN_REVISIONS = ("0001", "0002", "0003", "0004", REVISION)

#: Begins a transaction that may write; it commits at the end of the block, or undoes the block when that raises.
Begin = Callable[[], AbstractContextManager[Connection]]
BEGIN, BEGIN_WRITING = Statement("BEGIN"), Statement("BEGIN IMMEDIATE")


class Store:
    """An open store. Everything in it is reached through the connections it lends."""

    def __init__(self, engine: Engine) -> None:
        snapshot = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
        self._engine = engine.execution_options(**snapshot)
        self._writer = engine.execution_options(publisher_writes=True)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Lend a connection that may write. Commits at the end of the block; an exception undoes the whole block."""
        with explain_failure(self.place), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Begin]:
        """Lend what begins one short transaction after another, all on one connection: see `begin`."""
        with explain_failure(self.place), self._writer.connect() as connection:

            @contextmanager
            def begin() -> Iterator[Connection]:
                with explain_failure(self.place), connection.begin():
                    yield connection

            yield begin

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Lend a connection for reading: one consistent view, however long it takes. Nothing is kept of any write."""
        with explain_failure(self.place), self._engine.connect() as connection:
            yield connection

    @property
    def place(self) -> str:
        """Where the data lie, without the password."""
        url = self._engine.url
        return url.database or "" if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Give every connection back."""
        self._engine.dispose()


def open_store(url: str, root: Path) -> Store:
    """Open the store, making or upgrading its tables where needed.

    url: SQLAlchemy address, such as "sqlite:///publisher.db" or "postgresql://user@host/name".
    root: folder that a relative SQLite path starts from.
    Raises StoreError when the database can't be used, or was made by a newer publisher.
    """
    store = Store(_engine(url, root))
    try:
        _migrate(store)
    except BaseException:
        store.close()
        raise
    return store


def has_store(url: str, root: Path) -> bool:
    """Tell whether there is a store to open; False where opening it would make a new file."""
    address = _address(url, root)
    return address.get_backend_name() != "sqlite" or Path(str(address.database)).exists()


def _engine(url: str, root: Path) -> Engine:
    address = _address(url, root)
    return _sqlite(address) if address.get_backend_name() == "sqlite" else _postgres(address)


def _address(url: str, root: Path) -> URL:
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise StoreError(
            f'store.url is not a database address: "{url}"', hint="write sqlite:///publisher.db"
        ) from error
    match address.drivername:
        case "sqlite" if address.database in (None, "", ":memory:"):
            # A ledger that dies with the program would let the next run mail everybody again.
            raise StoreError("store.url names no file", hint="write sqlite:///publisher.db")
        case "sqlite":
            return address.set(database=str(root.absolute() / str(address.database)))
        case "postgresql" | "postgres" | "postgresql+psycopg":
            return address.set(drivername="postgresql+psycopg")
    raise StoreError(
        f'store.url: "{address.drivername}" is not a kind of store',
        hint="write sqlite:///publisher.db, or postgresql://user@host/name",
    )


def _sqlite(address: URL) -> Engine:
    _make_private(Path(str(address.database)))
    engine = create_engine(address, connect_args={"timeout": BUSY_TIMEOUT_S})

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        # The driver's own transactions begin too late (before the first write only); _begin below says when.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("publisher_writes")
        (BEGIN_WRITING if writes else BEGIN).run(connection)

    return engine


def _make_private(path: Path) -> None:
    """Make an empty database file that only its owner can read: it will hold people's addresses and signing keys."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDONLY, 0o600))
    except FileNotFoundError as error:
        raise StoreError(f"the folder of {path} does not exist", hint=f"mkdir -p {path.parent}") from error
    except OSError as error:
        raise StoreError(f"can't open {path}: {error.strerror}") from error


def _postgres(address: URL) -> Engine:
    try:
        return create_engine(address, connect_args={"application_name": "publisher"}, pool_pre_ping=True)
    except ModuleNotFoundError as error:
        raise StoreError(
            "PostgreSQL needs a driver that is not installed", hint='pip install "publisher[postgres]"'
        ) from error


def _migrate(store: Store) -> None:
    with store.read() as connection:
        found = _revision(connection)
    if found == REVISION:
        return
    if found is not None and found not in KNOWN_REVISIONS:
        raise StoreError(
            f"{store.place} was made by a newer publisher (schema {found}, this one knows {REVISION})",
            hint="pip install --upgrade publisher",
        )
    with store.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        upgrade(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run the migrations that are still missing, up to `revision`, inside the transaction of `connection`."""
    # Alembic is heavy and needed once in a store's life, so `publisher send` does not load it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    folder = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)

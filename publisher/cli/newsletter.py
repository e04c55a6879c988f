"""Which newsletter a command is about, and its store."""

from __future__ import annotations

from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from publisher.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from publisher.config import Config
    from publisher.store.open import Store

NewsletterOption = Annotated[
    str | None,
    typer.Option("--newsletter", "-n", help="Which newsletter.", show_default="the only one there is"),
]


def choose_newsletter(config: Config, name: str | None) -> str:
    """Choose the newsletter: the one named, or the only one there is."""
    if name is not None:
        config.newsletter(name)
        return name
    names = sorted(config.newsletters)
    if len(names) == 1:
        return names[0]
    if not names:
        raise ConfigError("publisher.toml has no newsletter", hint="add a [newsletters.weekly] table")
    raise ConfigError("there are several newsletters", hint=f"write --newsletter and one of: {', '.join(names)}")


@contextmanager
def opened_store(config: Config) -> Iterator[Store]:
    """Lend the store of a site."""
    from publisher.store.open import open_store

    with closing(open_store(config.store.url, config.root)) as store:
        yield store


@contextmanager
def changing(config: Config, *, dry_run: bool) -> Iterator[Connection]:
    """Lend a connection for a change. Of a dry run nothing is kept, and no store is made where there is none."""
    from publisher.store.open import has_store, open_store

    if not dry_run:
        with opened_store(config) as store, store.begin() as connection:
            yield connection
    elif has_store(config.store.url, config.root):
        # What is written through a connection for reading is never kept.
        with opened_store(config) as store, store.read() as connection:
            yield connection
    else:
        with (
            TemporaryDirectory(prefix="publisher-") as folder,
            closing(open_store("sqlite:///empty.db", Path(folder))) as store,
            store.read() as connection,
        ):
            yield connection

"""`publisher keys`: the keys that sign unsubscribe links and bounce addresses."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import typer

from publisher.cli.console import ConfigOption, JsonOption, load, moment, say, say_json

app = typer.Typer(name="keys", help="The keys that sign unsubscribe links and bounce addresses.", no_args_is_help=True)


@app.command("list")
def list_(config_path: ConfigOption = Path(), as_json: JsonOption = False) -> None:
    """List the keys by number and date. Their secrets never leave the store."""
    from publisher.store.keys import list_keys
    from publisher.store.open import open_store

    config = load(config_path)
    with closing(open_store(config.store.url, config.root)) as store, store.read() as connection:
        found = list_keys(connection)
    if as_json:
        say_json({"keys": [{"kid": kid, "created_at": created_at.isoformat()} for kid, created_at in found]})
        return
    signing = found[-1][0] if found else 0
    for kid, created_at in found:
        say(f"{kid:>5}  {created_at:%Y-%m-%d}  {'signs new links' if kid == signing else 'reads its old links'}")
    if not found:
        say("there is no key yet; the first send makes one")


@app.command("rotate")
def rotate(config_path: ConfigOption = Path(), as_json: JsonOption = False) -> None:
    """Sign with a new key from now on. Links in mail that was sent go on working."""
    from publisher.store.keys import rotate_key
    from publisher.store.open import open_store

    config = load(config_path)
    with closing(open_store(config.store.url, config.root)) as store, store.begin() as connection:
        key = rotate_key(connection, moment(None, config))
    if as_json:
        say_json({"kid": key.kid})
    else:
        say(f"key {key.kid} signs from now on; links that older keys signed go on working")

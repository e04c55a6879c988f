"""`publisher dkim`: keys for signing mail yourself."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from publisher.cli.console import JsonOption, say, say_json
from publisher.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.delivery.dkim_keys import PublishedKey

app = typer.Typer(name="dkim", help="Keys for signing mail yourself, where your relay does not.", no_args_is_help=True)

DomainOption = Annotated[str, typer.Option("--domain", "-d", help="The sender's domain: example.org")]
SelectorOption = Annotated[
    str, typer.Option("--selector", "-s", help="Name of the keys in the DNS; take a new one for new keys.")
]
FolderOption = Annotated[Path, typer.Option("--folder", help="Where the private keys go; keep it out of git.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Overwrite keys that are there.")]


@app.callback()
def keys() -> None:
    """Keys for signing mail yourself, where your relay does not."""


@app.command("keygen")
def keygen(
    domain: DomainOption,
    selector: SelectorOption,
    folder: FolderOption = Path("dkim"),
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make an RSA and an Ed25519 key, and print what belongs into the DNS and into publisher.toml."""
    _check(domain, selector)
    try:
        from publisher.delivery.dkim_keys import write_keys
    except ModuleNotFoundError as error:
        raise ConfigError("DKIM needs a library that is not installed", hint='pip install "publisher[dkim]"') from error
    made = write_keys(folder, domain.lower(), selector.lower(), force=force)
    if as_json:
        say_json({"keys": [_facts(key) for key in made]})
    else:
        say(_sentences(made))


def _check(domain: str, selector: str) -> None:
    """Refuse names that the DNS can't hold, before a key is made."""
    from pydantic import TypeAdapter, ValidationError

    from publisher.delivery.dkim_settings import DnsName

    for option, value in (("--domain", domain), ("--selector", selector)):
        try:
            TypeAdapter(DnsName).validate_python(value)
        except ValidationError as error:
            message = error.errors()[0]["msg"].removeprefix("Value error, ")
            raise ConfigError(f"{option}: {message}") from error


def _facts(key: PublishedKey) -> dict[str, str]:
    return {"kind": key.kind, "name": key.name, "text": key.text, "record": key.record, "file": str(key.file)}


def _sentences(made: Sequence[PublishedKey]) -> str:
    files = ", ".join(str(key.file) for key in made)
    settings = [f'{key.kind} = {{ selector = "{key.selector}", key = {{ file = "{_path(key)}" }} }}' for key in made]
    lines = [
        f"private keys, readable by you alone: {files}",
        "",
        "for the DNS:",
        *(key.record for key in made),
        "",
        "for publisher.toml:",
        "[delivery.smtp.dkim]",
        f'domain = "{made[0].domain}"',
        *settings,
    ]
    return "\n".join(lines)


def _path(key: PublishedKey) -> str:
    """Write a path as TOML takes it on every system."""
    return str(key.file).replace(os.sep, "/")

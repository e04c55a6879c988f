"""The program `publisher`: its commands, and how it ends.

Exit codes: 0 done, 1 your files, 2 usage, 3 partly sent, 75 try later (EX_TEMPFAIL of sysexits.h).
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer

from publisher import __version__
from publisher.errors import DeliveryError, FeedError, PublisherError, PublisherErrors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

EX_TEMPFAIL = 75

#: What `publisher --help` lists, in its order: a command's name, its module, and the function or commands in there.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "init": ("init", "init"),
    "config": ("config", "config"),
    "build": ("build", "build"),
    "check": ("check", "check"),
    "verify": ("verify", "verify"),
    "adopt": ("adopt", "adopt"),
    "diff": ("diff", "diff"),
    "head": ("head", "head"),
    "hosting": ("head", "hosting"),
    "ping": ("ping", "ping"),
    "issue": ("issue", "issue"),
    "preview": ("preview", "preview"),
    "send": ("send", "send"),
    "announce": ("announce", "announce"),
    "notify": ("notify", "notify"),
    "explain": ("explain", "explain"),
    "ledger": ("ledger", "app"),
    "subscribers": ("subscribers", "app"),
    "bounces": ("bounces", "app"),
    "keys": ("keys", "app"),
    "dkim": ("dkim", "app"),
}


def make_app(words: Sequence[str] = ()) -> typer.Typer:
    """Make the program, with as much of it as a command line needs; all of it where nothing is said.

    words: the command line. One that names a command loads no other one.
    """
    first = next((word for word in words if not word.startswith("-")), "")
    names = [first] if first in COMMANDS else list(COMMANDS)
    first_day = "publisher init · publisher build · publisher issue weekly · publisher send weekly --dry-run"
    app = typer.Typer(
        name="publisher",
        help="Turn a folder of Markdown posts into feeds and a weekly mail, and send it to everybody once.",
        epilog=f"A first day: {first_day}",
        no_args_is_help=True,
        add_completion=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(options)
    for name in names:
        module, member = COMMANDS[name]
        command = getattr(import_module(f"publisher.cli.{module}"), member)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name)(command)
    return app


def run(words: Sequence[str]) -> None:
    """Run a command line."""
    if words == ["build"]:
        # Of what runs most often, nothing has to be read; Typer loads pydantic to read even what was not said.
        from publisher.cli.build import build

        bare = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
        bare.command(add_help_option=False)(lambda: build())  # noqa: PLW0108 - without its options
        bare(args=[])
    else:
        make_app(words)()


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"publisher {__version__}")
        raise typer.Exit


def options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show where in the program an error arose.")] = False,
) -> None:
    """Read what stands before the command."""
    del version
    if debug:
        os.environ["PUBLISHER_DEBUG"] = "1"


def main() -> None:
    """Run the program and end with the right exit code; our own errors are said plainly, bugs show themselves."""
    try:
        run(sys.argv[1:])
    except PublisherError as error:
        if os.environ.get("PUBLISHER_DEBUG"):
            raise
        typer.echo(_shown(error), err=True)
        sys.exit(exit_code(error))


def exit_code(error: PublisherError) -> int:
    """Choose the exit code of an error: 75 where trying later can help, else 1."""
    return EX_TEMPFAIL if isinstance(error, DeliveryError | FeedError) and error.temporary else 1


def _shown(error: PublisherError) -> str:
    errors = error.errors if isinstance(error, PublisherErrors) else (error,)
    mark = typer.style("error: ", fg="red", bold=True)
    return "\n".join(mark + str(one) for one in errors)


if __name__ == "__main__":
    main()

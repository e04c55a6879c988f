"""The program `publisher`: its commands, and how it ends.

Exit codes: 0 done, 1 your files, 2 usage, 3 partly sent, 75 try later (EX_TEMPFAIL of sysexits.h).
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from publisher import __version__
from publisher.cli import (
    adopt,
    bounces,
    build,
    check,
    config,
    diff,
    dkim,
    explain,
    head,
    init,
    issue,
    keys,
    ledger,
    ping,
    preview,
    send,
    subscribers,
    verify,
)
from publisher.errors import DeliveryError, PublisherError, PublisherErrors

EX_TEMPFAIL = 75

app = typer.Typer(
    name="publisher",
    help="Turn a folder of Markdown posts into feeds and a weekly mail, and send it to everybody once.",
    epilog="A first day: publisher init · publisher build · publisher issue weekly · publisher send weekly --dry-run",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("init")(init.init)
app.command("config")(config.config)
app.command("build")(build.build)
app.command("check")(check.check)
app.command("verify")(verify.verify)
app.command("adopt")(adopt.adopt)
app.command("diff")(diff.diff)
app.command("head")(head.head)
app.command("hosting")(head.hosting)
app.command("ping")(ping.ping)
app.command("issue")(issue.issue)
app.command("preview")(preview.preview)
app.command("send")(send.send)
app.command("explain")(explain.explain)
app.add_typer(ledger.app, name="ledger")
app.add_typer(subscribers.app, name="subscribers")
app.add_typer(bounces.app, name="bounces")
app.add_typer(keys.app, name="keys")
app.add_typer(dkim.app, name="dkim")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"publisher {__version__}")
        raise typer.Exit


@app.callback()
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
        app()
    except PublisherError as error:
        if os.environ.get("PUBLISHER_DEBUG"):
            raise
        typer.echo(_shown(error), err=True)
        sys.exit(exit_code(error))


def exit_code(error: PublisherError) -> int:
    """Choose the exit code of an error: 75 where trying later can help, else 1."""
    return EX_TEMPFAIL if isinstance(error, DeliveryError) and error.temporary else 1


def _shown(error: PublisherError) -> str:
    errors = error.errors if isinstance(error, PublisherErrors) else (error,)
    mark = typer.style("error: ", fg="red", bold=True)
    return "\n".join(mark + str(one) for one in errors)


if __name__ == "__main__":
    main()

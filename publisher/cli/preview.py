"""`publisher preview`: the next issue and the feeds on a local page that follows your files."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from publisher.cli.console import ConfigOption, NowOption, load, moment, say
from publisher.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

NameArgument = Annotated[
    str | None,
    typer.Argument(help="The newsletter to begin with: [newsletters.NAME].", show_default="the first one"),
]
PortOption = Annotated[int, typer.Option("--port", "-p", min=0, max=65535, help="Listen there; 0 takes a free port.")]
OpenOption = Annotated[bool, typer.Option("--open", help="Open the page in your browser.")]


def preview(
    name: NameArgument = None,
    config_path: ConfigOption = Path(),
    now: NowOption = None,
    port: PortOption = 0,
    open_page: OpenOption = False,
) -> None:
    """Show the next issue and the feeds in a browser, and follow your files as you save. Writes nothing."""
    with _what_a_plain_install_leaves_out():
        from publisher.web import preview_app, preview_source, server

    config = load(config_path)
    moment(now, config)  # a wrong --now is told before anything is served
    if name:
        config.newsletter(name)
    source = preview_source.PreviewSource(config_path, lambda settings: moment(now, settings))
    listening = server.listen(port)
    say(f"preview: {server.address_of(listening)}  (Ctrl-C ends it)")
    if open_page:
        typer.launch(server.address_of(listening))
    server.serve(preview_app.make_app(source, name), listening)


@contextmanager
def _what_a_plain_install_leaves_out() -> Iterator[None]:
    """Say plainly which library is missing, and how to get it."""
    try:
        yield
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in {"starlette", "uvicorn"}:
            raise
        message = f"publisher preview needs {missing}, which is not installed"
        raise ConfigError(message, hint="pip install 'publisher[web]'") from error

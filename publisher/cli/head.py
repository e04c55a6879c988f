"""`publisher head` and `publisher hosting`: what the site and its host say about the feeds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from publisher.cli.console import ConfigOption, NowOption, load, moment, say

#: As `syndication.hosting.Host`, which is imported only when it is needed.
Host = Literal["netlify", "cloudflare", "nginx", "caddy"]


def head(
    config_path: ConfigOption = Path(),
    now: NowOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write it to this file: layouts/partials/feeds.html.")
    ] = None,
) -> None:
    """Print the links by which readers find the feeds from any page: for Hugo a partial, else HTML for <head>."""
    from publisher.pipeline.feed_list import head_links
    from publisher.pipeline.files import write_if_changed

    config = load(config_path)
    text = head_links(config, moment(now, config))
    if output is None:
        typer.echo(text, nl=False)
        return
    path = config.root / output
    say(f"  {'wrote' if write_if_changed(path, text.encode()) else 'unchanged':<11} {output}")


def hosting(
    host: Annotated[Host, typer.Option("--for", help="Who serves the site.")],
    config_path: ConfigOption = Path(),
    now: NowOption = None,
) -> None:
    """Print what a host has to be told about feeds: types, caching, access from other sites, hub links."""
    from publisher.pipeline.feed_list import hosting as write

    config = load(config_path)
    typer.echo(write(config, host, moment(now, config)), nl=False)

"""`publisher ping`: after the deploy, tell the hubs which feeds have changed."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.console import ConfigOption, DryRunOption, JsonOption, load, say, say_json
from publisher.cli.problems import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.pipeline.ping import HubReport, LiveFeed, PingReport

_EX_TEMPFAIL = 75


def ping(
    config_path: ConfigOption = Path(),
    everything: Annotated[bool, typer.Option("--all", help="Act as if every feed had changed.")] = False,
    wait: Annotated[
        int, typer.Option("--wait", min=0, help="Look again for so many seconds while the new feeds are not live yet.")
    ] = 0,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """See that the live feeds are the built ones, then tell each hub of feeds.hubs which have changed.

    Ends with 1 where a live feed is not the built one or a hub refuses, and with 75 where the site or a hub can't be
    reached: try later.
    """
    from publisher.pipeline.ping import ping as run

    config = load(config_path)
    report = run(config, dry_run=dry_run, everything=everything, wait_s=wait)
    if as_json:
        say_json(as_table(report, dry_run=dry_run))
    else:
        say(story(report))
    code = exit_code(report)
    if code:
        raise typer.Exit(code)


def exit_code(report: PingReport) -> int:
    """Choose how the command ends: what has to be mended counts before what time may mend."""
    found = {feed.state for feed in report.feeds} | {hub.outcome for hub in report.hubs}
    if found & {"differs", "not served", "refused"}:
        return 1
    return _EX_TEMPFAIL if found & {"unreachable", "down"} else 0


def story(report: PingReport) -> str:
    """Say what was found and done: each feed that is not live, each hub, and a sum."""
    late = [feed for feed in report.feeds if feed.state != "live"]
    lines = [f"  {feed.state:<11} {feed.url}\n              {feed.detail}" for feed in late]
    lines += [_line(hub) for hub in report.hubs]
    total = f"{count(report.built, 'feed')} built · {len(report.feeds)} changed since the hubs were told"
    if late:
        hint = f"hint: {_hint(late)}"
        return "\n".join([*lines, f"{total} · {len(late)} not live: no hub was told", hint])
    return "\n".join([*lines, total])


def _hint(late: Sequence[LiveFeed]) -> str:
    if all(feed.state == "unreachable" for feed in late):
        return "see whether the site is up, and try later"
    return "deploy what was built, or give caches time with --wait 120"


def as_table(report: PingReport, *, dry_run: bool) -> dict[str, Any]:
    """Say the same for a script."""
    return {
        "dry_run": dry_run,
        "built": report.built,
        "live": report.is_live,
        "feeds": [asdict(feed) for feed in report.feeds],
        "hubs": [asdict(hub) for hub in report.hubs],
    }


def _line(hub: HubReport) -> str:
    feeds = count(len(hub.topics), "feed")
    told = {
        "nothing": "nothing new",
        "told": f"told of {feeds}: {hub.detail}",
        "would": f"would be told of {feeds}",
        "held": f"not told of {feeds}",
        "down": f"down, tried {hub.tries} times: {hub.detail}",
        "refused": f"refused: {hub.detail}",
    }[hub.outcome]
    return f"  {hub.hub}  {told}"

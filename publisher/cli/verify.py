"""`publisher verify`: our entries against the feed that the site's generator wrote."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.console import ConfigOption, JsonOption, NowOption, load, moment, say, say_json
from publisher.cli.problems import count

if TYPE_CHECKING:
    from publisher.pipeline.compare_items import Difference
    from publisher.pipeline.verify import FeedVerdict, VerifyReport

#: Differences of a feed that a person is shown; --json has all.
SHOWN_DIFFERENCES = 50
#: Feeds that a person is told of one by one, whatever there is to tell.
SHOWN_FEEDS = 5


def verify(
    against: Annotated[
        Path | None,
        typer.Option(
            "--against",
            help="A feed that your site's generator wrote, or a folder of them.",
            show_default="index.xml in the output folder",
        ),
    ] = None,
    config_path: ConfigOption = Path(),
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare our entries with the feed that Hugo wrote, item by item. Writes and fetches nothing."""
    from publisher.pipeline.verify import verify as run

    config = load(config_path)
    report = run(config, moment(now, config), against or config.output_dir / "index.xml")
    if as_json:
        say_json(as_table(report))
    else:
        # Of many feeds, those that are as they should be go without saying.
        told = [feed for feed in report.feeds if feed.not_meant or len(report.feeds) <= SHOWN_FEEDS]
        say("\n".join([*map(story, told), *(f"error: {error}" for error in report.errors), verdict(report)]))
    if not report.is_same:
        raise typer.Exit(1)


def story(feed: FeedVerdict) -> str:
    """Say how one feed of theirs compares with ours: what nobody meant line by line, the rest by reason."""
    from publisher.pipeline.compare_items import INTENDED

    lines = [f"{feed.file}: {count(feed.items, 'item')}, {feed.compared} of them ours too"]
    lines += [_line(one) for one in feed.not_meant[:SHOWN_DIFFERENCES]]
    if len(feed.not_meant) > SHOWN_DIFFERENCES:
        lines.append(f"  … and {len(feed.not_meant) - SHOWN_DIFFERENCES} more; --json has all")
    lines += [f"  as intended, {number} ×: {INTENDED[why]}" for why, number in feed.meant.items()]
    return "\n".join(lines)


def verdict(report: VerifyReport) -> str:
    """Say in one line whether a reader would notice the change from theirs to ours."""
    wrong = sum(len(feed.not_meant) for feed in report.feeds) + len(report.errors)
    compared = count(len(report.feeds), "feed")
    return (
        f"{compared} compared: nothing differs but as intended"
        if not wrong
        else f"{compared} compared: {wrong} to look at"
    )


def as_table(report: VerifyReport) -> dict[str, Any]:
    """Say the same for a script, with every difference."""
    return {
        "same": report.is_same,
        "feeds": [
            {
                "file": feed.file,
                "items": feed.items,
                "compared": feed.compared,
                "differences": [_table(one) for one in feed.differences],
            }
            for feed in report.feeds
        ],
        "errors": [str(error) for error in report.errors],
    }


def _line(one: Difference) -> str:
    return f"  {one.link}\n    {one.what} is {one.theirs!r}, ours {one.ours!r}"


def _table(one: Difference) -> dict[str, Any]:
    facts = {"link": one.link, "what": one.what, "theirs": one.theirs, "ours": one.ours, "intended": one.why}
    return {key: value for key, value in facts.items() if value or key == "intended"}

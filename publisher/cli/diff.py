"""`publisher diff`: what subscribers will see after the next build."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.console import ConfigOption, JsonOption, NowOption, load, moment, progress, say, say_json
from publisher.cli.problems import count

if TYPE_CHECKING:
    from publisher.pipeline.diff import DiffReport
    from publisher.syndication.feed_changes import EntryChange, FeedChange

_EX_TEMPFAIL = 75
#: Entries of a feed that a person is shown; --json has all.
SHOWN_ENTRIES = 10


class FailOn(Enum):
    """What makes the command end with 1."""

    rerun = "rerun"


def diff(
    against: Annotated[
        str,
        typer.Option(
            "--against",
            help="What subscribers have: a feed or a folder of feeds; or an address to fetch: a feed's, or the site's "
            "for every feed.",
            show_default="the output folder",
        ),
    ] = "",
    fail_on: Annotated[
        FailOn | None, typer.Option("--fail-on", help="End with 1 where an entry would appear as unread again.")
    ] = None,
    config_path: ConfigOption = Path(),
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what subscribers would see after a build: new, changed, re-identified, re-dated and vanished entries.

    Ends with 1 where --fail-on says so or a live feed can't be read, and with 75 where it can't be reached: try later.
    """
    from publisher.pipeline.diff import diff as run

    config = load(config_path)
    with progress("posts") as advance:
        report = run(config, moment(now, config), against, progress=advance)
    say_json(as_table(report)) if as_json else say(summary(report))
    if code := exit_code(report, fail_on):
        raise typer.Exit(code)


def exit_code(report: DiffReport, fail_on: FailOn | None) -> int:
    """Choose how the command ends: what is found counts before what could not be looked at."""
    if fail_on is FailOn.rerun and report.reruns:
        return 1
    return min((_EX_TEMPFAIL if error.temporary else 1 for error in report.failures), default=0)


def summary(report: DiffReport) -> str:
    """Say feed by feed what changes; those that stay as they are go without saying."""
    told = [feed for feed in report.feeds if feed.changes or feed.before is None]
    lines = [line for feed in told for line in _story(feed)]
    lines += [f"{path}: gone; its subscribers will get nothing any more" for path in report.gone]
    lines += [f"{url}: live, but no feed of this site; nothing here changes it" for url in report.others]
    lines += [f"{error.at}: not compared: {error.message}" for error in report.failures]
    quiet = len(report.feeds) - len(told)
    parts = [f"{count(len(report.feeds), 'feed')} compared", f"{quiet} unchanged"]
    parts.append(f"up to {report.reruns} unread again" if report.reruns else "nothing will appear as unread again")
    if report.failures:
        parts.append(f"{count(len(report.failures), 'feed')} not compared")
    return "\n".join([*lines, " · ".join(parts)])


def as_table(report: DiffReport) -> dict[str, Any]:
    """Say the same for a script, with every entry."""
    from publisher.syndication.feed_changes import sentences

    return {
        "reruns": report.reruns,
        "feeds": [
            {
                "path": feed.path,
                "before": feed.before,
                "after": feed.after,
                "counts": dict(feed.counts),
                "seen": sentences(feed),
                "entries": [_table(one) for one in feed.changes],
            }
            for feed in report.feeds
        ],
        "gone": list(report.gone),
        "others": list(report.others),
        "failures": [
            {"address": str(error.at), "rule": error.rule, "message": error.message} for error in report.failures
        ],
    }


def _story(feed: FeedChange) -> list[str]:
    from publisher.syndication.feed_changes import sentences

    lines = [f"{feed.path}: {count(feed.after, 'post')}", *(f"  {said}" for said in sentences(feed))]
    shown = [one for one in feed.changes if one.kind != "aged out"]
    lines += [f"    {one.kind}: {one.title or one.link}{_detail(one)}" for one in shown[:SHOWN_ENTRIES]]
    if len(shown) > SHOWN_ENTRIES:
        lines.append(f"    … and {len(shown) - SHOWN_ENTRIES} more; --json has all")
    return lines


def _detail(one: EntryChange) -> str:
    if one.before and one.after:
        return f" ({one.before} → {one.after})"
    return f" ({one.after})" if one.after else ""


def _table(one: EntryChange) -> dict[str, str]:
    facts = {
        "kind": one.kind, "guid": one.guid, "title": one.title, "link": one.link, "before": one.before,
        "after": one.after,
    }  # fmt: skip
    return {key: value for key, value in facts.items() if value}

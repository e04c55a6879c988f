"""`publisher bounces`: what comes back (bounces, complaints, mails that ask to leave) is read and acted upon."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.console import (
    ConfigOption,
    DryRunOption,
    JsonOption,
    NowOption,
    load,
    moment,
    print_problems,
    progress,
    say,
    say_json,
)
from publisher.cli.problems import count, problem_table
from publisher.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.config import Config
    from publisher.mailboxes.mailbox import Afterwards
    from publisher.pipeline.bounces import BounceReport, Event
    from publisher.store.feedback import Kept

app = typer.Typer(name="bounces", help="Bounces, complaints, and mails that ask to leave.", no_args_is_help=True)

#: How many people are named one by one; --json names them all.
SHOWN = 20
#: What each kind is called, in the order of a summary.
KINDS = {
    "hard": "nobody there",
    "failed": "failed",
    "soft": "full or not now",
    "policy": "refused because of us",
    "delayed": "still being tried",
    "complaint": "complaints",
    "unsubscribe": "asked to leave",
    "confirm": "said yes",
    "reply": "answers by machines",
    "delivered": "delivered",
    "other": "other mails",
}
EFFECTS = {
    "suppressed": "get no mail any more",
    "unsubscribed": "unsubscribed",
    "confirmed": "confirmed",
    "counted": "counted",
    "noted": "noted",
    "known": "changed nothing",
    "unproven": "not proven to be ours",
    "nothing": "need nothing",
}

SourceArgument = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE", help="A maildir, an mbox, or imaps://user@host/folder.", show_default="bounces.source"
    ),
]
DeleteOption = Annotated[bool, typer.Option("--delete", help="Delete mails that are dealt with.")]
SeenOption = Annotated[bool, typer.Option("--mark-seen", help="Mark them as seen; on IMAP, read unseen ones only.")]
ByAddressOption = Annotated[
    bool,
    typer.Option("--by-address", help="Believe reports that name only an address, which anybody could have written."),
]
AddressOption = Annotated[str | None, typer.Option("--address", metavar="ADDRESS", help="Only about this address.")]


@app.command("read")
def read(
    source: SourceArgument = "",
    delete: DeleteOption = False,
    mark_seen: SeenOption = False,
    by_address: ByAddressOption = False,
    config_path: ConfigOption = Path(),
    now: NowOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Read what came back: suppress who is gone or complained, unsubscribe who asks, count the rest.

    A mail that was read before changes nothing. The mailbox stays as it is unless told otherwise.
    """
    if delete and mark_seen:
        raise ConfigError("--delete and --mark-seen exclude each other", hint="write one of them")
    config = load(config_path)
    afterwards: Afterwards = "delete" if delete else "seen" if mark_seen else "keep"
    report = _read(config, source, "keep" if dry_run else afterwards, (now, by_address, dry_run))
    print_problems(report.problems)
    if as_json:
        say_json(_facts(report))
    else:
        say(_sentences(report, dry_run=dry_run))
    if not dry_run:
        _send_letters(config, report, now)


def _send_letters(config: Config, report: BounceReport, now: str | None) -> None:
    """Welcome who has confirmed and say goodbye to who has left, where the settings say so."""
    from publisher.cli.letters import end_with
    from publisher.pipeline.letters_out import send_letters

    changed = {event.newsletter for event in report.events if event.effect in ("confirmed", "unsubscribed")}
    at = moment(now, config)
    end_with(one for name in sorted(changed) for one in send_letters(config, name, at))


def _read(config: Config, source: str, afterwards: Afterwards, how: tuple[str | None, bool, bool]) -> BounceReport:
    from publisher.mailboxes.open import open_mailbox
    from publisher.pipeline.bounces import Reading, read_bounces
    from publisher.store.open import has_store, open_store

    where = source or _own_source(config)
    now, by_address, dry_run = how
    if not has_store(config.store.url, config.root):
        raise ConfigError("there is no store here, so nothing was sent that could come back", hint="look at --config")
    with (
        closing(open_mailbox(where, config, afterwards)) as box,
        closing(open_store(config.store.url, config.root)) as store,
        progress("reading mails", unit="mails") as show,
    ):
        at = moment(now, config)
        reading = Reading(config=config, store=store, now=at, by_address=by_address, dry_run=dry_run)
        return read_bounces(reading, box, show)


def _own_source(config: Config) -> str:
    """Give the mailbox of the settings; a path there starts at publisher.toml."""
    own = config.bounces.source
    if not own:
        raise ConfigError("no mailbox is named", hint="publisher bounces read SOURCE, or source = … in [bounces]")
    return own if "://" in own else str(config.root / own)


def _sentences(report: BounceReport, *, dry_run: bool) -> str:
    lines = [f"{count(report.mails, 'mail')} read{'; nothing was changed' if dry_run else ''}"]
    lines += [f"  {report.kinds[kind]:>6}  {words}" for kind, words in KINDS.items() if report.kinds.get(kind)]
    lines += [f"{'would be: ' if dry_run else ''}{_counted(report)}"] if report.effects else []
    told = [event for event in report.events if event.effect in ("suppressed", "unsubscribed", "confirmed")]
    lines += [f"  {event.effect:<12} {event.email}: {event.detail or event.kind}"[:200] for event in told[:SHOWN]]
    lines += [f"  … and {len(told) - SHOWN} more; --json names them"] if len(told) > SHOWN else []
    return "\n".join(lines + _refusals(report.events))


def _counted(report: BounceReport) -> str:
    return ", ".join(
        f"{report.effects[effect]} {words}" for effect, words in EFFECTS.items() if effect in report.effects
    )


def _refusals(events: Sequence[Event]) -> list[str]:
    """Show what servers hold against us: that is for the sender to mend, not for the reader to suffer."""
    said = dict.fromkeys(event.detail for event in events if event.kind == "policy" and event.effect == "noted")
    return [f"  refused because of us: {detail}"[:300] for detail in list(said)[:SHOWN]]


def _facts(report: BounceReport) -> dict[str, Any]:
    names = ("mail", "kind", "effect", "email", "newsletter", "status", "detail", "score")
    return {
        "mails": report.mails,
        "kinds": dict(report.kinds),
        "effects": dict(report.effects),
        "events": [{name: getattr(event, name) for name in names} for event in report.events],
        "problems": [problem_table(problem) for problem in report.problems],
    }


@app.command("list")
def list_(address: AddressOption = None, config_path: ConfigOption = Path(), as_json: JsonOption = False) -> None:
    """List what came back so far, oldest first."""
    from publisher.audience.address import fault_in, normalise
    from publisher.store.feedback import list_feedback
    from publisher.store.open import open_store

    config = load(config_path)
    if address is not None and fault_in(address):
        raise ConfigError(f'--address: "{address}": {fault_in(address)}', hint="write name@example.org")
    wanted = normalise(address) if address is not None else None
    with closing(open_store(config.store.url, config.root)) as store, store.read() as connection:
        found = list(list_feedback(connection, wanted))
    if as_json:
        say_json({"feedback": [_kept_facts(one) for one in found]})
        return
    for one in found:
        row = one.row
        say(f"{row.reported_at:%Y-%m-%d}  {row.kind:<11} {row.status:<8} {row.address}: {row.detail}"[:200])
    say(f"{len(found)} in all")


def _kept_facts(one: Kept) -> dict[str, Any]:
    names = ("mail", "kind", "address", "subscriber_id", "issue_id", "status", "detail", "reported_at", "read_at")
    return {name: getattr(one.row, name) for name in names} | {"suppressed": one.suppressed}

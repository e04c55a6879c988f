"""`publisher subscribers import`, `list` and `export`: many readers at once."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.console import (
    ConfigOption,
    DryRunOption,
    JsonOption,
    load,
    moment,
    print_problems,
    progress,
    say,
    say_json,
)
from publisher.cli.newsletter import NewsletterOption, choose_newsletter, opened_store
from publisher.errors import ConfigError, ContentError, Location

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from publisher.config import Config
    from publisher.model.subscriber import ConsentState, Frequency, Subscriber
    from publisher.pipeline.subscribers import ImportReport

FileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="CSV with a column of addresses, or one address a line.")
]
StateOption = Annotated[str | None, typer.Option("--state", help="Only those who are active, pending or unsubscribed.")]
FrequencyOption = Annotated[
    str | None,
    typer.Option(
        "--frequency",
        metavar="weekly|posts|both",
        help="The digest, a mail for each new post, or both.",
        show_default=False,
    ),
]

#: What somebody gets, in words.
OFTEN: dict[Frequency, str] = {"weekly": "the digest", "posts": "each post", "both": "the digest and each post"}


def import_(
    file: FileArgument,
    newsletter: NewsletterOption = None,
    config_path: ConfigOption = Path(),
    frequency: FrequencyOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Add everybody in a file. Who is there already, or has left, stays as they are; nobody gets a letter.

    Columns named frequency and topics, as `subscribers export` writes them, are kept; --frequency is for the others.
    """
    from publisher.pipeline.subscribers import parse_frequency

    config = load(config_path)
    which = choose_newsletter(config, newsletter)
    report = _import(config, which, file, parse_frequency(frequency or "weekly"), dry_run=dry_run)
    print_problems(report.problems)
    if as_json:
        say_json(_import_facts(report, which))
    else:
        verb = "would be added" if dry_run else "added"
        left_out = sum(report.counts[key] for key in ("unsubscribed", "suppressed"))
        say(
            f"{which}: {report.counts['added']} {verb}, {report.counts['already there']} already there,"
            f" {left_out} passed over, {report.invalid} invalid"
            + (f"\n  … and {report.unlisted} more lines to look at" if report.unlisted else "")
        )


def _import(config: Config, newsletter: str, path: Path, frequency: Frequency, *, dry_run: bool) -> ImportReport:
    from publisher.pipeline.subscribers import import_subscribers
    from publisher.store.open import has_store

    now, name = moment(None, config), path.name
    with _opened(path) as file, progress(f"importing {name}", unit="lines") as show:
        lines = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
        file.seek(0)
        if dry_run and not has_store(config.store.url, config.root):
            return import_subscribers(None, newsletter, file, name, now, frequency=frequency, dry_run=True)
        with opened_store(config) as store:
            return import_subscribers(
                store,
                newsletter,
                file,
                name,
                now,
                frequency=frequency,
                dry_run=dry_run,
                told=lambda done: show(done, max(done, lines)),
            )


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise ContentError(f"can't read it: {error.strerror}", at=Location(str(path))) from error
    with file:
        yield file


def _import_facts(report: ImportReport, newsletter: str) -> dict[str, Any]:
    return {
        "newsletter": newsletter,
        "added": report.counts["added"],
        "already_there": report.counts["already there"],
        "unsubscribed": report.counts["unsubscribed"],
        "suppressed": report.counts["suppressed"],
        "invalid": report.invalid,
        "problems": [str(problem) for problem in report.problems],
        "unlisted_problems": report.unlisted,
    }


def list_(
    newsletter: NewsletterOption = None,
    state: StateOption = None,
    config_path: ConfigOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """List the subscribers of a newsletter."""
    with _readers(config_path, newsletter, state) as (which, found):
        if as_json:
            say_json({"newsletter": which, "subscribers": [_facts(person) for person in found]})
            return
        count = 0
        for count, person in enumerate(found, start=1):  # noqa: B007 - the count is said below
            line = f"{person.state:<13} {person.since:%Y-%m-%d}  {person.email}  {person.name}".rstrip()
            say(line + _wishes(person))
        say(f"{count} {state or 'in all'}")


def export(newsletter: NewsletterOption = None, state: StateOption = None, config_path: ConfigOption = Path()) -> None:
    """Write the subscribers as CSV to standard output, with what they chose; `subscribers import` reads it."""
    from publisher.audience.lists import write_list

    with _readers(config_path, newsletter, state) as (_, found):
        for line in write_list(found):
            typer.echo(line, nl=False)


@contextmanager
def _readers(
    config_path: Path, newsletter: str | None, state: str | None
) -> Iterator[tuple[str, Iterator[Subscriber]]]:
    from publisher.pipeline.subscribers import readers

    config = load(config_path)
    which = choose_newsletter(config, newsletter)
    wanted = _state(state)
    with opened_store(config) as store, store.read() as connection:
        yield which, readers(connection, which, wanted)


def _wishes(person: Subscriber) -> str:
    """Say what somebody chose beyond the digest of everything."""
    often = "" if person.frequency == "weekly" else OFTEN[person.frequency]
    chosen = "; ".join(filter(None, (often, ", ".join(sorted(person.topics)))))
    return f"  ({chosen})" if chosen else ""


def _facts(person: Subscriber) -> dict[str, Any]:
    return {
        "id": person.id,
        "email": person.email,
        "name": person.name,
        "state": person.state,
        "since": person.since.isoformat(),
        "frequency": person.frequency,
        "topics": sorted(person.topics),
    }


def _state(text: str | None) -> ConsentState | None:
    match text:
        case None | "active" | "pending" | "unsubscribed":
            return text
    raise ConfigError(f'--state: there is no state "{text}"', hint="write active, pending or unsubscribed")

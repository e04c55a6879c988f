"""`publisher subscribers`: who reads a newsletter: add, import, list, remove."""

from __future__ import annotations

from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

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
from publisher.errors import ConfigError, ContentError, Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.config import Config
    from publisher.model.subscriber import ConsentState, Subscriber
    from publisher.pipeline.subscribers import ImportReport
    from publisher.store.open import Store

app = typer.Typer(name="subscribers", help="Who reads a newsletter: add, import, list, remove.", no_args_is_help=True)

NewsletterOption = Annotated[
    str | None,
    typer.Option("--newsletter", "-n", help="Which newsletter.", show_default="the only one there is"),
]
AddressArgument = Annotated[str, typer.Argument(metavar="ADDRESS", help="name@example.org")]
NameOption = Annotated[str, typer.Option("--name", help="The person's name, as the mail's To line shows it.")]
AgainOption = Annotated[
    bool, typer.Option("--again", help="They left or were suppressed, and asked for the mail once more.")
]
TopicOption = Annotated[
    list[str] | None,
    typer.Option(
        "--topic",
        metavar="TOPIC",
        help="Only posts about this: tags:…, categories:…, people:…, companies:…; may be repeated. all: everything.",
    ),
]
FileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="CSV with a column of addresses, or one address a line.")
]
StateOption = Annotated[str | None, typer.Option("--state", help="Only those who are active, pending or unsubscribed.")]


@app.command("add")
def add(
    address: AddressArgument,
    name: NameOption = "",
    newsletter: NewsletterOption = None,
    again: AgainOption = False,
    topic: TopicOption = None,
    config_path: ConfigOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Add one subscriber. Somebody who left comes back only with --again; --topic changes what somebody chose."""
    from publisher.pipeline.subscribers import add_subscriber, choose_topics, new_subscriber

    config = load(config_path)
    which = choose_newsletter(config, newsletter)
    new = new_subscriber(address, name)
    with _store(config) as store, store.begin() as connection:
        outcome = add_subscriber(connection, which, new, moment(None, config), again=again)
        chosen = sorted(choose_topics(connection, which, new.address, topic)) if topic else []
    if outcome in ("unsubscribed", "suppressed"):
        reason = "has unsubscribed" if outcome == "unsubscribed" else "must not be mailed to"
        hint = f"if they asked for it again: publisher subscribers add --again {new.email}"
        raise ConfigError(f"{new.email} {reason}", hint=hint)
    if as_json:
        say_json({"email": new.email, "newsletter": which, "outcome": outcome, "topics": chosen})
    else:
        about = f", for {', '.join(chosen)}" if chosen else ", for everything" if topic else ""
        say((f"{new.email}: {outcome}" if outcome == "added" else f"{new.email} is {outcome}") + about)


@app.command("import")
def import_(
    file: FileArgument,
    newsletter: NewsletterOption = None,
    config_path: ConfigOption = Path(),
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Add everybody in a file. Who is there already, or has left, stays as they are."""
    config = load(config_path)
    which = choose_newsletter(config, newsletter)
    report = _import(config, which, file, dry_run=dry_run)
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


def _import(config: Config, newsletter: str, path: Path, *, dry_run: bool) -> ImportReport:
    from publisher.pipeline.subscribers import import_subscribers
    from publisher.store.open import has_store

    now, name = moment(None, config), path.name
    with _opened(path) as file, progress(f"importing {name}", unit="lines") as show:
        lines = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
        file.seek(0)
        if dry_run and not has_store(config.store.url, config.root):
            return import_subscribers(None, newsletter, file, name, now, dry_run=True)
        with _store(config) as store:
            return import_subscribers(
                store, newsletter, file, name, now, dry_run=dry_run, told=lambda done: show(done, max(done, lines))
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


@app.command("list")
def list_(
    newsletter: NewsletterOption = None,
    state: StateOption = None,
    config_path: ConfigOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """List the subscribers of a newsletter."""
    from publisher.store.subscribers import list_subscribers

    config = load(config_path)
    which = choose_newsletter(config, newsletter)
    wanted = _state(state)
    with _store(config) as store, store.read() as connection:
        found = list_subscribers(connection, which, wanted)
        if as_json:
            say_json({"newsletter": which, "subscribers": [_facts(person) for person in found]})
            return
        count = 0
        for count, person in enumerate(found, start=1):  # noqa: B007 - the count is said below
            say(f"{person.state:<13} {person.since:%Y-%m-%d}  {person.email}  {person.name}".rstrip())
        say(f"{count} {wanted or 'in all'}")


def _facts(person: Subscriber) -> dict[str, Any]:
    since = person.since.isoformat()
    return {"id": person.id, "email": person.email, "name": person.name, "state": person.state, "since": since}


def _state(text: str | None) -> ConsentState | None:
    match text:
        case None | "active" | "pending" | "unsubscribed":
            return text
    raise ConfigError(f'--state: there is no state "{text}"', hint="write active, pending or unsubscribed")


@app.command("remove")
def remove(
    address: AddressArgument,
    newsletter: NewsletterOption = None,
    config_path: ConfigOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Unsubscribe an address and never mail to it again, even if a later import names it."""
    from publisher.pipeline.subscribers import new_subscriber, remove_subscriber

    config = load(config_path)
    which = choose_newsletter(config, newsletter)
    person = new_subscriber(address)
    with _store(config) as store, store.begin() as connection:
        outcome = remove_subscriber(connection, which, person.address, moment(None, config))
    sentences = {
        "removed": "is unsubscribed, and will not be mailed to again",
        "not subscribed": "was not subscribed; it will not be mailed to",
        "already removed": "was removed before; it will not be mailed to",
    }
    if as_json:
        say_json({"email": person.email, "newsletter": which, "outcome": outcome})
    else:
        say(f"{person.email} {sentences[outcome]}")


def choose_newsletter(config: Config, name: str | None) -> str:
    """Choose the newsletter: the one named, or the only one there is."""
    if name is not None:
        config.newsletter(name)
        return name
    names = sorted(config.newsletters)
    if len(names) == 1:
        return names[0]
    if not names:
        raise ConfigError("publisher.toml has no newsletter", hint="add a [newsletters.weekly] table")
    raise ConfigError("there are several newsletters", hint=f"write --newsletter and one of: {', '.join(names)}")


@contextmanager
def _store(config: Config) -> Iterator[Store]:
    from publisher.store.open import open_store

    with closing(open_store(config.store.url, config.root)) as store:
        yield store

"""`publisher subscribers`: who reads a newsletter: add, import, list, change, remove."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.console import ConfigOption, DryRunOption, JsonOption, load, moment, say, say_json
from publisher.cli.newsletter import NewsletterOption, changing, choose_newsletter
from publisher.cli.subscriber_lists import OFTEN, FrequencyOption, export, import_, list_
from publisher.errors import ConfigError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from publisher.model.subscriber import Frequency

app = typer.Typer(
    name="subscribers", help="Who reads a newsletter: add, import, list, change, remove.", no_args_is_help=True
)

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
ConfirmOption = Annotated[
    bool, typer.Option("--confirm", help="Ask them by mail first whether they meant it: pending until they say yes.")
]
NoMailOption = Annotated[
    bool, typer.Option("--no-mail", help="Send them no letter about it, whatever the settings say.")
]


@app.command("add")
def add(
    address: AddressArgument,
    name: NameOption = "",
    newsletter: NewsletterOption = None,
    again: AgainOption = False,
    topic: TopicOption = None,
    frequency: FrequencyOption = None,
    confirm: ConfirmOption = False,
    no_mail: NoMailOption = False,
    config_path: ConfigOption = Path(),
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Add one subscriber. Somebody who left comes back only with --again.

    They are welcomed where newsletters.NAME.letters says so. --topic and --frequency change what somebody chose.
    """
    from publisher.cli.letters import Change, check_confirm
    from publisher.pipeline.subscribers import add_subscriber, new_subscriber, parse_frequency

    config = load(config_path)
    which = choose_newsletter(config, newsletter)
    check_confirm(config, which, confirm=confirm, no_mail=no_mail)
    often = parse_frequency(frequency) if frequency else None
    new = replace(new_subscriber(address, name), state="pending" if confirm else "active")
    now = moment(None, config)
    with changing(config, dry_run=dry_run) as connection:
        outcome = add_subscriber(connection, which, new, now, again=again)
        chosen = _choose(connection, which, new.address, topic, often)
        change = Change(config, which, new.address, now, dry_run=dry_run, quiet=no_mail)
        change.note(connection, new=outcome == "added")
    if outcome in ("unsubscribed", "suppressed"):
        reason = "has unsubscribed" if outcome == "unsubscribed" else "must not be mailed to"
        hint = f"if they asked for it again: publisher subscribers add --again {new.email}"
        raise ConfigError(f"{new.email} {reason}", hint=hint)
    said = outcome if outcome == "added" else f"is {outcome}"
    pending = ", and asked to confirm" if outcome == "added" and confirm else ""
    change.finish(
        f"{new.email}{':' if outcome == 'added' else ''} {said}{pending}{chosen.words}",
        {"email": new.email, "newsletter": which, "outcome": outcome, **chosen.facts},
        as_json=as_json,
    )


@app.command("set")
def set_(
    address: AddressArgument,
    newsletter: NewsletterOption = None,
    topic: TopicOption = None,
    frequency: FrequencyOption = None,
    config_path: ConfigOption = Path(),
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Change what a subscriber chose: which topics, and how often."""
    from publisher.pipeline.subscribers import new_subscriber, parse_frequency
    from publisher.store.subscribers import find_subscriber

    config = load(config_path)
    which = choose_newsletter(config, newsletter)
    if not (topic or frequency):
        raise ConfigError("there is nothing to change", hint="write --topic or --frequency")
    often = parse_frequency(frequency) if frequency else None
    person = new_subscriber(address)
    with changing(config, dry_run=dry_run) as connection:
        if find_subscriber(connection, which, person.address) is None:
            hint = f"publisher subscribers add {person.email}"
            raise ConfigError(f"{person.email} is not subscribed to {which}", hint=hint)
        chosen = _choose(connection, which, person.address, topic, often)
    if as_json:
        say_json({"email": person.email, "newsletter": which, **chosen.facts})
    else:
        say(f"{person.email}: {chosen.words.removeprefix(', ')}")


@app.command("confirm")
def confirm(
    address: AddressArgument,
    newsletter: NewsletterOption = None,
    no_mail: NoMailOption = False,
    config_path: ConfigOption = Path(),
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Note that somebody who was asked has said yes: they get the mail from now on."""
    from publisher.cli.letters import Change
    from publisher.pipeline.subscribers import confirm_subscriber, new_subscriber

    config = load(config_path)
    which = choose_newsletter(config, newsletter)
    person = new_subscriber(address)
    now = moment(None, config)
    with changing(config, dry_run=dry_run) as connection:
        outcome = confirm_subscriber(connection, which, person.address, now)
        change = Change(config, which, person.address, now, dry_run=dry_run, quiet=no_mail)
        change.note(connection, new=outcome == "confirmed")
    facts = {"email": person.email, "newsletter": which, "outcome": outcome}
    change.finish(f"{person.email} is {outcome}", facts, as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What somebody reads from now on, as far as that was said."""

    topics: tuple[str, ...] | None
    frequency: Frequency | None

    @property
    def words(self) -> str:
        topics = "" if self.topics is None else f", for {', '.join(self.topics) or 'everything'}"
        return topics + (f", gets {OFTEN[self.frequency]}" if self.frequency else "")

    @property
    def facts(self) -> dict[str, Any]:
        return {"topics": list(self.topics or ()), **({"frequency": self.frequency} if self.frequency else {})}


def _choose(
    connection: Connection, newsletter: str, address: str, topics: list[str] | None, frequency: Frequency | None
) -> _Chosen:
    from publisher.pipeline.subscribers import choose_frequency, choose_topics

    if frequency:
        choose_frequency(connection, newsletter, address, frequency)
    chosen = tuple(sorted(choose_topics(connection, newsletter, address, topics))) if topics else None
    return _Chosen(chosen, frequency)


app.command("import")(import_)
app.command("list")(list_)
app.command("export")(export)


@app.command("remove")
def remove(
    address: AddressArgument,
    newsletter: NewsletterOption = None,
    no_mail: NoMailOption = False,
    config_path: ConfigOption = Path(),
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Unsubscribe an address and never mail to it again, even if a later import names it.

    A last mail tells them so where newsletters.NAME.letters says so.
    """
    from publisher.cli.letters import Change
    from publisher.pipeline.subscribers import new_subscriber, remove_subscriber
    from publisher.store.subscribers import find_subscriber

    config = load(config_path)
    which = choose_newsletter(config, newsletter)
    person = new_subscriber(address)
    now = moment(None, config)
    with changing(config, dry_run=dry_run) as connection:
        before = find_subscriber(connection, which, person.address)
        outcome = remove_subscriber(connection, which, person.address, now)
        change = Change(config, which, person.address, now, dry_run=dry_run, quiet=no_mail)
        change.note(connection, new=bool(before and before.state == "active"))
    sentences = {
        "removed": "is unsubscribed, and will not be mailed to again",
        "not subscribed": "was not subscribed; it will not be mailed to",
        "already removed": "was removed before; it will not be mailed to",
    }
    facts = {"email": person.email, "newsletter": which, "outcome": outcome}
    change.finish(f"{person.email} {sentences[outcome]}", facts, as_json=as_json)


@app.command("letters")
def letters(
    newsletter: NewsletterOption = None, config_path: ConfigOption = Path(), as_json: JsonOption = False
) -> None:
    """Send the letters that wait: to confirm, to welcome, to say goodbye. Each leaves once."""
    from publisher.cli.letters import end_with, letter_facts, letter_words
    from publisher.pipeline.letters_out import send_letters

    config = load(config_path)
    which = choose_newsletter(config, newsletter)
    reports = send_letters(config, which, moment(None, config))
    if as_json:
        say_json({"newsletter": which, "letters": [letter_facts(one) for one in reports]})
    elif reports:
        say("\n".join(f"{one.email}: {letter_words(one)}" for one in reports))
    else:
        say(f"{which}: no letter waits")
    end_with(reports)

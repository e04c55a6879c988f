"""People join, are imported, and leave: the recipes behind `publisher subscribers`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, BinaryIO, Literal

from publisher.audience.address import clean_name, fault_in, normalise
from publisher.audience.lists import Person, read_list
from publisher.digest.topics import parse_topic
from publisher.errors import ConfigError, Location, Problem
from publisher.model.subscriber import FREQUENCIES
from publisher.store.subscribers import (
    Added,
    NewSubscriber,
    add_subscribers,
    find_subscriber,
    list_subscribers,
    renew_pending,
    set_frequency,
    set_state,
)
from publisher.store.suppressions import find_suppression, lift_suppression, suppress
from publisher.store.topics import choices, set_topics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from publisher.model.subscriber import ConsentState, Frequency, Subscriber
    from publisher.store.open import Store

#: People kept in one transaction: an import that is broken off keeps what it has said it kept.
PAGE = 1_000


#: Lines that are named one by one; a file that is wrong from end to end has a million of them.
LISTED = 1_000


@dataclass(slots=True, kw_only=True)
class ImportReport:
    """What became of the people in a list."""

    #: By what became of them: "added", "already there", "unsubscribed", "suppressed".
    counts: Counter[str] = field(default_factory=Counter)
    #: Lines that could not be used, and people who were passed over, with their places: the first LISTED.
    problems: list[Problem] = field(default_factory=list)
    #: How many problems more there were.
    unlisted: int = 0
    #: How many lines hold no address that can be mailed to.
    invalid: int = 0

    def note(self, problem: Problem) -> None:
        """Take a problem into the report."""
        self.invalid += problem.severity == "error"
        if len(self.problems) < LISTED:
            self.problems.append(problem)
        else:
            self.unlisted += 1


def import_subscribers(
    store: Store | None,
    newsletter: str,
    file: BinaryIO,
    name: str,
    now: datetime,
    *,
    frequency: Frequency = "weekly",
    dry_run: bool = False,
    told: Callable[[int], None] = lambda _done: None,
) -> ImportReport:
    """Add everybody in a list who may be added. Whoever left or is suppressed stays out; nobody gets a letter.

    frequency: for those of whom the list does not say which mails they want.
    file: at its beginning, called `name` in messages. store: None for a dry run where there is no store yet.
    told: called with the number of lines done so far.
    Raises ContentError when the file is no list of addresses.
    """
    report = ImportReport()
    people = _sort_out(read_list(file, name), report, name)
    while page := list(islice(people, PAGE)):
        new = [_as_new(person, frequency) for person in page]
        outcomes = _add(store, newsletter, new, now, dry_run=dry_run)
        report.counts.update(outcomes)
        for person, outcome in zip(page, outcomes, strict=True):
            if outcome in PASSED_OVER:
                report.note(_passed_over(person, outcome, name))
        told(page[-1].line)
    return report


def _sort_out(found: Iterator[Person | Problem], report: ImportReport, file: str) -> Iterator[Person]:
    for one in found:
        if isinstance(one, Problem):
            report.note(one)
            continue
        try:
            yield replace(one, topics=tuple(map(parse_topic, one.topics)))
        except ConfigError as error:
            message = f"{one.email} is left out: {error.message}"
            report.note(Problem(message, Location(file, one.line), error.hint, "error", "topic"))


def _as_new(person: Person, frequency: Frequency) -> NewSubscriber:
    return NewSubscriber(
        email=person.email,
        address=person.address,
        name=person.name,
        frequency=person.frequency or frequency,
        topics=frozenset(person.topics),
    )


def _add(
    store: Store | None, newsletter: str, new: Sequence[NewSubscriber], now: datetime, *, dry_run: bool
) -> tuple[Added, ...]:
    if store is None:
        return tuple("added" for _ in new)
    # What is written through a connection for reading is never kept.
    with store.read() if dry_run else store.begin() as connection:
        return add_subscribers(connection, newsletter, new, now)


#: Why somebody in a list is not added.
PASSED_OVER: Mapping[Added, str] = MappingProxyType(
    {"unsubscribed": "has unsubscribed", "suppressed": "must not be mailed to"}
)


def _passed_over(person: Person, outcome: Added, file: str) -> Problem:
    return Problem(
        f"{person.email} is passed over: the address {PASSED_OVER[outcome]}",
        Location(file, person.line),
        f"if they asked for it again: publisher subscribers add --again {person.email}",
        rule="passed-over",
    )


def add_subscriber(
    connection: Connection, newsletter: str, new: NewSubscriber, now: datetime, *, again: bool = False
) -> Added:
    """Add one person. again: they asked to be mailed to once more, so what stood against that is lifted."""
    if again:
        lift_suppression(connection, new.address)
        found = find_subscriber(connection, newsletter, new.address)
        if new.state == "pending" and found and found.state != "unsubscribed":
            # Whoever gets the mail is not asked again whether they meant it.
            renewed = renew_pending(connection, newsletter, new.address, now)
            return "added" if renewed else "already there"
        if set_state(connection, newsletter, new.address, new.state, now):
            return "added"
    (outcome,) = add_subscribers(connection, newsletter, [new], now)
    return outcome


def choose_topics(connection: Connection, newsletter: str, address: str, topics: Iterable[str]) -> frozenset[str]:
    """Let a subscriber read certain topics from the next issue on, and give them as they are kept.

    address: as it is compared. topics: as somebody types them; one that is "all" means everything.
    Raises ConfigError for what is no topic.
    """
    written = [topic for topic in topics if topic.strip().lower() != "all"]
    chosen = frozenset(map(parse_topic, written))
    subscriber = find_subscriber(connection, newsletter, address)
    if subscriber is not None:
        set_topics(connection, subscriber.id, chosen)
    return chosen


def choose_frequency(connection: Connection, newsletter: str, address: str, frequency: Frequency) -> None:
    """Let a subscriber get these mails from the next one on. address: as it is compared."""
    subscriber = find_subscriber(connection, newsletter, address)
    if subscriber is not None:
        set_frequency(connection, subscriber.id, frequency)


def parse_frequency(text: str) -> Frequency:
    """Read which mails somebody wants. Raises ConfigError for what is none of them."""
    found = next((one for one in FREQUENCIES if one == text.strip().lower()), None)
    if found is None:
        hint = "weekly: the digest; posts: a mail for each new post; both"
        raise ConfigError(f'--frequency: there is no "{text}"', hint=hint)
    return found


Confirmed = Literal["confirmed", "already active"]


def confirm_subscriber(connection: Connection, newsletter: str, address: str, now: datetime) -> Confirmed:
    """Let somebody who was asked to confirm have done so.

    address: as it is compared. Raises ConfigError for who was never asked, has left, or must not be mailed to.
    """
    person = find_subscriber(connection, newsletter, address)
    hint = f"publisher subscribers add --again --confirm {address} asks them"
    if person is None:
        raise ConfigError(f"{address} is not subscribed to {newsletter}", hint=hint.replace("--again ", ""))
    if person.state == "unsubscribed":
        raise ConfigError(f"{person.email} has unsubscribed", hint=hint)
    if find_suppression(connection, address):
        raise ConfigError(f"{person.email} must not be mailed to", hint=hint)
    return "confirmed" if set_state(connection, newsletter, address, "active", now) else "already active"


def readers(connection: Connection, newsletter: str, state: ConsentState | None = None) -> Iterator[Subscriber]:
    """Give the subscribers with what they chose, by id; only those in `state` if one is named."""
    chosen = dict(choices(connection, newsletter, state))
    for person in list_subscribers(connection, newsletter, state):
        yield replace(person, topics=chosen.get(person.id, frozenset()))


def new_subscriber(email: str, name: str = "") -> NewSubscriber:
    """Read an address as somebody types it. Raises ConfigError when nothing can be mailed there."""
    email = email.strip()
    fault = fault_in(email)
    if fault:
        raise ConfigError(f'can\'t mail to "{email}": {fault}', hint="write name@example.org")
    return NewSubscriber(email=email, address=normalise(email), name=clean_name(name))


Removed = Literal["removed", "not subscribed", "already removed"]


def remove_subscriber(connection: Connection, newsletter: str, address: str, now: datetime) -> Removed:
    """Unsubscribe an address and never mail to it again, from any newsletter, even if a later list names it.

    address: as it is compared. Doing it twice is fine.
    """
    known = find_suppression(connection, address) is not None
    changed = set_state(connection, newsletter, address, "unsubscribed", now)
    suppress(connection, address, "manual", now)
    if changed:
        return "removed"
    return "already removed" if known else "not subscribed"

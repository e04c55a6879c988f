"""A letter to one person in answer to what they did: asked to confirm, welcomed, let go. Each leaves once."""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from publisher.audience.address import normalise, to_wire
from publisher.audience.tokens import make_token
from publisher.delivery.transport import Receipt
from publisher.digest.letter_message import letter_message
from publisher.digest.letterhead import make_letterhead, make_links
from publisher.digest.wording import load_wording
from publisher.errors import ConfigError, DeliveryError
from publisher.model.message import CONFIRM, NAME, PREFERENCES, UNSUBSCRIBE, Mailbox
from publisher.pipeline.letters import opened_transport, with_way_back
from publisher.pipeline.other_mails import make_letter
from publisher.pipeline.week import archive_url
from publisher.store.keys import signing_key
from publisher.store.letters import LetterRow, begin_letter, end_letter, find_letter, waiting_letters, want_letter
from publisher.store.open import open_store
from publisher.store.subscribers import find_subscriber
from publisher.store.suppressions import find_suppression
from publisher.templates import EMAIL, environment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from publisher.config import Config
    from publisher.delivery.transport import Transport
    from publisher.digest.letterhead import Letterhead
    from publisher.digest.letters import LetterKind
    from publisher.model.message import Message
    from publisher.model.subscriber import ConsentState, Subscriber
    from publisher.store.keys import TokenKey
    from publisher.store.open import Store

#: Whom each is for: who is in this state.
FOR: Mapping[LetterKind, ConsentState] = {"confirm": "pending", "welcome": "active", "goodbye": "unsubscribed"}
_KIND_FOR: Mapping[ConsentState, LetterKind] = {state: kind for kind, state in FOR.items()}
#: Who asked to be let go is told once that they are; who bounced or complained is not written to.
_LET_GO = ("manual", "unsubscribed")

#: What became of a letter in a run. before: it had left, or may have. nobody: nobody wants it.
LetterOutcome = Literal["accepted", "deferred", "rejected", "uncertain", "before", "nobody"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterReport:
    """What became of one letter."""

    kind: LetterKind
    email: str
    outcome: LetterOutcome
    #: What was answered, in its own words.
    detail: str = ""
    #: The letter's earlier state and moment, where it had left before.
    row: LetterRow | None = None


def check_confirmable(config: Config, name: str) -> None:
    """Raise ConfigError when nobody could say yes to a mail that asks them to."""
    newsletter = config.newsletter(name)
    if not (newsletter.confirm_url or newsletter.confirm_mailto):
        raise ConfigError(
            f"newsletters.{name} has neither confirm_url nor confirm_mailto: nobody could confirm",
            hint='write confirm_mailto = "confirm@…", which `publisher bounces read` reads; or leave out --confirm',
        )


def want(connection: Connection, config: Config, name: str, address: str, now: datetime) -> LetterKind | None:
    """Note which letter is to be sent to somebody whose state has just changed, if any, and give its kind.

    address: as it is compared. In the transaction of the change.
    """
    person = find_subscriber(connection, name, address)
    kind = _KIND_FOR.get(person.state) if person else None
    if not (person and kind and (kind == "confirm" or kind in config.newsletter(name).letters)):
        return None
    want_letter(connection, person, kind, now)
    return kind


def send_letters(
    config: Config,
    name: str,
    now: datetime,
    *,
    address: str | None = None,
    transport: Transport | None = None,
) -> tuple[LetterReport, ...]:
    """Send the letters of a newsletter that are wanted and have not left, each once.

    address: only those to this one, as it is compared; what was sent before is told, too. now: aware.
    transport: one that is open already; else the newsletter's own, which is opened only where something is to be sent.
    Raises PublisherError when none can be made or sent: wrong settings, a template that is broken.
    """
    with closing(open_store(config.store.url, config.root)) as store:
        with store.read() as connection:
            waiting = [one for one in waiting_letters(connection, name) if address in (None, one[0])]
            told = _told(connection, name, address) if address and not waiting else ()
        if not waiting:
            return told
        with opened_transport(config, name, transport) as carrier:
            return tuple(_send(config, store, carrier, (name, kind, to), now) for to, kind in waiting)


def _told(connection: Connection, name: str, address: str) -> tuple[LetterReport, ...]:
    """Give the letter about somebody's state that has left before."""
    person = find_subscriber(connection, name, address)
    kind = _KIND_FOR[person.state] if person else None
    row = find_letter(connection, person, kind) if person and kind else None
    return (LetterReport(kind=row.kind, email=row.email, outcome="before", row=row),) if row else ()


def _send(
    config: Config, store: Store, carrier: Transport, which: tuple[str, LetterKind, str], now: datetime
) -> LetterReport:
    name, kind, address = which
    with store.begin() as connection:
        person = _person(connection, name, kind, address)
        key = signing_key(connection, now)
    if person is None:
        return LetterReport(kind=kind, email=address, outcome="nobody")
    return _Posting(config, store, kind, person, now).post(write_letter(config, kind, person, key, now), carrier)


def write_letter(config: Config, kind: LetterKind, person: Subscriber, key: TokenKey, now: datetime) -> Message:
    """Write the message. key: signs its links."""
    name = person.newsletter
    newsletter = config.newsletter(name)
    wording = load_wording(environment(EMAIL, config.root), config.language_of(newsletter))
    title = newsletter.title or config.site.title
    letterhead = make_letterhead(name, newsletter, title, archive_url(config, name), wording.reader)
    values = _values(config, letterhead, person, key)
    occasion = f"{kind}/{name}/{person.id}/{person.since:%Y%m%dT%H%M%S.%f}"
    recipient = Mailbox(email=to_wire(person.email), name=person.name)
    message = letter_message(make_letter(config, name, kind), letterhead, recipient, values, key=occasion, now=now)
    return with_way_back(message, key, name, 0, person.id)


def _values(config: Config, letterhead: Letterhead, person: Subscriber, key: TokenKey) -> dict[str, str]:
    """Say what stands in the letter's slots."""
    newsletter = config.newsletter(person.newsletter)
    links = make_links(letterhead, make_token(key.kid, key.secret, person.newsletter, person.id))
    token = make_token(key.kid, key.secret, person.newsletter, person.id, "confirm")
    by_mail = f"mailto:{newsletter.confirm_mailto}?subject=confirm%20{token}"
    return {
        CONFIRM: newsletter.confirm_url + token if newsletter.confirm_url else by_mail,
        UNSUBSCRIBE: links.visible,
        PREFERENCES: links.preferences or links.visible,
        NAME: person.name,
    }


def _person(connection: Connection, name: str, kind: LetterKind, address: str) -> Subscriber | None:
    """Give the subscriber if the letter is still for them."""
    person = find_subscriber(connection, name, address)
    if person is None or person.state != FOR[kind]:
        return None
    suppression = find_suppression(connection, address)
    allowed = suppression is None or (kind == "goodbye" and suppression.reason in _LET_GO)
    return person if allowed else None


@dataclass(frozen=True)
class _Posting:
    """One letter on its way."""

    config: Config
    store: Store
    kind: LetterKind
    person: Subscriber
    now: datetime

    def post(self, message: Message, carrier: Transport) -> LetterReport:
        """Hand the letter over, and write down what became of it."""
        row, begun = self._row(message), False

        def commit(messages: Sequence[Message], _settled: Sequence[tuple[Message, Receipt]] = (), /) -> frozenset[str]:
            nonlocal begun
            with self.store.begin() as connection:
                still = _person(connection, self.person.newsletter, self.kind, normalise(self.person.email))
                begun = still == self.person and begin_letter(connection, row)
            return frozenset(one.delivery_key for one in messages if begun)

        try:
            (receipt,) = carrier.send((message,), commit)
        except DeliveryError as error:
            # The transport vouches that it was not handed over.
            receipt = Receipt(status="deferred", detail=error.message)
        if begun:
            facts = ("provider_id", "reason", "detail", "smtp_code")
            ended = replace(row, state=receipt.status, **{name: getattr(receipt, name) for name in facts})
            with self.store.begin() as connection:
                end_letter(connection, ended)
        return LetterReport(kind=self.kind, email=self.person.email, outcome=receipt.status, detail=receipt.detail)

    def _row(self, message: Message) -> LetterRow:
        return LetterRow(
            subscriber_id=self.person.id,
            kind=self.kind,
            occasion=self.person.since,
            email=message.envelope.recipient,
            subject=message.subject,
            content_hash=hashlib.sha256(message.content).hexdigest(),
            transport=self.config.newsletter(self.person.newsletter).transport,
            changed_at=self.now,
            attempt=1,
        )

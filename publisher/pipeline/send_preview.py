"""Looking before sending: who would get an issue, and one copy of it for whoever asks. Nothing is kept of either."""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.audience.address import fault_in, to_wire
from publisher.errors import ConfigError
from publisher.model.subscriber import Subscriber
from publisher.pipeline.audience import prospects
from publisher.pipeline.issue import make_issue
from publisher.pipeline.letters import letters_for, opened_transport
from publisher.store.keys import TokenKey
from publisher.store.open import has_store, open_store

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.config import Config
    from publisher.delivery.transport import Receipt, Transport
    from publisher.errors import Problem
    from publisher.model.issue import Issue
    from publisher.model.message import Message
    from publisher.pipeline.audience import Prospect

#: Signs the links of messages that belong to nobody: no store knows it, so they unsubscribe nobody.
NOBODYS_KEY = TokenKey(0, bytes(32))


@dataclass(frozen=True, slots=True, kw_only=True)
class SendPreview:
    """What a send would do, without doing any of it."""

    newsletter: str
    #: None when there would be nothing new to send.
    issue: Issue | None
    #: Everybody the issue concerns, by subscriber id.
    prospects: tuple[Prospect, ...] = ()
    #: Size of one message as SMTP would carry it.
    message_bytes: int = 0
    problems: tuple[Problem, ...] = ()


def preview_send(config: Config, name: str, now: datetime) -> SendPreview:
    """Say who would get what, who not and why. Changes nothing, and makes no store where there is none."""
    config.newsletter(name)
    if not has_store(config.store.url, config.root):
        made = make_issue(config, name, now, store=None, freeze=False)
        return _preview(config, name, now, (made.issue, (), made.problems))
    with closing(open_store(config.store.url, config.root)) as store:
        made = make_issue(config, name, now, store=store, freeze=False)
        if made.issue is None:
            return _preview(config, name, now, (None, (), made.problems))
        with store.read() as connection:
            found = tuple(prospects(connection, made.issue, frozen=made.outcome == "already frozen"))
    return _preview(config, name, now, (made.issue, found, made.problems))


def _preview(
    config: Config,
    name: str,
    now: datetime,
    found: tuple[Issue | None, tuple[Prospect, ...], tuple[Problem, ...]],
) -> SendPreview:
    issue, everybody, problems = found
    size = len(_nobodys_message(config, issue, "nobody@example.org", now).content) if issue else 0
    return SendPreview(newsletter=name, issue=issue, prospects=everybody, message_bytes=size, problems=problems)


def send_copy(
    config: Config, name: str, address: str, now: datetime, *, transport: Transport | None = None
) -> tuple[Issue, Receipt] | None:
    """Send one copy of the issue to an address, to look at. Touches no ledger and no subscriber, and freezes nothing.

    now: decides which issue, and tells one copy from the next.
    None when there is nothing new to send. Raises ConfigError for an address that can't be mailed to.
    """
    fault = fault_in(address)
    if fault:
        raise ConfigError(f'can\'t mail to "{address}": {fault}', hint="write --to name@example.org")
    with opened_transport(config, name, transport) as carrier:
        issue = _issue_as_it_stands(config, name, now)
        if issue is None:
            return None
        message = _nobodys_message(config, issue, to_wire(address), now)
        (receipt,) = carrier.send((message,), lambda messages: frozenset(one.delivery_key for one in messages))
        return issue, receipt


def _issue_as_it_stands(config: Config, name: str, now: datetime) -> Issue | None:
    if not has_store(config.store.url, config.root):
        return make_issue(config, name, now, store=None, freeze=False).issue
    with closing(open_store(config.store.url, config.root)) as store:
        return make_issue(config, name, now, store=store, freeze=False).issue


def _nobodys_message(config: Config, issue: Issue, email: str, now: datetime) -> Message:
    """Write the message of a subscriber that is none: a negative id, which no store gives and no other copy has."""
    unique = hashlib.sha256(f"{email} {now.isoformat()}".encode()).digest()[:6]
    number = -int.from_bytes(unique, "big")
    nobody = Subscriber(id=number, newsletter=issue.newsletter, email=email, since=now)
    return letters_for(config, issue, NOBODYS_KEY).write(nobody)

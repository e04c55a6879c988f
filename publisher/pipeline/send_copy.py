"""One copy of an issue for whoever asks: `publisher send --to`. It touches no ledger, no subscriber, no issue."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from publisher.audience.address import fault_in, to_wire
from publisher.errors import ConfigError
from publisher.pipeline.letters import opened_transport
from publisher.pipeline.mailing import WeekMailing
from publisher.pipeline.send_preview import nobodys_message
from publisher.store.open import has_store, open_store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from publisher.config import Config
    from publisher.delivery.transport import Receipt, Transport
    from publisher.model.issue import Issue
    from publisher.model.message import Message
    from publisher.pipeline.mailing import Mailing


def send_copy(
    config: Config, name: str, address: str, now: datetime, *, transport: Transport | None = None
) -> tuple[Issue, Receipt] | None:
    """Send one copy of the last full week's issue to an address (see `copy_mailing`)."""
    return copy_mailing(config, WeekMailing(config, name, now), address, now, transport=transport)


def copy_mailing(
    config: Config, mailing: Mailing, address: str, now: datetime, *, transport: Transport | None = None
) -> tuple[Issue, Receipt] | None:
    """Send one copy of a mailing to an address, to look at. Freezes nothing.

    now: tells one copy from the next.
    None when there is nothing new to send. Raises ConfigError for an address that can't be mailed to.
    """
    fault = fault_in(address)
    if fault:
        raise ConfigError(f'can\'t mail to "{address}": {fault}', hint="write --to name@example.org")
    with opened_transport(config, mailing.newsletter, transport) as carrier:
        issue = _issue_as_it_stands(config, mailing)
        if issue is None:
            return None
        message = nobodys_message(config, issue, to_wire(address), now)
        (receipt,) = carrier.send((message,), _allow)
        return issue, receipt


def _allow(messages: Sequence[Message], _settled: Sequence[tuple[Message, Receipt]] = (), /) -> frozenset[str]:
    """Let everything go: there is no ledger that could forbid it."""
    return frozenset(message.delivery_key for message in messages)


def _issue_as_it_stands(config: Config, mailing: Mailing) -> Issue | None:
    if not has_store(config.store.url, config.root):
        return mailing.make(None, freeze=False).issue
    with closing(open_store(config.store.url, config.root)) as store:
        return mailing.make(store, freeze=False).issue

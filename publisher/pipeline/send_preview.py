"""Looking before sending: who would get an issue, who not and why, how much and how long. Nothing is kept of it."""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.delivery.throttle import parse_rate
from publisher.model.subscriber import Subscriber
from publisher.pipeline.alignment import doubts_about_signing
from publisher.pipeline.audience import foresee
from publisher.pipeline.letters import letters_for
from publisher.pipeline.mailing import WeekMailing
from publisher.pipeline.send_report import doubts_about_others
from publisher.pipeline.variants import previewed_variants
from publisher.store.deliveries import last_rate
from publisher.store.keys import TokenKey
from publisher.store.open import has_store, open_store

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.config import Config
    from publisher.errors import Problem
    from publisher.model.issue import Issue
    from publisher.model.message import Message
    from publisher.pipeline.audience import Prospect
    from publisher.pipeline.issue import IssueReport
    from publisher.pipeline.mailing import Mailing
    from publisher.store.open import Store
    from publisher.store.plans import Plan

#: Signs the links of messages that belong to nobody: no store knows it, so they unsubscribe nobody.
NOBODYS_KEY = TokenKey(0, bytes(32))


@dataclass(frozen=True, slots=True, kw_only=True)
class SendPreview:
    """What a send would do, without doing any of it."""

    newsletter: str
    #: None when there would be nothing new to send.
    issue: Issue | None
    #: Who it is for, with the hash that the send itself will have; None where there is no store yet.
    plan: Plan | None = None
    #: Everybody the issue concerns, by subscriber id.
    prospects: tuple[Prospect, ...] = ()
    #: Size of one message as SMTP would carry it.
    message_bytes: int = 0
    #: Messages a second: as the settings allow, or else as the last send went; None where neither is known.
    rate: float | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def waiting(self) -> int:
        """How many would get a message."""
        return sum(one.state in ("planned", "claimed", "deferred") for one in self.prospects)

    @property
    def total_bytes(self) -> int:
        """How much would be sent."""
        return self.waiting * self.message_bytes

    @property
    def duration_s(self) -> float | None:
        """How long it would take; None where nobody knows."""
        return self.waiting / self.rate if self.rate else None


def preview_send(config: Config, name: str, now: datetime) -> SendPreview:
    """Say who would get the issue of the last full week (see `preview_mailing`)."""
    return preview_mailing(config, WeekMailing(config, name, now), now)


def preview_mailing(config: Config, mailing: Mailing, now: datetime) -> SendPreview:
    """Say who would get what, who not and why. Changes nothing, and makes no store where there is none."""
    name = mailing.newsletter
    config.newsletter(name)
    if not has_store(config.store.url, config.root):
        made = mailing.make(None, freeze=False)
        size = _size(config, made.issue, now)
        return SendPreview(newsletter=name, issue=made.issue, message_bytes=size, problems=made.problems)
    with closing(open_store(config.store.url, config.root)) as store:
        made = mailing.make(store, freeze=False)
        if made.issue is None:
            problems = (*made.problems, *doubts_about_others(store, name))
            return SendPreview(newsletter=name, issue=None, problems=problems)
        return _preview(config, made, made.issue, now, store)


def _preview(config: Config, made: IssueReport, issue: Issue, now: datetime, store: Store) -> SendPreview:
    variants = previewed_variants(config, issue, now, store)
    with store.read() as connection:
        plan, everybody = foresee(connection, issue, now, variants, frozen=made.outcome == "already frozen")
        measured = last_rate(connection, issue.newsletter)
    transport = config.newsletter(issue.newsletter).transport
    allowed = parse_rate(str(config.delivery.get(transport, {}).get("rate", "")))
    return SendPreview(
        newsletter=issue.newsletter,
        issue=issue,
        plan=plan,
        prospects=everybody,
        message_bytes=_size(config, issue, now),
        rate=allowed or measured,
        problems=(
            *made.problems,
            *doubts_about_signing(config, issue.newsletter),
            *doubts_about_others(store, issue.newsletter, issue.number),
        ),
    )


def _size(config: Config, issue: Issue | None, now: datetime) -> int:
    return len(nobodys_message(config, issue, "nobody@example.org", now).content) if issue else 0


def nobodys_message(config: Config, issue: Issue, email: str, now: datetime) -> Message:
    """Write the message of a subscriber that is none: a negative id, which no store gives and no other copy has."""
    unique = hashlib.sha256(f"{email} {now.isoformat()}".encode()).digest()[:6]
    number = -int.from_bytes(unique, "big")
    nobody = Subscriber(id=number, newsletter=issue.newsletter, email=email, since=now)
    return letters_for(config, issue, NOBODYS_KEY).write(nobody)

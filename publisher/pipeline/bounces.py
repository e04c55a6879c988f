"""What came back is read, kept, and acted upon: the recipe behind `publisher bounces read`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, cast

from publisher.errors import Location, Problem
from publisher.feedback.read import read_feedback
from publisher.pipeline.blame import COUNTED, Judge
from publisher.pipeline.bounced import Bounced, Detective
from publisher.pipeline.letters_out import want
from publisher.store.feedback import FeedbackRow, KeptKind, add_feedback
from publisher.store.subscribers import set_state
from publisher.store.suppressions import suppress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from publisher.config import Config
    from publisher.feedback.report import Feedback, Kind, Report
    from publisher.mailboxes.mailbox import Mail, Mailbox
    from publisher.model.subscriber import ConsentState
    from publisher.store.feedback import Person
    from publisher.store.open import Store

#: What became of a report. suppressed: the address gets no mail any more. unsubscribed: they left. confirmed: they who
#: were asked said yes. counted: it adds to
#: the address's score. noted: kept, and counts against nobody. known: read before, or nothing was left to do.
#: unproven: nothing shows that it is about a message of ours. nothing: there is nothing to do about such mails.
Effect = Literal["suppressed", "unsubscribed", "confirmed", "counted", "noted", "known", "unproven", "nothing"]

#: Reports about our own messages; the rest is nothing, or a person's own words.
ABOUT_OURS: frozenset[Kind] = frozenset(
    {"hard", "failed", "soft", "policy", "delayed", "complaint", "unsubscribe", "confirm"}
)
#: Mails dealt with in one transaction.
PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One report, and what became of it."""

    #: Where the mail lies.
    mail: str
    kind: Kind
    effect: Effect
    #: The subscriber as they wrote their address; else the address that the report names, if any.
    email: str = ""
    newsletter: str = ""
    status: str = ""
    detail: str = ""
    #: What counts against the address now.
    score: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BounceReport:
    """What a run read and did."""

    mails: int
    kinds: Mapping[str, int]
    effects: Mapping[str, int]
    events: tuple[Event, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a mailbox is to be read."""

    config: Config
    store: Store
    #: Aware; when it is read.
    now: datetime
    #: Believe reports that only name an address, which anybody could have written.
    by_address: bool = False
    #: Keep nothing, and leave the mailbox as it is.
    dry_run: bool = False


def read_bounces(
    reading: Reading, box: Mailbox, told: Callable[[int, int], None] = lambda _done, _total: None
) -> BounceReport:
    """Read every mail of a mailbox, act upon it once, and put it away if that was asked for.

    told: called with the number of mails done, of about how many. What was read before changes nothing, so this may be
    broken off and run again. Raises DeliveryError when the mailbox is lost; what was done until then is kept.
    """
    events: list[Event] = []
    done, total = 0, box.count()
    mails = iter(box.mails())
    while page := list(islice(mails, PAGE)):
        found = _deal_with_all(reading, page)
        events += [event for of_mail in found for event in of_mail]
        if not reading.dry_run:
            box.put_away([mail.ref for mail, of_mail in zip(page, found, strict=True) if _is_settled(of_mail)])
        done += len(page)
        told(done, max(done, total))
    return _report(done, events)


def _deal_with_all(reading: Reading, mails: Sequence[Mail]) -> list[tuple[Event, ...]]:
    """Deal with some mails in one transaction. A dry run's is never kept."""
    with reading.store.read() if reading.dry_run else reading.store.begin() as connection:
        return [_deal_with(reading, connection, mail) for mail in mails]


def _deal_with(reading: Reading, connection: Connection, mail: Mail) -> tuple[Event, ...]:
    feedback = read_feedback(mail.content)
    desk = _Desk(reading, connection, mail, feedback)
    return tuple(desk.judge(position, report) for position, report in enumerate(feedback.reports))


@dataclass(frozen=True)
class _Desk:
    """One mail on the table."""

    reading: Reading
    connection: Connection
    mail: Mail
    feedback: Feedback

    def judge(self, position: int, report: Report) -> Event:
        """Decide about one report, and do it."""
        if report.kind not in ABOUT_OURS:
            return self._event(report, "nothing", email=report.recipient or self.feedback.sender)
        bounced = self._who(report)
        if bounced is None:
            return self._event(report, "unproven", email=report.recipient or self.feedback.sender)
        new = add_feedback(self.connection, self._row(position, report, bounced))
        effect = self._act(report, bounced) if new else "known"
        person = bounced.person
        score = self._judge.score(person.address) if report.kind in COUNTED else 0.0
        return self._event(report, effect, email=person.email, newsletter=person.newsletter, score=score)

    def _who(self, report: Report) -> Bounced | None:
        detective = Detective(self.reading.config, self.connection)
        if report.kind == "unsubscribe":
            return detective.who_leaves(self.feedback)
        if report.kind == "confirm":
            return detective.who_confirms(self.feedback)
        return detective.whose_message(self.feedback, report, by_address=self.reading.by_address)

    def _act(self, report: Report, bounced: Bounced) -> Effect:
        person, now = bounced.person, self.reading.now
        if report.kind == "unsubscribe":
            return "unsubscribed" if self._move(person, "unsubscribed") else "known"
        if report.kind == "confirm":
            return "confirmed" if person.state == "pending" and self._move(person, "active") else "known"
        reason = self._judge.reason_against(person.address, report.kind)
        if reason is None:
            return "counted" if report.kind in COUNTED else "noted"
        return "suppressed" if suppress(self.connection, person.address, reason, now) else "known"

    def _move(self, person: Person, state: ConsentState) -> bool:
        """Change a subscriber's state, and note the letter that this calls for. Tells whether anything changed."""
        name, address, now = person.newsletter, person.address, self.reading.now
        changed = set_state(self.connection, name, address, state, now)
        if changed and (person.state, state) != ("pending", "unsubscribed"):
            want(self.connection, self.reading.config, name, address, now)
        return changed

    @property
    def _judge(self) -> Judge:
        return Judge(self.reading.config.bounces, self.connection, self.reading.now)

    def _row(self, position: int, report: Report, bounced: Bounced) -> FeedbackRow:
        now = self.reading.now
        return FeedbackRow(
            mail=self.feedback.key,
            position=position,
            kind=cast("KeptKind", report.kind),
            address=bounced.person.address,
            subscriber_id=bounced.person.id,
            issue_id=bounced.issue_id,
            status=report.status,
            detail=report.detail,
            # A clock that is wrong elsewhere must not put a report into the future.
            reported_at=min(self.feedback.written_at or now, now),
            read_at=now,
        )

    def _event(self, report: Report, effect: Effect, **facts: str | float) -> Event:
        facts |= {"mail": self.mail.name, "status": report.status, "detail": report.detail}
        return Event(kind=report.kind, effect=effect, **facts)  # type: ignore[arg-type]  # names above are its own


def _is_settled(events: Iterable[Event]) -> bool:
    """Tell whether a mail needs nobody's eyes any more. A person's own words do, and what is not proven."""
    return all(event.kind != "other" and event.effect != "unproven" for event in events)


def _report(mails: int, events: Sequence[Event]) -> BounceReport:
    return BounceReport(
        mails=mails,
        kinds=MappingProxyType(dict(Counter(event.kind for event in events))),
        effects=MappingProxyType(dict(Counter(event.effect for event in events))),
        events=tuple(events),
        problems=tuple(_problem(event) for event in events if event.effect == "unproven"),
    )


def _problem(event: Event) -> Problem:
    """Say why nothing was done about a report, and what can be."""
    if event.kind == "unsubscribe":
        return Problem(
            f"{event.email} asks to leave, without the token that proves who asks",
            Location(event.mail),
            "if you believe it: publisher subscribers remove ADDRESS",
            rule="leaves-unproven",
        )
    if event.kind == "confirm":
        return Problem(
            f"{event.email} confirms, without the token that proves who was asked",
            Location(event.mail),
            "if you believe it: publisher subscribers confirm ADDRESS",
            rule="confirms-unproven",
        )
    about = f"about {event.email} " if event.email else ""
    return Problem(
        f"a report ({event.kind}) {about}bears no token or id of ours: anybody could have written it",
        Location(event.mail),
        "bounces+{token}@… as envelope_sender makes every bounce bear one; --by-address believes this one",
        rule="bounce-unproven",
    )

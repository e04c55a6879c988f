"""Whom a mail that came back is about: proven by a token or an id of ours, or only said by whoever wrote it.

A bounce is easily forged, and silences a reader for ever. So an address alone proves nothing: a report counts when it
bears our envelope token, the unsubscribe token of the message it returns, or the Message-ID we gave that reader.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from publisher.audience.address import fault_in, normalise
from publisher.audience.tokens import find_claim
from publisher.audience.verp import read_sender
from publisher.digest.letterhead import make_letterhead
from publisher.digest.message import make_message_id
from publisher.store.feedback import Person, find_issue_id, find_person
from publisher.store.issues import list_issues
from publisher.store.keys import find_secret
from publisher.store.subscribers import find_subscriber

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import Connection

    from publisher.audience.tokens import Purpose
    from publisher.config import Config
    from publisher.digest.letterhead import Letterhead
    from publisher.feedback.report import Feedback, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounced:
    """A subscriber whose message came back, or who asks to leave."""

    person: Person
    #: Which issue it was; None where that is not known.
    issue_id: int | None = None


@dataclass(frozen=True)
class Detective:
    """Finds out who is meant, for as long as a connection is lent."""

    config: Config
    connection: Connection

    def who_leaves(self, feedback: Feedback) -> Bounced | None:
        """Give the subscriber whose token a wish to leave bears."""
        return self._by_claims(feedback.traces.wishes)

    def who_confirms(self, feedback: Feedback) -> Bounced | None:
        """Give the subscriber whose token a yes bears."""
        return self._by_claims(feedback.traces.wishes, "confirm")

    def whose_message(self, feedback: Feedback, report: Report, *, by_address: bool) -> Bounced | None:
        """Give the subscriber whose message a report is about; None when nothing proves that it is one of ours.

        by_address: believe an address that is only named, too.
        """
        traces = feedback.traces
        addresses = [report.recipient, *traces.recipients]
        return (
            self._by_envelope(traces.envelopes)
            or self._by_claims(traces.unsubscribe)
            or self._by_message_id(traces.message_ids, addresses)
            or (self._by_address([report.recipient]) if by_address else None)
        )

    def secret_of(self, kid: int) -> bytes | None:
        """Look a key up by its number."""
        return find_secret(self.connection, kid)

    def _by_envelope(self, texts: Iterable[str]) -> Bounced | None:
        for text in texts:
            found = read_sender(text, self.secret_of, self.config.newsletters)
            person = find_person(self.connection, found.subscriber_id) if found else None
            if found and person and person.newsletter == found.newsletter:
                number = find_issue_id(self.connection, found.newsletter, found.issue_number)
                return Bounced(person=person, issue_id=number)
        return None

    def _by_claims(self, texts: Iterable[str], purpose: Purpose = "unsubscribe") -> Bounced | None:
        for text in texts:
            claim = find_claim(text, self.secret_of, self.config.newsletters, purpose)
            person = find_person(self.connection, claim.subscriber_id) if claim else None
            if claim and person and person.newsletter == claim.newsletter:
                return Bounced(person=person)
        return None

    def _by_message_id(self, message_ids: Iterable[str], addresses: Iterable[str]) -> Bounced | None:
        """Make the Message-IDs that the people named could have got, and compare."""
        wanted = frozenset(message_ids)
        for person in self._people(addresses) if wanted else ():
            letterhead = self._letterheads[person.newsletter]
            for row_id, number, _ in list_issues(self.connection, person.newsletter):
                if make_message_id(letterhead, f"{person.newsletter}/{number}/{person.id}") in wanted:
                    return Bounced(person=person, issue_id=row_id)
        return None

    def _by_address(self, addresses: Iterable[str]) -> Bounced | None:
        person = next(self._people(addresses), None)
        return Bounced(person=person) if person else None

    def _people(self, addresses: Iterable[str]) -> Iterator[Person]:
        """Give the subscribers with one of these addresses, of any newsletter."""
        for address in dict.fromkeys(one for one in addresses if one and not fault_in(one)):
            for newsletter in sorted(self.config.newsletters):
                found = find_subscriber(self.connection, newsletter, normalise(address))
                person = find_person(self.connection, found.id) if found else None
                if person:
                    yield person

    @cached_property
    def _letterheads(self) -> Mapping[str, Letterhead]:
        return {name: make_letterhead(name, one, "", "") for name, one in self.config.newsletters.items()}

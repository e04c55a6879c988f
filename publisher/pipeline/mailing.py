"""What a newsletter sends to many, before it is an issue: the week, one new post, an announcement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from publisher.errors import StoreError
from publisher.pipeline.issue import IssueReport, make_issue
from publisher.store.issues import get_issue, latest_issue

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from publisher.config import Config
    from publisher.model.issue import Issue
    from publisher.store.open import Store


class Mailing(Protocol):
    """Something to send, which becomes an issue once, however often it is sent."""

    @property
    def newsletter(self) -> str:
        """Whose readers it is for."""

    def make(self, store: Store | None, *, freeze: bool = True) -> IssueReport:
        """Make and freeze its issue, or give it as it was frozen before.

        store: None only where there is none yet. freeze: False writes nothing.
        Raises StoreError when another machine froze it, or took its number, at this very moment.
        """

    def find(self, connection: Connection) -> Issue | None:
        """Give its issue, the newest if there may be several; None when nothing is frozen yet."""


@dataclass(frozen=True, slots=True)
class WeekMailing:
    """The issue of the last full week."""

    config: Config
    newsletter: str
    now: datetime
    #: An issue that was frozen before instead, of any kind.
    number: int | None = None

    def make(self, store: Store | None, *, freeze: bool = True) -> IssueReport:
        """See Mailing."""
        if self.number is None:
            return make_issue(self.config, self.newsletter, self.now, store=store, freeze=freeze)
        if store is None:
            raise StoreError(f"{self.newsletter} has no issue {self.number}: there is no store yet")
        with store.read() as connection:
            found = get_issue(connection, self.newsletter, self.number)
        return IssueReport(outcome="already frozen", period=found.period, issue=found)

    def find(self, connection: Connection) -> Issue | None:
        """See Mailing."""
        if self.number is None:
            return latest_issue(connection, self.newsletter)
        return get_issue(connection, self.newsletter, self.number)


def frozen_issue(mailing: Mailing, store: Store) -> IssueReport:
    """Make a mailing's issue. Another machine may be making the same one at this moment: then theirs counts."""
    try:
        return mailing.make(store)
    except StoreError:
        again = mailing.make(store, freeze=False)
        if again.outcome == "preview":
            # It was only the number that they took.
            return mailing.make(store)
        if again.outcome != "already frozen":
            raise
        return again

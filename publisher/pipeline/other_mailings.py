"""One new post, and an announcement, as mailings: each becomes an issue of its kind, frozen before it leaves."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from publisher.digest.freeze import content_hash, freeze_letter, pictures_of
from publisher.errors import ContentError, Location, StoreError
from publisher.model.issue import FIRST_EXTRA, Period
from publisher.model.subscriber import selection_key
from publisher.pipeline.files import write_pictures
from publisher.pipeline.issue import IssueReport
from publisher.pipeline.other_mails import make_announcement, make_post_letter
from publisher.store.deliveries import count_states
from publisher.store.issues import find_issue_about, freeze_issue, get_issue, issue_id, keys_of, next_extra_number
from publisher.store.plans import find_plan
from publisher.syndication.identity import guid_of

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from publisher.config import Config
    from publisher.model.issue import Issue
    from publisher.model.post import Post
    from publisher.store.open import Store

#: Between an announcement's file and the hash of its text.
_SEAL = " sha256:"


@dataclass(frozen=True, slots=True)
class PostMailing:
    """One post, for those who want a mail about each. What makes it this one is its guid."""

    config: Config
    newsletter: str
    #: Dated, with its guid (pipeline.identity).
    post: Post
    now: datetime

    def make(self, store: Store | None, *, freeze: bool = True) -> IssueReport:
        """See Mailing."""
        frozen = self._find_in(store)
        letter, pictures, problems = make_post_letter(self.config, self.newsletter, self.post)
        if frozen:
            shown = {name: pictures[name] for name in pictures_of(frozen.html) if name in pictures}
            if freeze:
                write_pictures(shown, self.config.output_dir)
            return IssueReport(outcome="already frozen", period=frozen.period, issue=frozen, pictures=shown)
        assert self.post.published, "a post without a date is no news"
        guid, moment = guid_of(self.post), self.post.published
        issue = freeze_letter(letter, self.newsletter, "post", guid, self.now)
        issue = replace(issue, period=Period(start=moment, end=moment), web_url=self.post.url, manifest=(guid,))
        report = IssueReport(
            outcome="preview",
            period=issue.period,
            issue=issue,
            problems=(*problems, *letter.problems),
            pictures=pictures,
        )
        return _kept(self.config, report, issue, store, freeze=freeze)

    def find(self, connection: Connection) -> Issue | None:
        """See Mailing."""
        return find_issue_about(connection, self.newsletter, "post", guid_of(self.post))

    def _find_in(self, store: Store | None) -> Issue | None:
        if store is None:
            return None
        with store.read() as connection:
            return self.find(connection)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementMailing:
    """A Markdown file, for everybody. What makes it this one is the file's place and its text."""

    config: Config
    newsletter: str
    path: Path
    now: datetime
    #: Only for who reads one of these, or everything; empty: for everybody.
    topics: frozenset[str] = frozenset()
    #: Send a text that was changed since to everybody once more.
    again: bool = False

    def make(self, store: Store | None, *, freeze: bool = True) -> IssueReport:
        """See Mailing. Raises StoreError when an earlier text of the same file was sent, and nobody said `again`."""
        key = self._place + _SEAL + self._text_hash()
        letter, problems = make_announcement(self.config, self.newsletter, self.path)
        if store and (frozen := self._frozen(store, key)):
            return IssueReport(outcome="already frozen", period=frozen.period, issue=frozen)
        issue = freeze_letter(letter, self.newsletter, "announcement", key, self.now)
        issue = replace(issue, selection=selection_key(self.topics))
        doubts = (*problems, *letter.problems)
        report = IssueReport(outcome="preview", period=issue.period, issue=issue, problems=doubts)
        return _kept(self.config, report, issue, store, freeze=freeze)

    def find(self, connection: Connection) -> Issue | None:
        """See Mailing: of several texts of one file, the newest."""
        numbers = self._numbers(connection).values()
        return get_issue(connection, self.newsletter, max(numbers)) if numbers else None

    @property
    def _place(self) -> str:
        """Name the file as every machine does that has the site."""
        path, root = self.path.resolve(), self.config.root.resolve()
        return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()

    def _text_hash(self) -> str:
        try:
            text = self.path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ContentError(f"it can't be read: {error}", at=Location(self._place)) from error
        return hashlib.sha256(text.encode()).hexdigest()

    def _frozen(self, store: Store, key: str) -> Issue | None:
        with store.read() as connection:
            found = find_issue_about(connection, self.newsletter, "announcement", key)
            if found is None:
                self._refuse_another_text(connection)
            elif found.selection != selection_key(self.topics):
                raise StoreError(
                    f"{found.label} is for {_whom(found)}; that can't be changed any more",
                    hint="to write to others as well, put the text into a file of another name",
                )
            return found

    def _refuse_another_text(self, connection: Connection) -> None:
        """Refuse a text that was changed after somebody may have got the earlier one."""
        numbers = [] if self.again else sorted(self._numbers(connection).values(), reverse=True)
        for number in numbers:
            row = issue_id(connection, self.newsletter, number)
            if find_plan(connection, row):
                label = get_issue(connection, self.newsletter, number).label
                accepted = count_states(connection, row).get("accepted", 0)
                raise StoreError(
                    f"{self._place} was changed since it was sent: {label} went to {accepted} readers",
                    hint="--again sends the new text to everybody, also to those who have the old one;"
                    f" publisher send {self.newsletter} --issue {number} goes on with the old one",
                )

    def _numbers(self, connection: Connection) -> dict[str, int]:
        """Give every text of this file that was frozen, with its number."""
        found = keys_of(connection, self.newsletter, "announcement")
        return {key: number for key, number in found.items() if key.rpartition(_SEAL)[0] == self._place}


def _whom(issue: Issue) -> str:
    return f"who reads {', '.join(issue.selection.splitlines())}" if issue.selection else "everybody"


def _kept(config: Config, report: IssueReport, issue: Issue, store: Store | None, *, freeze: bool) -> IssueReport:
    """Give an issue its number, and keep it for ever if that is wanted. Its pictures are there before."""
    if store is None:
        return replace(report, issue=_numbered(issue, FIRST_EXTRA))
    if not freeze:
        with store.read() as connection:
            return replace(report, issue=_numbered(issue, next_extra_number(connection, issue.newsletter)))
    write_pictures(report.pictures, config.output_dir)
    with store.begin() as connection:
        frozen = _numbered(issue, next_extra_number(connection, issue.newsletter))
        freeze_issue(connection, frozen)
    return replace(report, outcome="frozen", issue=frozen)


def _numbered(issue: Issue, number: int) -> Issue:
    issue = replace(issue, number=number)
    return replace(issue, content_hash=content_hash(issue))

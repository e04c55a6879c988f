"""Frozen issues: written once, read for ever."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select
from sqlalchemy.exc import IntegrityError

from publisher.errors import StoreError
from publisher.model.issue import FIRST_EXTRA, Issue, IssueKind, Period
from publisher.store.schema import issue_posts, issues


def find_issue(connection: Connection, newsletter: str, period: Period) -> Issue | None:
    """Give the digest that looks back on `period`, or None when it was not made yet."""
    return _one(connection, _digests(newsletter).where(issues.c.period_start == period.start))


def find_issue_about(connection: Connection, newsletter: str, kind: IssueKind, key: str) -> Issue | None:
    """Give the issue of another kind than the digest that is about `key`, or None."""
    return _one(connection, _of(newsletter).where(issues.c.kind == kind, issues.c.key == key))


def keys_of(connection: Connection, newsletter: str, kind: IssueKind) -> dict[str, int]:
    """Give what all issues of a kind are about, with their numbers, by number."""
    query = select(issues.c.key, issues.c.number).where(issues.c.newsletter == newsletter, issues.c.kind == kind)
    return {row.key: row.number for row in connection.execute(query.order_by(issues.c.number))}


def latest_issue(connection: Connection, newsletter: str) -> Issue | None:
    """Give the digest with the highest number, or None when there is none."""
    return _one(connection, _digests(newsletter).order_by(issues.c.number.desc()).limit(1))


def get_issue(connection: Connection, newsletter: str, number: int) -> Issue:
    """Give the issue of that number. Raises StoreError, naming the numbers there are."""
    found = _one(connection, _of(newsletter).where(issues.c.number == number))
    if found is not None:
        return found
    mine = (issues.c.newsletter == newsletter) & (issues.c.kind == "digest")
    query = select(func.min(issues.c.number), func.max(issues.c.number)).where(mine)
    first, last = connection.execute(query).one()
    hint = "publisher issue " + newsletter if first is None else f"the numbers there are go from {first} to {last}"
    raise StoreError(f"{newsletter} has no issue {number}", hint=hint)


def list_issues(connection: Connection, newsletter: str) -> tuple[tuple[int, int, str], ...]:
    """Give row id, number and subject of every issue of a newsletter, by number."""
    query = select(issues.c.id, issues.c.number, issues.c.subject).where(issues.c.newsletter == newsletter)
    return tuple((row.id, row.number, row.subject) for row in connection.execute(query.order_by(issues.c.number)))


def next_number(connection: Connection, newsletter: str, first_number: int) -> int:
    """Give the number for a new digest: one more than the last, or `first_number`."""
    last = _last_number(connection, newsletter, extra=False)
    return first_number if last is None else max(first_number, last + 1)


def next_extra_number(connection: Connection, newsletter: str) -> int:
    """Give the number for a new issue of another kind."""
    last = _last_number(connection, newsletter, extra=True)
    return FIRST_EXTRA if last is None else last + 1


def _last_number(connection: Connection, newsletter: str, *, extra: bool) -> int | None:
    kind = issues.c.kind != "digest" if extra else issues.c.kind == "digest"
    last: int | None = connection.scalar(
        select(func.max(issues.c.number)).where(issues.c.newsletter == newsletter, kind)
    )
    return last


def manifests(connection: Connection, newsletter: str) -> frozenset[str]:
    """Give the guids of all posts that any digest of the newsletter told of."""
    query = select(issue_posts.c.guid).join(issues).where(issues.c.newsletter == newsletter, issues.c.kind == "digest")
    return frozenset(connection.scalars(query))


def issue_id(connection: Connection, newsletter: str, number: int) -> int:
    """Give the row id under which the ledger knows an issue. Raises StoreError when the issue is not frozen."""
    query = select(issues.c.id).where(issues.c.newsletter == newsletter, issues.c.number == number)
    found: int | None = connection.scalar(query)
    if found is None:
        raise StoreError(f"{newsletter} has no issue {number}", hint="publisher issue " + newsletter)
    return found


def freeze_issue(connection: Connection, issue: Issue) -> None:
    """Keep an issue for ever.

    Raises StoreError when its number or its period is taken: what was sent can be shown again, so nothing replaces it.
    """
    row = {
        "period_start": issue.period.start,
        "period_end": issue.period.end,
        **{name: getattr(issue, name) for name in COLUMNS},
    }
    try:
        with connection.begin_nested():
            key = connection.execute(insert(issues).returning(issues.c.id), row).scalar_one()
    except IntegrityError as error:
        day = f"{issue.period.start:%Y-%m-%d}"
        raise StoreError(
            f"{issue.newsletter} already has an issue {issue.number}, or one for the period from {day}"
            if issue.kind == "digest"
            else f"{issue.newsletter} already has an issue {issue.number}, or one about {issue.key}",
            hint="an issue never changes once it is frozen; the next one has the next number",
        ) from error
    posts = [{"issue_id": key, "position": at, "guid": guid} for at, guid in enumerate(issue.manifest)]
    if posts:
        connection.execute(insert(issue_posts), posts)


#: Columns that carry the name of the Issue's own field.
COLUMNS = (
    "newsletter",
    "number",
    "subject",
    "preheader",
    "html",
    "text",
    "frozen_at",
    "content_hash",
    "web_url",
    "page",
    "kind",
    "key",
    "selection",
)


def _of(newsletter: str) -> Select[Any]:
    return select(issues).where(issues.c.newsletter == newsletter)


def _digests(newsletter: str) -> Select[Any]:
    return _of(newsletter).where(issues.c.kind == "digest")


def _one(connection: Connection, query: Select[Any]) -> Issue | None:
    row = connection.execute(query).one_or_none()
    return None if row is None else _issue(connection, row)


def _issue(connection: Connection, row: Row[Any]) -> Issue:
    guids = select(issue_posts.c.guid).where(issue_posts.c.issue_id == row.id).order_by(issue_posts.c.position)
    return Issue(
        period=Period(start=row.period_start, end=row.period_end),
        manifest=tuple(connection.scalars(guids)),
        **{name: getattr(row, name) for name in COLUMNS},
    )

"""The posts of a week become a frozen issue: the recipe behind `publisher issue`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from publisher.digest.freeze import freeze_mail, pictures_of, web_copy
from publisher.digest.select import period_before, select_posts
from publisher.digest.wording import load_wording
from publisher.errors import ConfigError, Location, Problem
from publisher.pipeline.files import write_if_changed, write_pictures
from publisher.pipeline.identity import identify_site, read_known_site
from publisher.pipeline.mail_pictures import make_pictures
from publisher.pipeline.week import make_masthead, render_week
from publisher.store.issues import find_issue, freeze_issue, issue_id, manifests, next_number
from publisher.store.passed import pass_posts, passed_guids
from publisher.syndication.identity import guid_of
from publisher.templates import EMAIL, environment

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.config import Config, NewsletterConfig
    from publisher.model.issue import Issue, Period
    from publisher.store.open import Store

Outcome = Literal["frozen", "already frozen", "preview", "nothing new"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueReport:
    """What became of a week."""

    outcome: Outcome
    period: Period
    #: None when there was nothing new.
    issue: Issue | None = None
    problems: tuple[Problem, ...] = ()
    #: The issue's pictures: path below the output folder → file.
    pictures: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Past:
    """What the store knows of a newsletter."""

    #: The issue of the period in question, if it was made before.
    issue: Issue | None
    #: Guids of everything that was told.
    told: frozenset[str]
    number: int
    #: Guids of what was there before and is no news (store.passed); None: dates decide what is new.
    archive: frozenset[str] | None = None


def make_issue(config: Config, name: str, now: datetime, *, store: Store | None, freeze: bool = True) -> IssueReport:
    """Make the issue of the last full week, and freeze it.

    now: aware. store: None only for a preview, where there is no store yet.
    freeze: False makes a preview: nothing is written, neither to the store nor to the output folder.
    An issue that is frozen comes back as it was; its pictures and pages are put back where they are missing.
    """
    newsletter = config.newsletter(name)
    if not re.fullmatch(r"[\w-]+", name):
        raise ConfigError(f"newsletters.{name}: letters, digits, - and _ only", hint="it becomes part of an address")
    period = period_before(now, config.zone_of(newsletter), newsletter.weekday, newsletter.hour)
    past = _look_back(store, name, period, newsletter)
    if past.issue:
        newest = past.issue.number + 1 == past.number
        return _restore(config, past.issue, now, newest=newest, keep=freeze)
    site, register = identify_site(config, now)
    posts = select_posts(site.posts, period, past.told, guid_of, archive=past.archive)
    if not posts:
        return IssueReport(outcome="nothing new", period=period, problems=site.problems)
    week = render_week(config, name, make_masthead(config, name, period, past.number), posts)
    issue = freeze_mail(week.mail, name, now)
    if freeze:
        assert store is not None, "an issue is frozen in a store"
        passed = {guid_of(post) for post in site.posts if post.published and post.published < period.end}
        # The manifest is made of guids: what they stand for is written down first.
        register.save()
        _keep(issue, week.pictures, config, store, passed - past.told)
    return IssueReport(
        outcome="frozen" if freeze else "preview",
        period=period,
        issue=issue,
        problems=tuple(dict.fromkeys((*site.problems, *week.problems))),
        pictures=week.pictures,
    )


def _look_back(store: Store | None, name: str, period: Period, newsletter: NewsletterConfig) -> Past:
    if store is None:
        return Past(None, frozenset(), newsletter.first_number)
    with store.read() as connection:
        return Past(
            find_issue(connection, name, period),
            manifests(connection, name),
            next_number(connection, name, newsletter.first_number),
            passed_guids(connection, name) if newsletter.late_posts else None,
        )


def _keep(issue: Issue, pictures: dict[str, bytes], config: Config, store: Store, there: set[str]) -> None:
    """Freeze an issue. Its pictures are there before, so that no message ever points at nothing.

    there: guids of all posts by the end of its week; what the issue does not tell of them is the archive from now on.
    """
    write_pictures(pictures, config.output_dir)
    with store.begin() as connection:
        freeze_issue(connection, issue)
        key = issue_id(connection, issue.newsletter, issue.number)
        pass_posts(connection, issue.newsletter, key, there.difference(issue.manifest))
    _write_pages(issue, config, newest=True)


def _restore(config: Config, issue: Issue, now: datetime, *, newest: bool, keep: bool) -> IssueReport:
    """Give a frozen issue back, and put its pictures and pages back where they are missing.

    newest: whether it has the highest number. keep: False writes nothing.
    """
    shown = pictures_of(issue.html + issue.page)
    pictures = {name: path.read_bytes() for name in shown if (path := config.output_dir / name).is_file()}
    missing = set(shown) - pictures.keys()
    if missing:
        again = _make_again(issue, config, now)
        pictures |= {name: again[name] for name in missing & again.keys()}
    if keep:
        write_pictures(pictures, config.output_dir)
        _write_pages(issue, config, newest=newest)
    return IssueReport(
        outcome="already frozen",
        period=issue.period,
        issue=issue,
        problems=tuple(_lost(name, issue, config) for name in sorted(missing - pictures.keys())),
        pictures=pictures,
    )


def _make_again(issue: Issue, config: Config, now: datetime) -> dict[str, bytes]:
    """Make the pictures of a frozen issue from its posts once more: equal sources give equal names."""
    by_guid = {guid_of(post): post for post in read_known_site(config, now).posts}
    posts = [by_guid[guid] for guid in issue.manifest if guid in by_guid]
    lead = by_guid.get(issue.manifest[0])
    return make_pictures(posts, lead, config).files


def _lost(name: str, issue: Issue, config: Config) -> Problem:
    return Problem(
        f"issue {issue.number} shows a picture that is gone, and its post has another one now",
        Location((config.output_dir / name).relative_to(config.root).as_posix()),
        "put the old picture back, or the file itself: the mail can't be changed any more",
        "error",
        "lost-picture",
    )


def _write_pages(issue: Issue, config: Config, *, newest: bool) -> None:
    """Write what people see who open the issue in a browser; the newest is the newsletter's own page, too."""
    folder = config.output_dir / "newsletters" / issue.newsletter
    wording = load_wording(environment(EMAIL, config.root), config.language_of(config.newsletter(issue.newsletter)))
    content = (issue.page or web_copy(issue.html, wording.reader)).encode()
    write_if_changed(folder / str(issue.number) / "index.html", content)
    if newest:
        write_if_changed(folder / "index.html", content)

"""The posts of a week become a frozen issue: the recipe behind `publisher issue`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from publisher.content.load import read_site, render_post
from publisher.digest.compose import Masthead, clean_line, make_digest, make_story, with_pictures
from publisher.digest.freeze import freeze_mail, pictures_of, web_copy
from publisher.digest.images import LEAD
from publisher.digest.render import RenderedMail, render_digest
from publisher.digest.select import choose_lead, period_before, select_posts
from publisher.digest.wording import load_wording
from publisher.errors import ConfigError, Location, Problem, PublisherError
from publisher.pipeline.files import write_if_changed
from publisher.pipeline.mail_pictures import MailPictures, make_pictures
from publisher.pipeline.notes import read_note
from publisher.store.issues import find_issue, freeze_issue, manifests, next_number
from publisher.syndication.identity import guid_of
from publisher.syndication.site_feed import FILE_NAMES, feed_path
from publisher.templates import EMAIL, FEEDS, environment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from publisher.config import Config
    from publisher.digest.note import Note
    from publisher.model.issue import Issue, Period
    from publisher.model.post import Post
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
    past = _look_back(store, name, period, newsletter.first_number)
    if past.issue:
        newest = past.issue.number + 1 == past.number
        return _restore(config, past.issue, now, newest=newest, keep=freeze)
    site = read_site(config, now)
    posts = select_posts(site.posts, period, past.told, guid_of)
    if not posts:
        return IssueReport(outcome="nothing new", period=period, problems=site.problems)
    lead = choose_lead(posts, LEAD.min_width)
    pictures = make_pictures(posts, lead, config)
    masthead = _masthead(config, name, period, past.number)
    note, doubts = read_note(config, name, masthead)
    mail, more = _render([lead, *(post for post in posts if post is not lead)], masthead, note, pictures, config)
    issue = freeze_mail(mail, name, now)
    if freeze:
        assert store is not None, "an issue is frozen in a store"
        _keep(issue, pictures.files, config, store)
    return IssueReport(
        outcome="frozen" if freeze else "preview",
        period=period,
        issue=issue,
        problems=tuple(dict.fromkeys((*site.problems, *pictures.problems, *doubts, *more, *mail.problems))),
        pictures=pictures.files,
    )


def archive_url(config: Config, name: str) -> str:
    """Say where a newsletter's newest issue can be read in a browser; issue 7 lies at 7/ below."""
    return f"{config.site.url}newsletters/{quote(name)}/"


def _look_back(store: Store | None, name: str, period: Period, first_number: int) -> Past:
    if store is None:
        return Past(None, frozenset(), first_number)
    with store.read() as connection:
        return Past(
            find_issue(connection, name, period),
            manifests(connection, name),
            next_number(connection, name, first_number),
        )


def _masthead(config: Config, name: str, period: Period, number: int) -> Masthead:
    newsletter = config.newsletter(name)
    feed = next(form for form in ("rss", "atom", "json") if form in config.feeds.formats)
    return Masthead(
        title=clean_line(newsletter.title or config.site.title),
        number=number,
        period=period,
        zone=config.zone_of(newsletter),
        language=config.language_of(newsletter),
        web_url=f"{archive_url(config, name)}{number}/",
        home_url=config.site.url,
        feed_url=config.site.url + feed_path(config, FILE_NAMES[feed]),
        postal_address=clean_line(newsletter.postal_address),
        has_preferences=bool(newsletter.preferences_url),
    )


def _render(
    posts: Sequence[Post], masthead: Masthead, note: Note | None, pictures: MailPictures, config: Config
) -> tuple[RenderedMail, list[Problem]]:
    """Put posts, the lead first, into words and render them. Gives doubts about single posts beside the mail."""
    env = environment(EMAIL, config.root)
    wording = load_wording(env, masthead.language)
    problems: list[Problem] = []
    stories = [
        make_story(post, guid_of(post), wording, masthead.zone, summary=_summary(post, config, problems))
        for post in posts
    ]
    by_guid = {guid_of(post): pictures.by_post[post.key] for post in posts if post.key in pictures.by_post}
    lead, *others = with_pictures(stories, by_guid)
    return render_digest(make_digest(masthead, wording, lead, others, note), env), problems


def _summary(post: Post, config: Config, problems: list[Problem]) -> str:
    """Take a summary from the post itself where its author wrote none; one that can't be had is a problem."""
    if post.description:
        return ""
    try:
        return render_post(post, config, "text", environment(FEEDS, config.root)).text
    except PublisherError as error:
        problems.append(error.as_problem("post-without-summary"))
        return ""


def _keep(issue: Issue, pictures: dict[str, bytes], config: Config, store: Store) -> None:
    """Freeze an issue. Its pictures are there before, so that no message ever points at nothing."""
    _write_pictures(pictures, config)
    with store.begin() as connection:
        freeze_issue(connection, issue)
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
        _write_pictures(pictures, config)
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
    by_guid = {guid_of(post): post for post in read_site(config, now).posts}
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


def _write_pictures(pictures: dict[str, bytes], config: Config) -> None:
    for name, content in pictures.items():
        write_if_changed(config.output_dir / name, content)


def _write_pages(issue: Issue, config: Config, *, newest: bool) -> None:
    """Write what people see who open the issue in a browser; the newest is the newsletter's own page, too."""
    folder = config.output_dir / "newsletters" / issue.newsletter
    wording = load_wording(environment(EMAIL, config.root), config.language_of(config.newsletter(issue.newsletter)))
    content = (issue.page or web_copy(issue.html, wording.reader)).encode()
    write_if_changed(folder / str(issue.number) / "index.html", content)
    if newest:
        write_if_changed(folder / "index.html", content)

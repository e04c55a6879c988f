"""What `publisher preview` shows: the next issue and the feeds as they would be now. Nothing of it is kept."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from publisher.content.load import read_site
from publisher.digest.freeze import web_copy
from publisher.digest.select import period_before
from publisher.digest.wording import load_wording
from publisher.model.subscriber import selection_key, topics_in
from publisher.pipeline.alignment import doubts_about_signing
from publisher.pipeline.archives import with_archives
from publisher.pipeline.build import (
    make_entries,
    render_episodes,
    render_feeds,
)
from publisher.pipeline.feed_plans import episodes_of, plan_feeds
from publisher.pipeline.identity import Register
from publisher.pipeline.issue import IssueReport, make_issue
from publisher.pipeline.issue_lint import lint_for_site
from publisher.pipeline.notes import FOLDER as NOTES
from publisher.pipeline.variants import make_variant
from publisher.store.open import has_store, open_store
from publisher.store.topics import choices
from publisher.syndication.site_feed import PODCAST_NAME, feed_path
from publisher.templates import EMAIL, FEEDS, builtin_dir, environment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from publisher.config import Config
    from publisher.errors import Problem
    from publisher.model.feed import Entry

#: Names the week's page on the web among the parts of a preview; no choice of topics has this name.
PAGE = "page"
#: So many choices of topics are offered.
SELECTIONS = 8
#: due: the last full week, as it would be sent now. coming: the week that is running, as it would be sent at its end.
Week = Literal["due", "coming"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuePreview:
    """A newsletter's next issue, and what is to be said about it."""

    newsletter: str
    week: Week
    report: IssueReport
    #: What `digest.lint` finds, and doubts about its signature; empty without an issue.
    lint: tuple[Problem, ...]
    #: The choices of topics that most readers made (model.subscriber.selection_key).
    selections: tuple[str, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was met on the way to the issue and what its lint found: errors first, each once."""
        problems = dict.fromkeys((*self.report.problems, *self.lint))
        return tuple(sorted(problems, key=lambda problem: problem.severity != "error"))


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPreview:
    """A feed as its readers see it."""

    title: str
    #: Each document of it: path below the site's address, size in bytes.
    documents: tuple[tuple[str, int], ...]
    #: Newest first.
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedsPreview:
    """Every feed of a site, the site's own first, the podcast last."""

    feeds: tuple[FeedPreview, ...]
    problems: tuple[Problem, ...]


def preview_issue(config: Config, name: str, now: datetime, week: Week | None = None) -> IssuePreview:
    """Make a newsletter's next issue, and keep nothing of it.

    week: None takes the last full week if its issue is still to be made, else the running one if it has posts.
    Raises PublisherError where no issue can be made.
    """
    if week == "coming":
        return _preview(config, name, end_of_week(config, name, now), "coming")
    due = _preview(config, name, now, "due")
    if week == "due" or due.report.outcome == "preview":
        return due
    coming = _preview(config, name, end_of_week(config, name, now), "coming")
    return coming if coming.report.issue else due


def preview_part(config: Config, preview: IssuePreview, part: str, now: datetime) -> IssuePreview:
    """Show what others see of an issue: on the week's page (PAGE), or who made a choice of topics (its selection)."""
    issue = preview.report.issue
    if issue is None or not part:
        return preview
    pictures: dict[str, bytes] = {}
    if part == PAGE:
        language = config.language_of(config.newsletter(issue.newsletter))
        reader = load_wording(environment(EMAIL, config.root), language).reader
        shown = replace(issue, html=issue.page or web_copy(issue.html, reader))
    else:
        shown, pictures = make_variant(config, issue, topics_in(part), now)
    lint = lint_for_site(config, shown, now) if part != PAGE and not shown.is_empty else ()
    kept = {**preview.report.pictures, **pictures}
    report = replace(preview.report, issue=None if shown.is_empty else shown, pictures=kept)
    return replace(preview, report=report, lint=lint)


def end_of_week(config: Config, name: str, now: datetime) -> datetime:
    """Say when the running week ends, and its issue is due."""
    newsletter = config.newsletter(name)
    zone = config.zone_of(newsletter)
    last = period_before(now, zone, newsletter.weekday, newsletter.hour)
    return last.end.astimezone(zone) + timedelta(days=7)  # by the clock on the wall, whatever it does in between


def _preview(config: Config, name: str, now: datetime, week: Week) -> IssuePreview:
    report = _make(config, name, now)
    lint = (*lint_for_site(config, report.issue, now), *doubts_about_signing(config, name)) if report.issue else ()
    return IssuePreview(newsletter=name, week=week, report=report, lint=lint, selections=_selections(config, name))


def _selections(config: Config, name: str) -> tuple[str, ...]:
    """Give the choices of topics that most readers made."""
    if not has_store(config.store.url, config.root):
        return ()
    with closing(open_store(config.store.url, config.root)) as store, store.read() as connection:
        made = Counter(selection_key(topics) for _, topics in choices(connection, name))
    return tuple(sorted(made, key=lambda one: (-made[one], one))[:SELECTIONS])


def _make(config: Config, name: str, now: datetime) -> IssueReport:
    if not has_store(config.store.url, config.root):
        return make_issue(config, name, now, store=None, freeze=False)
    store = open_store(config.store.url, config.root)
    try:
        return make_issue(config, name, now, store=store, freeze=False)
    finally:
        store.close()


def preview_feeds(config: Config, now: datetime) -> FeedsPreview:
    """Make every feed in memory.

    Raises PublisherError where none can be made.
    """
    site = read_site(config, now)
    register = Register(config, now)
    posts, doubles = register.identify([post for post in site.posts if post.published])
    plans, doubts = plan_feeds(config, posts, now, register)
    plans, _ = with_archives(plans, register)
    episodes = episodes_of(config, posts)
    shown = {post.key: post for group in (*(plan.posts for plan in plans), episodes) for post in group}
    made = make_entries(tuple(shown.values()), config)
    sizes = {path: len(content) for path, content in render_feeds(config, plans, made).items()}
    feeds = [
        FeedPreview(
            title=plan.title,
            documents=tuple((path, sizes[path]) for path in map(plan.path_of, config.feeds.formats)),
            entries=tuple(made.entries[post.key] for post in plan.posts if post.key in made.entries),
        )
        for plan in plans
    ]
    podcast = render_episodes(config, episodes, made)
    if config.podcast and podcast.content:
        path = feed_path(config, PODCAST_NAME)
        entries = tuple(made.entries[post.key] for post in episodes if post.key in made.entries)
        title = config.podcast.title or config.site.title
        feeds.append(FeedPreview(title=title, documents=((path, len(podcast.content)),), entries=entries))
    problems = dict.fromkeys((*site.problems, *doubles, *doubts, *made.problems, *podcast.problems))
    return FeedsPreview(feeds=tuple(feeds), problems=tuple(problems))


def fingerprint(root: Path, config: Config | None) -> str:
    """Sum up the files that a preview depends on, by name, size and time of change: another sum, another look.

    root: the folder of publisher.toml. config: None while publisher.toml itself can't be read.
    """
    total = hashlib.sha256()
    for line in sorted(_states(root, config)):
        total.update(line.encode("utf-8", "surrogateescape") + b"\n")
    return total.hexdigest()[:16]


def _states(root: Path, config: Config | None) -> Iterator[str]:
    yield from _state_of(entry for entry in _scan(root) if entry.is_file() and not entry.name.endswith(_CHANGING))
    folders = [root / name for name in (EMAIL, FEEDS, NOTES)] + [builtin_dir(EMAIL), builtin_dir(FEEDS)]
    if config:
        folders += [config.content_dir, *config.static_dirs]
    for folder in dict.fromkeys(folders):
        yield from _state_of(_files_below(folder))


#: Files beside publisher.toml that change while nothing of the preview does.
_CHANGING = (".db", ".db-wal", ".db-shm", ".db-journal", ".log", "~", ".swp", ".tmp")


def _state_of(entries: Iterable[os.DirEntry[str]]) -> Iterator[str]:
    for entry in entries:
        try:
            state = entry.stat()
        except OSError:  # gone while we looked
            continue
        yield f"{entry.path} {state.st_size} {state.st_mtime_ns}"


def _files_below(folder: Path) -> Iterator[os.DirEntry[str]]:
    waiting = [folder]
    while waiting:
        for entry in _scan(waiting.pop()):
            if entry.is_dir(follow_symlinks=False):
                waiting.append(folder.__class__(entry.path))
            elif not entry.name.startswith("."):
                yield entry


def _scan(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError:
        return []

"""The archives of feeds: publisher.lock knows which post is on which page, and a build adds the pages that are full."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from publisher.config import FILE_NAME
from publisher.errors import Location, Problem
from publisher.syndication.archives import is_page, make_archive
from publisher.syndication.lock import by_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from publisher.pipeline.identity import Register
    from publisher.syndication.lock import Lock
    from publisher.syndication.site_feed import FeedPlan

#: The pages of posts by the folder of their feed and by their keys.
_Known = dict[str, dict[str, int]]


def with_archives(
    plans: Sequence[FeedPlan], register: Register, *, frozen: bool = False
) -> tuple[tuple[FeedPlan, ...], tuple[FeedPlan, ...]]:
    """Give the feeds that ask for it an archive: gives the feeds, and the pages of their archives.

    A feed then shows its newest posts, as always, and those that no page holds yet: who walks from it through its
    archive meets every post. Pages that have become full are noted in the register's lock.
    frozen: leave the lock as it is.
    """
    if not any(plan.archive_size for plan in plans):
        return tuple(plans), ()
    known = _known_pages(register.lock)
    feeds: list[FeedPlan] = []
    pages: list[FeedPlan] = []
    for plan in plans:
        if not plan.archive_size:
            feeds.append(plan)
            continue
        archive = make_archive(plan.every, known.get(plan.folder, {}), plan.archive_size, frozen=frozen)
        _note(register, plan.folder, archive.given)
        shown = {post.key for post in plan.posts} | archive.loose
        posts = tuple(post for post in plan.every if post.key in shown)
        feed = replace(plan, posts=posts, pages=len(archive.pages))
        feeds.append(feed)
        pages += [replace(feed, posts=posts, page=number) for number, posts in enumerate(archive.pages, start=1)]
    return tuple(feeds), tuple(pages)


def farewell(removed: Iterable[str]) -> tuple[Problem, ...]:
    """Tell of archive pages that a build has removed. removed: paths below the output folder."""
    pages = [path for path in removed if is_page(path)]
    if not pages:
        return ()
    message = f"{len(pages)} archive pages are no longer made, and were removed: {pages[0]}…"
    hint = "readers may still ask for them: set archive_size in [feeds] again if that was not meant"
    return (Problem(message, Location(FILE_NAME), hint, "warning", "archive-gone"),)


def _known_pages(lock: Lock) -> _Known:
    """Read off a lock who is on which page. Of two pages of one feed, which a merge may leave, the first counts."""
    known: _Known = {}
    for line in lock.lines.values():
        for page in line.pages:
            folder, _, number = page.rpartition("/")
            numbers = known.setdefault(folder, {})
            numbers[line.key] = min(int(number), numbers.get(line.key, int(number)))
    return known


def _note(register: Register, folder: str, given: Mapping[str, int]) -> None:
    if given:
        lines = dict(register.lock.lines)
        for key, number in given.items():
            pages = tuple(sorted((*lines[key].pages, f"{folder}/{number}")))
            lines[key] = replace(lines[key], pages=pages)
        register.lock = by_key(lines.values())

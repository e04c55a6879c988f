"""New posts as mails of their own, for those who want each at once: which ones are due. Behind `publisher notify`."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from publisher.errors import ContentError
from publisher.pipeline.audience import AMONG
from publisher.pipeline.find_post import find_post
from publisher.pipeline.identity import identify_site
from publisher.pipeline.other_mailings import PostMailing
from publisher.store.deliveries import count_states
from publisher.store.issues import issue_id, keys_of
from publisher.store.open import has_store, open_store
from publisher.store.plans import count_active, find_plan
from publisher.store.unfinished import WAITING
from publisher.syndication.identity import guid_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from publisher.config import Config
    from publisher.errors import Problem
    from publisher.model.post import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePosts:
    """What is to be sent now."""

    #: Oldest first.
    mailings: tuple[PostMailing, ...] = ()
    #: How many want a mail for each post.
    readers: int = 0
    problems: tuple[Problem, ...] = ()


def due_posts(config: Config, name: str, now: datetime, *, keep_guids: bool = True) -> DuePosts:
    """Find the posts of the last hours (max_age_hours) that some reader still waits for.

    now: aware. keep_guids: write down which guids the posts have, as has to be done before anything is sent.
    Nothing is due while nobody wants it: whoever asks for it later begins with the next post.
    """
    newsletter = config.newsletter(name)
    if not has_store(config.store.url, config.root):
        return DuePosts()
    site, register = identify_site(config, now)
    since = now - timedelta(hours=newsletter.max_age_hours)
    fresh = sorted(_fresh(site.posts, since, now), key=lambda pair: (pair[0], pair[1].key))
    with closing(open_store(config.store.url, config.root)) as store, store.read() as connection:
        readers = count_active(connection, name, AMONG["post"])
        done = _done(connection, name)
    mailings = tuple(PostMailing(config, name, post, now) for _, post in fresh if readers and guid_of(post) not in done)
    if mailings and keep_guids:
        register.save()
    return DuePosts(mailings=mailings, readers=readers, problems=site.problems)


def one_post(config: Config, name: str, post: str, now: datetime, *, keep_guids: bool = True) -> PostMailing:
    """Make the mailing of a post, however old it is.

    post: its file, its key below the content folder, its address or its guid.
    Raises ContentError when there is none that may be seen, or it has no date.
    """
    config.newsletter(name)
    site, register = identify_site(config, now)
    found = find_post(site.posts, post)
    if found is None:
        raise ContentError(
            f'there is no post "{post}" that may be seen now',
            hint="name its file, its address or its guid; publisher explain POST says what becomes of it",
        )
    if found.published is None:
        raise ContentError(f'"{found.key}" has no date, so it is no news', hint="write date: into it")
    if keep_guids:
        register.save()
    return PostMailing(config, name, found, now)


def _fresh(posts: Iterable[Post], since: datetime, now: datetime) -> Iterable[tuple[datetime, Post]]:
    return ((post.published, post) for post in posts if post.published and since <= post.published <= now)


def _done(connection: Connection, name: str) -> frozenset[str]:
    """Give the guids of posts that nobody waits for any more."""
    found = keys_of(connection, name, "post")
    return frozenset(guid for guid, number in found.items() if _is_done(connection, issue_id(connection, name, number)))


def _is_done(connection: Connection, row: int) -> bool:
    states = count_states(connection, row)
    return find_plan(connection, row) is not None and not any(states.get(state) for state in WAITING)

"""Subscribers keep what they have read: the recipe behind `publisher adopt`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.content.load import read_site
from publisher.errors import FeedError, Location
from publisher.pipeline.fetch import read_source
from publisher.pipeline.identity import Register
from publisher.syndication.adopting import adopt_guids
from publisher.syndication.read_json_feed import read_any_feed

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.config import Config
    from publisher.errors import Problem
    from publisher.syndication.adopting import Adoption


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptReport:
    """What was taken over."""

    #: One for each item of the feed, in its order.
    adoptions: tuple[Adoption, ...]
    #: Whether publisher.lock had to be written (in a dry run: would have to be).
    lock_changed: bool
    problems: tuple[Problem, ...]

    def having(self, outcome: str) -> tuple[Adoption, ...]:
        """Give the items of which this became."""
        return tuple(one for one in self.adoptions if one.outcome == outcome)


def adopt(config: Config, now: datetime, source: str, *, dry_run: bool = False) -> AdoptReport:
    """Take over the guids of a feed that subscribers have.

    source: an RSS, Atom or JSON feed, as a file or a web address: the only case in which something is fetched.
    Raises PublisherError where it is no feed, or has nothing of this site.
    """
    feed = read_any_feed(read_source(source), source)
    if not feed.items:
        raise FeedError("the feed is empty", rule="empty-feed", at=Location(source), hint="name one with entries")
    site = read_site(config, now)
    register = Register(config, now)
    posts = [post for post in site.posts if post.published]
    problems = register.identify(posts)[1]
    register.lock, adoptions = adopt_guids(register.lock, posts, feed.items)
    if all(one.outcome == "no such post" for one in adoptions):
        message = f"none of its {len(adoptions)} items is a post of this site; the first is {adoptions[0].link}"
        hint = "name a feed of this site, or see what site.permalink makes of your posts"
        raise FeedError(message, rule="other-site", at=Location(source), hint=hint)
    changed = register.save(dry_run=dry_run)
    return AdoptReport(adoptions=adoptions, lock_changed=changed, problems=(*site.problems, *problems))

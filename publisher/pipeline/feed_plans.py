"""Which feeds a site has: its own, those of terms and saved queries, in each language; and the podcast's episodes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.content.front_matter import aliases
from publisher.errors import Problem
from publisher.pipeline.editions import editions_of
from publisher.pipeline.feed_addresses import settle_addresses
from publisher.pipeline.known_feeds import KnownFeeds, changes_of, with_gone
from publisher.pipeline.query_feeds import plan_query_feeds
from publisher.pipeline.setting_places import place_in_setting
from publisher.pipeline.term_feeds import plan_term_feeds
from publisher.syndication.site_feed import FILE_NAMES, PODCAST_NAME, feed_path, plan_site_feed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from publisher.config import Config
    from publisher.model.post import Card
    from publisher.pipeline.editions import Edition
    from publisher.pipeline.identity import Register
    from publisher.syndication.groups import CardT
    from publisher.syndication.lock import FeedLine
    from publisher.syndication.site_feed import FeedPlan


def plan_feeds(
    config: Config, posts: Sequence[Card], now: datetime, register: Register
) -> tuple[tuple[FeedPlan, ...], tuple[Problem, ...]]:
    """Decide which feeds there are: the site's, those of queries and of terms; then the same in other languages.

    posts: newest first, each with a date.  register: knows which feeds there were, and is told which there are.
    """
    known = KnownFeeds(config, register.before)
    editions = tuple(editions_of(config))
    folders = [feed_path(one.config) for one in editions if one.key]
    made = [
        _plan_edition(one, [post for post in posts if post.edition == one.key], now, known.in_edition(one.key), folders)
        for one in editions
    ]
    planned, clashes = settle_addresses(config, [plan for one in made for plan in one.plans], known)
    register.feeds = with_gone(register.before.feeds, (line for one in made for line in one.lines))
    before = {line.key: line for one in made for line in one.earlier} | {**register.before.feeds}
    news = changes_of(config, before, register.feeds)
    return planned, (*(problem for one in made for problem in one.problems), *clashes, *news)


@dataclass(frozen=True, slots=True)
class _Planned:
    plans: tuple[FeedPlan, ...]
    problems: tuple[Problem, ...]
    lines: tuple[FeedLine, ...]
    earlier: tuple[FeedLine, ...]


def _plan_edition(
    edition: Edition, posts: Sequence[Card], now: datetime, known: KnownFeeds, folders: Sequence[str]
) -> _Planned:
    """Plan the feeds of a language. folders: of the other languages' feeds."""
    config = edition.config
    site_feed = plan_site_feed(config, posts)
    taken = [*folders, *(feed_path(config, name) for name in (*FILE_NAMES.values(), PODCAST_NAME))]
    of_queries = plan_query_feeds(config, posts, taken, known)
    of_terms = plan_term_feeds(config, posts, now, (*taken, *(plan.folder for plan in of_queries.plans)), known)
    plans = (site_feed, *of_terms.plans, *of_queries.plans)
    return _Planned(
        tuple(edition.adapt(plan) for plan in plans),
        (*_emptiness(edition, posts), *of_queries.problems, *of_terms.problems),
        (*of_queries.lines, *of_terms.lines),
        of_terms.earlier,
    )


def _emptiness(edition: Edition, posts: Sequence[Card]) -> Iterator[Problem]:
    """Tell of a feed without any entry, which somebody may have subscribed to when it had some."""
    if not posts:
        keys = ("feeds", "languages") if edition.key else ("site", "content")
        message = f"no post may be seen: the feed {edition.config.site.title} is empty"
        hint = "publish one; or see what `publisher build` has left out: drafts, other sections, posts without dates"
        yield Problem(message, place_in_setting(edition.config, keys), hint, rule="empty-feed")


def episodes_of(config: Config, posts: Iterable[CardT]) -> tuple[CardT, ...]:
    """Choose the posts that name a file to listen to, if there is a podcast."""
    own = (post for post in posts if not post.edition)
    return tuple(post for post in own if aliases.lookup(post.params, aliases.AUDIO)[1]) if config.podcast else ()

"""Which feeds a site has: its own, those of terms and of saved queries; and the podcast's episodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.content.front_matter import aliases
from publisher.pipeline.feed_addresses import settle_addresses
from publisher.pipeline.known_feeds import KnownFeeds, changes_of, with_gone
from publisher.pipeline.query_feeds import plan_query_feeds
from publisher.pipeline.term_feeds import plan_term_feeds
from publisher.syndication.site_feed import FILE_NAMES, PODCAST_NAME, feed_path, plan_site_feed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from publisher.config import Config
    from publisher.errors import Problem
    from publisher.model.post import Card
    from publisher.pipeline.identity import Register
    from publisher.syndication.groups import CardT
    from publisher.syndication.site_feed import FeedPlan


def plan_feeds(
    config: Config, posts: Sequence[Card], now: datetime, register: Register
) -> tuple[tuple[FeedPlan, ...], tuple[Problem, ...]]:
    """Decide which feeds there are: the site's, then those of terms, then those of queries.

    posts: newest first, each with a date.  register: knows which feeds there were, and is told which there are.
    """
    known = KnownFeeds(config, register.before.feeds)
    site_feed = plan_site_feed(config, posts)
    taken = [feed_path(config, name) for name in (*FILE_NAMES.values(), PODCAST_NAME)]
    of_queries = plan_query_feeds(config, posts, taken, known)
    of_terms = plan_term_feeds(config, posts, now, (*taken, *(plan.folder for plan in of_queries.plans)), known)
    plans, clashes = settle_addresses(config, (site_feed, *of_terms.plans, *of_queries.plans), known)
    register.feeds = with_gone(register.before.feeds, (*of_terms.lines, *of_queries.lines))
    news = changes_of(config, register.before.feeds, register.feeds)
    return plans, (*of_queries.problems, *of_terms.problems, *clashes, *news)


def episodes_of(config: Config, posts: Iterable[CardT]) -> tuple[CardT, ...]:
    """Choose the posts that name a file to listen to, if there is a podcast."""
    return tuple(post for post in posts if aliases.lookup(post.params, aliases.AUDIO)[1]) if config.podcast else ()

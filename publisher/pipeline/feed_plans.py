"""Which feeds a site has: its own, those of terms, and the podcast's episodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.content.front_matter import aliases
from publisher.pipeline.term_feeds import plan_term_feeds
from publisher.syndication.site_feed import FILE_NAMES, PODCAST_NAME, feed_path, plan_site_feed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from publisher.config import Config
    from publisher.errors import Problem
    from publisher.model.post import Card
    from publisher.syndication.groups import CardT
    from publisher.syndication.site_feed import FeedPlan


def plan_feeds(
    config: Config, posts: Sequence[Card], now: datetime
) -> tuple[tuple[FeedPlan, ...], tuple[Problem, ...]]:
    """Decide which feeds there are: the site's, then those of terms. posts: newest first, each with a date."""
    site_feed = plan_site_feed(config, posts)
    taken = [feed_path(config, name) for name in (*FILE_NAMES.values(), PODCAST_NAME)]
    of_terms = plan_term_feeds(config, posts, now, taken)
    return (site_feed, *of_terms.plans), of_terms.problems


def episodes_of(config: Config, posts: Iterable[CardT]) -> tuple[CardT, ...]:
    """Choose the posts that name a file to listen to, if there is a podcast."""
    return tuple(post for post in posts if aliases.lookup(post.params, aliases.AUDIO)[1]) if config.podcast else ()

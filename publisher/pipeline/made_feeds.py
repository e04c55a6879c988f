"""Every feed of a site as a build would write it, made in memory, with what it was made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.content.cards import CardReader
from publisher.pipeline.archives import with_archives
from publisher.pipeline.build import (
    make_entries,
    render_episodes,
    render_feeds,
)
from publisher.pipeline.entries import EntryMaker
from publisher.pipeline.feed_plans import episodes_of, plan_feeds
from publisher.pipeline.identity import Register
from publisher.syndication.site_feed import PODCAST_NAME, feed_path

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from publisher.config import Config
    from publisher.errors import Problem
    from publisher.model.feed import Entry
    from publisher.model.post import Card
    from publisher.pipeline.build import Progress
    from publisher.syndication.site_feed import FeedPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeFeeds:
    """A site's feeds, before anything is written."""

    #: Every post with a guid, newest first.
    posts: tuple[Card, ...]
    plans: tuple[FeedPlan, ...]
    episodes: tuple[Card, ...]
    #: By `Card.key`.
    entries: Mapping[str, Entry]
    #: Of each feed, its documents by path below the output folder.
    documents: tuple[Mapping[str, bytes], ...]
    register: Register
    problems: tuple[Problem, ...]


def make_feeds(config: Config, now: datetime, progress: Progress | None = None) -> MadeFeeds:
    """Make every feed. Writes nothing. Raises PublisherError as `build.build` does."""
    reader = CardReader(config, now)
    site = reader.list_posts()
    register = Register(config, now)
    posts, doubles = register.identify(site.cards, site.scheduled)
    plans, doubts = plan_feeds(config, posts, now, register)
    plans, _ = with_archives(plans, register)
    episodes = episodes_of(config, posts)
    shown = tuple({post.key: post for group in (*(plan.posts for plan in plans), episodes) for post in group}.values())
    made = make_entries(shown, config, progress, EntryMaker(config, reader.read_whole).make)
    podcast = render_episodes(config, episodes, made)
    documents: list[Mapping[str, bytes]] = [render_feeds(config, [plan], made) for plan in plans]
    if podcast.content:
        documents.append({feed_path(config, PODCAST_NAME): podcast.content})
    return MadeFeeds(
        posts=posts,
        plans=plans,
        episodes=episodes if podcast.content else (),
        entries=made.entries,
        documents=tuple(documents),
        register=register,
        problems=(*site.problems, *doubles, *doubts, *made.problems, *podcast.problems),
    )

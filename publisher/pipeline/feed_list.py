"""Which feeds a site has, without an entry in any of them: for what is said about feeds elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.content.cards import CardReader
from publisher.pipeline.feed_plans import episodes_of, plan_feeds
from publisher.pipeline.identity import Register
from publisher.syndication.head_links import render_hugo_partial, render_links
from publisher.syndication.hosting import hosting_snippet
from publisher.syndication.site_feed import feed_path, folder_url, make_feed, podcast_feed

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.config import Config
    from publisher.model.feed import Feed
    from publisher.syndication.hosting import Host


@dataclass(frozen=True, slots=True)
class FeedList:
    """The feeds of a site, without their entries."""

    #: The site's own, and the podcast where there is one.
    main: tuple[Feed, ...]
    #: Those of terms.
    terms: tuple[Feed, ...]
    #: Addresses of the folders of those that have archives, with "/" at the end.
    archived: tuple[str, ...] = ()


def list_feeds(config: Config, now: datetime) -> FeedList:
    """Say which feeds a build would write. Reads front matter, and writes nothing."""
    cards = CardReader(config, now).list_posts().cards
    plans, _ = plan_feeds(config, cards, now, Register(config, now))
    site, *terms = [make_feed(config, plan, ()) for plan in plans]
    podcast = [podcast_feed(config, config.podcast, ())] if config.podcast and episodes_of(config, cards) else []
    archived = tuple(folder_url(config, plan.folder) for plan in plans if plan.archive_size)
    return FeedList((site, *podcast), tuple(terms), archived)


def head_links(config: Config, now: datetime) -> str:
    """Write what a site puts into its pages' heads: for Hugo a partial, else plain HTML."""
    feeds = list_feeds(config, now)
    if config.site.generator != "hugo":
        return render_links(feeds.main)
    own_page = [feed for feed in feeds.terms if feed.home_url != config.site.url]
    return render_hugo_partial(feeds.main, own_page)


def hosting(config: Config, host: Host, now: datetime) -> str:
    """Write what a host has to be told about the feeds."""
    feeds = list_feeds(config, now)
    return hosting_snippet(host, folder_url(config, feed_path(config)), feeds.main + feeds.terms, feeds.archived)

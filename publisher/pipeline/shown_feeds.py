"""Feeds as their readers get them: with as much of each post as publisher.toml says, and no larger than it allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.errors import Problem
from publisher.fingerprint import fingerprint
from publisher.pipeline.setting_places import place_in_setting, table_of
from publisher.syndication.site_feed import make_feed
from publisher.templates import FEEDS, environment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from publisher.config import Config
    from publisher.model.feed import Entry, Feed, Format
    from publisher.syndication.site_feed import FeedPlan


def render_document(feed: Feed, form: Format) -> bytes:
    """Render a feed in one of its formats."""
    # lxml and feedgen load when a feed is rendered: after most builds, none has changed.
    from publisher.syndication.json_feed import render_json
    from publisher.syndication.rss_atom import render_atom, render_rss

    return {"rss": render_rss, "atom": render_atom, "json": render_json}[form](feed)


def make_shown_feed(config: Config, plan: FeedPlan, entries: Sequence[Entry]) -> Feed:
    """Make a feed of the entries that its posts became. Raises TemplateError for a broken teaser."""
    from publisher.syndication.amounts import as_shown, fit

    if plan.content != "full":
        env = environment(FEEDS, config.root)
        entries = [as_shown(entry, plan.content, env) for entry in entries]
    feed = make_feed(config, plan, entries)
    if plan.max_bytes is None or plan.page:
        return feed
    return fit(feed, plan.max_bytes, lambda one: max(len(render_document(one, form)) for form in config.feeds.formats))


def amount_of(config: Config, plan: FeedPlan) -> str:
    """Sum up what decides how much of its posts a feed shows, for telling whether it has changed; empty for all."""
    if plan.content == "full" and plan.max_bytes is None:
        return ""
    own = sorted((config.root / FEEDS).glob("**/*.j2")) if plan.content == "teaser" else []
    looks = [(path.relative_to(config.root).as_posix(), path.read_bytes()) for path in own if path.is_file()]
    return fingerprint(plan.content, plan.max_bytes, looks)


def too_large(config: Config, plans: Iterable[FeedPlan], documents: Mapping[str, bytes]) -> Iterator[Problem]:
    """Tell of documents that are larger than they should be, although they show nothing but summaries."""
    for plan in plans:
        sizes = {name: len(documents[name]) for name in map(plan.path_of, config.feeds.formats)}
        name, length_bytes = max(sizes.items(), key=lambda pair: pair[1])
        if plan.max_bytes and length_bytes > plan.max_bytes and not plan.page:
            message = f"{name} has {length_bytes} bytes even with nothing but summaries: max_bytes is {plan.max_bytes}"
            table, settings = table_of(config, plan)
            at = place_in_setting(config, (*(table if settings.max_bytes else ("feeds",)), "max_bytes"))
            yield Problem(message, at, "set a lower limit, or a higher max_bytes", rule="feed-too-large")

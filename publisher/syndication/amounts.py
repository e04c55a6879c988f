"""How much of a post a feed shows: all of it, a teaser, its summary; and how much of a feed fits into so many bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from publisher.syndication.labels import read_more_label
from publisher.templates import render

if TYPE_CHECKING:
    from jinja2 import Environment

    from publisher.config_feeds import Content
    from publisher.model.feed import Entry, Feed

TEMPLATE = "teaser.html.j2"

#: Gives the size of a feed's largest document, in bytes.
Measure = Callable[["Feed"], int]


def as_shown(entry: Entry, content: Content, env: Environment) -> Entry:
    """Give an entry as a feed shows it. env: of feeds/, for teasers. Raises TemplateError."""
    if content == "full":
        return entry
    if content == "summary":
        return as_summary(entry)
    label = read_more_label(entry.language)
    return replace(entry, html=render(env, TEMPLATE, entry=entry, label=label).strip() + "\n", markdown="")


def as_summary(entry: Entry) -> Entry:
    """Give an entry of which a feed shows nothing but the summary; where it has none, its title."""
    return replace(entry, html="", markdown="", summary=entry.summary or entry.title, summary_only=True)


def fit(feed: Feed, max_bytes: int, measure: Measure) -> Feed:
    """Leave only their summaries of a feed's older entries, as few of them as it takes to fit into so many bytes.

    Where even summaries don't fit, it is as small as it gets: every entry stays.
    """
    entries = feed.entries

    def with_whole(count: int) -> Feed:
        return replace(feed, entries=(*entries[:count], *map(as_summary, entries[count:])))

    if measure(feed) <= max_bytes:
        return feed
    fits, too_many = 0, len(entries)
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        fits, too_many = (middle, too_many) if measure(with_whole(middle)) <= max_bytes else (fits, middle)
    return with_whole(fits)

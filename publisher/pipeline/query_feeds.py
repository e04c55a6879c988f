"""Which feeds the saved queries of publisher.toml get."""

from __future__ import annotations

import difflib
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.content.sources import read_split
from publisher.errors import ContentError, Problem
from publisher.pipeline.setting_places import place_in_setting
from publisher.query import fields_of, parse_query
from publisher.syndication.lock import FeedLine
from publisher.syndication.queries import KNOWN_FIELDS, chosen_by, values_under
from publisher.syndication.site_feed import QUERIES, plan_query_feed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from publisher.config import Config
    from publisher.model.post import Card
    from publisher.pipeline.known_feeds import KnownFeeds
    from publisher.query import Field
    from publisher.syndication.site_feed import FeedPlan

#: Posts that are asked which keys there are, where a query names one that no post has.
_ASKED = 50
_KEY = re.compile(r"""(?m)^["']?([^\W\d][\w-]*)["']?\s*[:=]""")


@dataclass(frozen=True, slots=True)
class QueryFeeds:
    """The feeds of saved queries, and what is to be said about others."""

    plans: tuple[FeedPlan, ...] = ()
    problems: tuple[Problem, ...] = ()
    #: What publisher.lock is to keep of them.
    lines: tuple[FeedLine, ...] = ()


def plan_query_feeds(config: Config, posts: Sequence[Card], taken: Iterable[str], known: KnownFeeds) -> QueryFeeds:
    """Plan a feed for each query that means enough posts, or has had a feed: an empty one is better than none.

    posts: newest first, each with a date.  taken: folders and files of other feeds below the output folder.
    """
    plans: dict[str, FeedPlan] = {}
    problems: list[Problem] = []
    lines: list[FeedLine] = []
    occupied = set(taken)
    for name, settings in config.feeds.query.items():
        query = parse_query(settings.where)
        problems += _unknown_fields(config, name, list(fields_of(query)), posts)
        plan = plan_query_feed(config, name, chosen_by(query, posts, config.zone))
        key = known.key_of(QUERIES, name)
        enough = len(plan.every) >= settings.minimum
        if not (enough or known.has(key) or known.was_built(plan.folder)):
            problems.append(_too_few(config, name, len(plan.every)))
        elif plan.folder in occupied or plan.folder in plans:
            problems.append(_clash(config, name, plan.folder))
        else:
            plans[plan.folder] = plan
            lines.append(FeedLine(key=key, path=settings.path or name, state="" if enough else "small"))
    return QueryFeeds(tuple(plans.values()), tuple(problems), tuple(lines))


def _too_few(config: Config, name: str, count: int) -> Problem:
    minimum = config.feeds.query[name].minimum
    message = f"this query means {count or 'no'} {'post' if count <= 1 else 'posts'}: it gets no feed"
    hint = f"it gets one with {minimum}" if count else "`publisher explain POST` shows what a post says of itself"
    return Problem(message, place_in_setting(config, ("feeds", "query", name, "where")), hint, rule="empty-query")


def _clash(config: Config, name: str, folder: str) -> Problem:
    at = place_in_setting(config, ("feeds", "query", name, "path"))
    message = f"the query {name} gets no feed: at its address {folder} lies another feed"
    return Problem(message, at, f"write another path in [feeds.query.{name}]", "error", "feed-clash")


def _unknown_fields(config: Config, name: str, fields: Sequence[Field], posts: Sequence[Card]) -> Iterator[Problem]:
    for field in dict.fromkeys(fields):
        if not posts or any(values_under(post, field.name, config.zone) for post in posts):
            continue
        at = place_in_setting(config, ("feeds", "query", name, "where"), field.offset)
        keys = {*KNOWN_FIELDS, *_keys_of(config, posts[:_ASKED])} - {field.name}
        near = difflib.get_close_matches(field.name, sorted(keys), n=1)
        hint = f"did you mean {near[0]}?" if near else f"posts have: {', '.join(sorted(keys))}"
        yield Problem(f"no post says anything under {field.name}", at, hint, rule="query-field")


def _keys_of(config: Config, posts: Iterable[Card]) -> Iterator[str]:
    """Name the front-matter keys of posts, read again from their files: only a message is worth that."""
    for post in posts:
        with suppress(ContentError, OSError):
            yield from map(str.lower, _KEY.findall(read_split(config, post.path, post.key, post.key).source))

"""Everything about one post's entry: the recipe behind `publisher explain <post>`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from publisher.content.cards import CardReader
from publisher.content.load import read_pages, why_left_out
from publisher.content.sources import site_settings
from publisher.errors import ContentError, Location
from publisher.pipeline.archives import with_archives
from publisher.pipeline.entries import EntryMaker
from publisher.pipeline.feed_plans import episodes_of, plan_feeds
from publisher.pipeline.find_post import find_post
from publisher.pipeline.identity import Register
from publisher.pipeline.setting_places import table_of
from publisher.pipeline.shown_feeds import make_shown_feed
from publisher.syndication.json_feed import render_json
from publisher.syndication.lock import NAME
from publisher.syndication.reader_views import ReaderView, known_readers, view_of
from publisher.syndication.rss_atom import render_atom, render_rss
from publisher.syndication.site_feed import LANGUAGES, PODCAST_NAME, QUERIES, feed_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from publisher.config import Config
    from publisher.content.cards import Listing
    from publisher.model.feed import Entry, Feed
    from publisher.model.post import Card
    from publisher.syndication.lock import Line
    from publisher.syndication.site_feed import FeedPlan

#: How a post under another name was recognised, in the words in which a person is told.
SIGNS = {
    "text": "its text",
    "guid": "the guid that its front matter states",
    "address": "its address",
    "alias": "its aliases",
    "likeness": "its date and most of its text",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """One feed, and whether it shows the post."""

    #: Path of its first document below the output folder.
    path: str
    #: Place of the post in it, from 1; 0 where it is not in it.
    place: int
    #: How many posts it shows.
    size: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostExplanation:
    """One post, as subscribers have it."""

    key: str
    entry: Entry
    #: Sentences about where its guid comes from, where it has been, and when it changed.
    story: tuple[str, ...]
    feeds: tuple[Membership, ...]
    rss: str
    atom: str
    json: dict[str, Any]
    views: tuple[ReaderView, ...]


def explain_post(config: Config, now: datetime, name: str) -> PostExplanation:
    """Explain a post. Writes nothing.

    name: its file, its key below the content folder, its address or its guid.
    Raises ContentError where it is no post, or none that any feed may show, and says why.
    """
    reader = CardReader(config, now)
    site = reader.list_posts()
    register = Register(config, now)
    posts, refused = register.identify(site.cards)
    card = find_post(posts, name)
    if card is None:
        raise _no_post(config, now, name, site, [str(problem) for problem in refused if name in str(problem.at)])
    entry = EntryMaker(config, reader.read_whole).make(card).entry
    plans, pages = with_archives(plan_feeds(config, posts, now, register)[0], register)
    feed = make_shown_feed(config, plans[0], [entry])
    return PostExplanation(
        key=card.key,
        entry=entry,
        story=tuple(_story(card, entry, register, config)),
        feeds=(*_memberships(card, posts, plans, config), *_pages(card, pages, config)),
        rss=_inside(render_rss(feed), "item"),
        atom=_inside(render_atom(feed), "entry"),
        json=_first_item(feed),
        views=tuple(view_of(entry, one) for one in known_readers()),
    )


def _no_post(config: Config, now: datetime, name: str, site: Listing, refused: list[str]) -> ContentError:
    """Say why there is nothing to explain: refused, hidden, or not there."""
    if refused:
        return ContentError(refused[0])
    path, settings = Path(name).resolve(), site_settings(config)
    for page in read_pages(config, now).pages:
        if name in {page.file.key, page.permalink} or page.file.path.resolve() == path:
            why = why_left_out(page, config, settings)
            return ContentError(f"no feed shows it: {why}", at=Location(page.file.name))
    near = ", ".join(card.key for card in site.cards[:3])
    return ContentError(f"there is no post {name}", hint=f"name a file, such as {near}" if near else None)


def _story(card: Card, entry: Entry, register: Register, config: Config) -> Iterator[str]:
    line = register.lock.lines[card.key]
    yield _origin(card, line)
    yield f"first published {line.published}"
    known = register.before.lines.get(card.key)
    if known is None or known.guid != line.guid:
        sign = register.decision.moved.get(card.key) if register.decision else None
        before = next((one.key for one in register.before.lines.values() if one.guid == line.guid), "")
        recognised = f"it was {before}, and is recognised by {SIGNS[sign]}; " if sign else "new: "
        yield f"{recognised}{NAME} does not have it so yet, the next `publisher build` writes it"
    yield from (f"earlier at {url}" for url in line.was)
    yield _change(card, entry, config)


def _origin(card: Card, line: Line) -> str:
    if line.guid == line.url:
        return "the guid is its address"
    if line.guid in line.was:
        return "the guid is an address that it had; it stays, for readers know the post by it"
    if line.guid.startswith("tag:"):
        return "the guid was made for it, because its address is or was the guid of another post"
    if "guid" in card.params or "id" in card.params:
        return "the guid is what its front matter states"
    return f"the guid is in {NAME}: taken over from another feed, or stated in the front matter once"


def _change(card: Card, entry: Entry, config: Config) -> str:
    if entry.updated == entry.published:
        policy = config.feeds.update
        return (
            f'not changed significantly since (feeds.update = "{policy}", update_share = {config.feeds.update_share:g})'
        )
    if card.revised and entry.updated == card.revised:
        return f"last significant change noticed {entry.updated.isoformat()}"
    return f"last changed {entry.updated.isoformat()}, as its front matter says"


def _memberships(card: Card, posts: Sequence[Card], plans: Sequence[FeedPlan], config: Config) -> Iterator[Membership]:
    for plan in plans:
        keys = [post.key for post in plan.posts]
        place = keys.index(card.key) + 1 if card.key in keys else 0
        path = plan.path_of(config.feeds.formats[0])
        if place:
            yield Membership(path=path, place=place, size=len(keys), why=_why(plan, config))
        elif card.key in [post.key for post in plan.every]:
            newer = [post.key for post in plan.every].index(card.key)
            limit = table_of(config, plan)[1].limit or config.feeds.limit
            what = f"{_why(plan, config)}, but " if plan.key else ""
            why = f"{what}{newer} posts are newer, and feeds.limit is {limit}"
            yield Membership(path=path, place=0, size=len(keys), why=why)
        elif plan.key == QUERIES:
            yield Membership(path=path, place=0, size=len(keys), why=f"not {_why(plan, config)}")
    episodes = [post.key for post in episodes_of(config, posts)]
    if card.key in episodes:
        path = feed_path(config, PODCAST_NAME)
        yield Membership(
            path=path, place=episodes.index(card.key) + 1, size=len(episodes), why="it names an audio file"
        )


def _pages(card: Card, pages: Sequence[FeedPlan], config: Config) -> Iterator[Membership]:
    """Tell on which archive pages a post is."""
    for page in pages:
        keys = [post.key for post in page.posts]
        if card.key in keys:
            path = page.path_of(config.feeds.formats[0])
            why = f"page {page.page} of the archive, for good"
            yield Membership(path=path, place=keys.index(card.key) + 1, size=len(keys), why=why)


def _why(plan: FeedPlan, config: Config) -> str:
    if plan.key == QUERIES:
        return f"what [feeds.query.{plan.term}] asks for: {' '.join(config.feeds.query[plan.term].where.split())}"
    if plan.key == LANGUAGES:
        return f"the feed of all posts in {plan.language}"
    return f"{plan.key} has {plan.name}" if plan.key else "the feed of the whole site"


def _inside(document: bytes, tag: str) -> str:
    """Cut the one entry out of a document."""
    found = re.search(rf"[ \t]*<{tag}[ >].*</{tag}>", document.decode(), re.DOTALL)
    assert found, "a feed of one entry has one"
    return found[0]


def _first_item(feed: Feed) -> dict[str, Any]:
    item: dict[str, Any] = json.loads(render_json(feed))["items"][0]
    return item

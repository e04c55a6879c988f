"""Which feeds the terms of `feeds.by` get, where they are served and what they are called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.content.sources import site_settings
from publisher.errors import Problem
from publisher.pipeline.places import place_of_value
from publisher.pipeline.term_folders import TermFolders
from publisher.pipeline.term_pages import TermPage, read_term_pages, term_url
from publisher.syndication.groups import MAX_TERMS, Term, items_of, terms_of, values_of
from publisher.syndication.site_feed import plan_term_feed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from publisher.config import Config
    from publisher.model.post import Card
    from publisher.pipeline.known_feeds import KnownFeeds
    from publisher.syndication.lock import FeedLine
    from publisher.syndication.site_feed import FeedPlan


@dataclass(frozen=True, slots=True)
class TermFeeds:
    """The feeds of terms, and what stood in the way of others."""

    plans: tuple[FeedPlan, ...] = ()
    problems: tuple[Problem, ...] = ()
    #: What publisher.lock is to keep of them.
    lines: tuple[FeedLine, ...] = ()
    #: What it would have kept of those that move now.
    earlier: tuple[FeedLine, ...] = ()


def plan_term_feeds(
    config: Config, posts: Sequence[Card], now: datetime, taken: Iterable[str], known: KnownFeeds
) -> TermFeeds:
    """Plan a feed for each term of `feeds.by` that has enough posts, or has had a feed.

    posts: newest first, each with a date.  taken: folders and files of other feeds below the output folder.
    A term that can't have a feed is a problem, located where the term is written; the others get theirs.
    """
    by_key = {key: terms_of(posts, key) for key in dict.fromkeys(config.feeds.by)}
    problems = [problem for key in by_key for problem in _overfull(config, posts, key)]
    pages = _pages_of(config, by_key, now) if by_key else _Pages({}, {})
    folders = TermFolders(config, known, (term for terms in by_key.values() for term in terms))
    plans: dict[str, tuple[Term[Card], FeedPlan]] = {}
    lines: list[FeedLine] = []
    earlier: list[FeedLine] = []
    occupied = set(taken)
    for term in _oldest_first(by_key, folders):
        if not folders.is_wanted(term):
            continue
        folder = folders.choose(term, pages.page_of(term))
        if not folder:
            problems.append(_no_folder(config, term))
            continue
        plan = plan_term_feed(config, term, folder, pages.title_of(term), pages.url_of(term))
        other = plans.get(plan.folder)
        if other or plan.folder in occupied:
            problems.append(_clash(config, term, plan.folder, other[0] if other else None))
            continue
        plans[plan.folder] = term, plan
        lines += folders.line_of(term, folder)
        earlier += folders.earlier(term, folder)
    in_order = tuple(plan for _, (_, plan) in sorted(plans.items()))
    return TermFeeds(in_order, tuple(problems), tuple(lines), tuple(earlier))


@dataclass(frozen=True, slots=True)
class _Pages:
    """What the site says about terms, by key and name."""

    found: Mapping[tuple[str, str], TermPage]
    lists: Mapping[tuple[str, str], str]

    def page_of(self, term: Term[Card]) -> TermPage | None:
        return self.found.get((term.key, term.name))

    def title_of(self, term: Term[Card]) -> str:
        page = self.page_of(term)
        return page.title if page and page.title else term.written

    def url_of(self, term: Term[Card]) -> str:
        page = self.page_of(term)
        return page.url if page else self.lists.get((term.key, term.name), "")


def _pages_of(config: Config, by_key: Mapping[str, Sequence[Term[Card]]], now: datetime) -> _Pages:
    """Find out about each term: from its own page below content/<key>, else from content/<pages>."""
    settings = site_settings(config)
    wanted: dict[str, set[str]] = {}
    for key, terms in by_key.items():
        for folder in _folders_of(config, key):
            wanted.setdefault(folder, set()).update(term.name for term in terms)
    read = read_term_pages(config, settings, wanted, now)
    found: dict[tuple[str, str], TermPage] = {}
    for key, terms in by_key.items():
        for term in terms:
            pages = (read.get((folder, term.name)) for folder in _folders_of(config, key))
            page = next(filter(None, pages), None)
            if page:
                found[key, term.name] = page
    every = [(key, term.name) for key, terms in by_key.items() for term in terms]
    lists = {(key, name): term_url(config, settings, key, name) for key, name in every}
    return _Pages(found, lists)


def _folders_of(config: Config, key: str) -> tuple[str, ...]:
    said = config.feeds.group_of(key).pages.strip("/") or key.removeprefix("related_")
    return tuple(dict.fromkeys((key, said)))


def _oldest_first(by_key: Mapping[str, Sequence[Term[Card]]], folders: TermFolders) -> list[Term[Card]]:
    """Let the term that was there first keep an address: somebody may have subscribed to it."""
    terms = (term for terms in by_key.values() for term in terms)
    return sorted(terms, key=lambda term: (not folders.has_line(term), _first_day(term), term.key, term.name))


def _first_day(term: Term[Card]) -> float:
    published = term.posts[-1].published
    return published.timestamp() if published else 0.0


def _clash(config: Config, term: Term[Card], folder: str, other: Term[Card] | None) -> Problem:
    at = place_of_value(term.posts[-1], config, term.key, term.written)
    elsewhere = f'write paths = {{ "{term.written}" = "…" }} in [feeds.group.{term.key}]'
    said = f'"{term.written}" ({term.key}) gets no feed: at its address {folder} lies that of '
    if other is None:
        return Problem(f"{said}another feed", at, elsewhere, "error", "feed-clash")
    there = place_of_value(other.posts[-1], config, other.key, other.written)
    hint = elsewhere if term.key != other.key else f'write "{other.written}" in both, or {elsewhere[6:]}'
    return Problem(f'{said}"{other.written}" ({other.key}) in {there}', at, hint, "error", "feed-clash")


def _no_folder(config: Config, term: Term[Card]) -> Problem:
    message = f'"{term.written[:60]}" ({term.key}) gets no feed: no address can be made of it'
    at = place_of_value(term.posts[-1], config, term.key, term.written)
    say = f'paths = {{ "{term.written[:60]}" = "…" }} in [feeds.group.{term.key}]'
    hint = f"write {say}; or a name that has letters, but not more than some 60"
    return Problem(message, at, hint, rule="feed-without-address")


def _overfull(config: Config, posts: Sequence[Card], key: str) -> Iterator[Problem]:
    for post in posts:
        if len(items_of(post, key)) > MAX_TERMS and (count := len(values_of(post, key))) > MAX_TERMS:
            message = f"the post has {count} {key}: only the first {MAX_TERMS} count for feeds"
            hint = "is something wrong with the list?"
            yield Problem(message, place_of_value(post, config, key), hint, rule="too-many-terms")

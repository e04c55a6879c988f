"""Every feed of a site against what is served of it: for `publisher diff --against` the address of the site."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from publisher.errors import FeedError
from publisher.pipeline.fetch import NOT_THERE, read_source
from publisher.syndication.feed_changes import FeedChange, compare_feeds
from publisher.syndication.read_json_feed import read_any_feed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from publisher.syndication.read_feed import FoundFeed

_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class LiveComparison:
    """Feeds against what is served of them."""

    feeds: tuple[FeedChange, ...]
    #: Addresses of feeds that the site names and that are not made here.
    others: tuple[str, ...]
    #: What could not be read; the other feeds are compared all the same.
    failures: tuple[FeedError, ...]


def compare_live(documents: Sequence[Mapping[str, bytes]], base_url: str, listed: Iterable[str]) -> LiveComparison:
    """Compare each feed with the first of its documents that is served. One that is served nowhere is new.

    documents: of each feed, by path below the output folder.  base_url: where these are served, with "/" at the end.
    listed: addresses at which the site says that feeds are. One that is not among ours may be where subscribers have a
    feed of ours until now: the page that it is the feed of tells.
    """
    own = {_path(base_url + quote(path)) for forms in documents for path in forms}
    foreign = [url for url in listed if _path(url) not in own]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        served = list(pool.map(partial(_first_served, base_url), documents))
        elsewhere = dict(zip(foreign, pool.map(_fetch, foreign), strict=True))
    changes: list[FeedChange] = []
    failures = [found for found in (*served, *elsewhere.values()) if isinstance(found, FeedError)]
    others = {url: found for url, found in elsewhere.items() if found and not isinstance(found, FeedError)}
    for forms, live in zip(documents, served, strict=True):
        if isinstance(live, FeedError):
            continue
        path, there = live or (next(iter(forms)), None)
        ours = read_any_feed(forms[path], path)
        if there is None:
            url = next((url for url, feed in others.items() if _home(feed) == _home(ours)), "")
            there = others.pop(url, None)
        changes.append(compare_feeds(path, there.items if there else None, ours.items))
    return LiveComparison(tuple(changes), tuple(others), tuple(failures))


def _first_served(base_url: str, forms: Mapping[str, bytes]) -> tuple[str, FoundFeed] | FeedError | None:
    """Fetch the first document of a feed that is there. Gives its path, too; None where none is."""
    for path in forms:
        found = _fetch(base_url + quote(path))
        if found is not None:
            return found if isinstance(found, FeedError) else (path, found)
    return None


def _fetch(url: str) -> FoundFeed | FeedError | None:
    """Fetch a feed; None where nothing is there."""
    try:
        return read_any_feed(read_source(url), url)
    except FeedError as error:
        return None if error.rule == NOT_THERE else error


def _path(url: str) -> str:
    return unquote(urlsplit(url).path)


def _home(feed: FoundFeed) -> str:
    """Give the path of the page that a feed is the feed of: the site may be served from another domain for a trial."""
    return _path(feed.home_url).rstrip("/")

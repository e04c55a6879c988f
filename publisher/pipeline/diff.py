"""What a build would change for subscribers, before it does: the recipe behind `publisher diff`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from publisher.errors import ContentError, FeedError, Location
from publisher.pipeline.built import read_built
from publisher.pipeline.diff_live import compare_live
from publisher.pipeline.fetch import is_url, read_source
from publisher.pipeline.made_feeds import make_feeds
from publisher.syndication.archives import is_page
from publisher.syndication.feed_changes import FeedChange, compare_feeds
from publisher.syndication.feed_listing import read_listing
from publisher.syndication.feed_menu import MENU_NAME
from publisher.syndication.read_json_feed import read_any_feed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from publisher.config import Config
    from publisher.errors import Problem
    from publisher.pipeline.build import Progress
    from publisher.pipeline.made_feeds import MadeFeeds
    from publisher.syndication.read_feed import FoundFeed


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffReport:
    """What subscribers will see."""

    feeds: tuple[FeedChange, ...]
    #: Documents of the last build that will be no more, by path below the output folder.
    gone: tuple[str, ...] = ()
    #: Addresses of feeds that the live site names and that are not made here.
    others: tuple[str, ...] = ()
    #: Live feeds that could not be read: what their subscribers will see is not known.
    failures: tuple[FeedError, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def reruns(self) -> int:
        """How many entries will appear as unread again in the feed that has most of them."""
        return max((feed.reruns for feed in self.feeds), default=0)


def diff(config: Config, now: datetime, against: str = "", *, progress: Progress | None = None) -> DiffReport:
    """Make every feed in memory and compare it with what subscribers have. Writes nothing.

    against: a feed as a file or a web address; a folder of feeds; or the address of the site, of an OPML list or a feed
    menu, for all that is served. Empty: the output folder.
    Of the formats of one feed, which say the same, the first that is there is compared.
    Raises PublisherError where there is nothing to compare with.
    """
    made = make_feeds(config, now, progress)
    folder = config.output_dir if not against else Path(against)
    if is_url(against):
        return _of_web(config, made, against)
    if not folder.is_dir():
        if not against:
            raise ContentError(f"there is nothing in {config.site.output}/ yet", hint="run `publisher build` first")
        one = _one(made.documents, against, read_source(against))
        return DiffReport(feeds=(one,), problems=made.problems)
    feeds = tuple(_of_folder(forms, folder) for forms in made.documents)
    if all(feed.before is None for feed in feeds):
        hint = "run `publisher build` first, or name a folder, file or address with --against"
        raise ContentError(f"none of the site's feeds is in {folder}", hint=hint)
    return DiffReport(feeds=feeds, gone=_gone(config, made) if not against else (), problems=made.problems)


def _gone(config: Config, made: MadeFeeds) -> tuple[str, ...]:
    """List the feeds that the last build wrote and this one would not; of each, whatever the format."""
    kept = {path for forms in made.documents for path in forms}
    listed = sorted(read_built(config).hashes.keys() - kept)
    feeds = (path for path in listed if path.endswith((".xml", ".json")) and path != MENU_NAME and not is_page(path))
    return tuple(path for path in feeds if (config.output_dir / path).is_file())


def _of_folder(forms: Mapping[str, bytes], folder: Path) -> FeedChange:
    """Compare a feed, as its documents by path, with the first of them that lies in a folder."""
    there = next((path for path in forms if (folder / path).is_file()), None)
    if there is None:
        path = next(iter(forms))
        return compare_feeds(path, None, read_any_feed(forms[path], path).items)
    old = read_any_feed(read_source(str(folder / there)), there)
    return compare_feeds(there, old.items, read_any_feed(forms[there], there).items)


def _of_web(config: Config, made: MadeFeeds, url: str) -> DiffReport:
    """Compare with what is served: with one feed, or, where the address is that of a list or a page, with all."""
    content = read_source(url)
    listed = read_listing(content, url)
    if listed is None:
        return DiffReport(feeds=(_one(made.documents, url, content),), problems=made.problems)
    live = compare_live(made.documents, _base_of(config, url), listed)
    if not live.failures and all(feed.before is None for feed in live.feeds):
        hint = "name the site's address as its readers have it, or that of a feed"
        raise ContentError(f"none of the site's feeds is at {_base_of(config, url)}, and {url} names none", hint=hint)
    return DiffReport(feeds=live.feeds, others=live.others, failures=live.failures, problems=made.problems)


def _base_of(config: Config, url: str) -> str:
    """Say where our documents are served: at the site's own address, or, for a trial, at that of another host."""
    asked, own = urlsplit(url), urlsplit(config.site.url)
    return config.site.url if asked.netloc == own.netloc else f"{asked.scheme}://{asked.netloc}{own.path}"


def _one(feeds: tuple[Mapping[str, bytes], ...], source: str, content: bytes) -> FeedChange:
    """Compare one document that somebody named with the feed of ours that it is."""
    old = read_any_feed(content, source)
    path, now = _counterpart(feeds, source, old)
    return compare_feeds(path, old.items, now.items)


def _counterpart(feeds: tuple[Mapping[str, bytes], ...], source: str, old: FoundFeed) -> tuple[str, FoundFeed]:
    """Find our feed at the same path, else of the same page."""
    plain = source.partition("?")[0]
    for forms in feeds:
        for path, content in forms.items():
            if plain.endswith(f"/{path}") or plain == path:
                return path, read_any_feed(content, path)
    for forms in feeds:
        path, content = next(iter(forms.items()))
        ours = read_any_feed(content, path)
        if ours.home_url.rstrip("/") == old.home_url.rstrip("/"):
            return path, ours
    message = f"this is a feed of {old.home_url or 'nobody knows which page'}, of which this site has none"
    raise FeedError(message, rule="other-site", at=Location(source), hint="name a feed of this site")

"""Rules about several entries at once, and about the feeds that hold them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.syndication.lint import Where, found

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from publisher.config import Config
    from publisher.model.feed import Entry
    from publisher.syndication.lint import Finding
    from publisher.syndication.site_feed import FeedPlan

#: Bytes of a feed from which on it costs its readers too much.
FEED_BYTES = 512 * 1024
#: What Flipboard wants of a feed.
FLIPBOARD_ENTRIES = 30
#: Parts of a language tag that Apple Podcasts reads: zh, or zh-tw.
_APPLE_PARTS = (2, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What rules about several entries ask of each."""

    #: The post's.
    key: str
    updated: datetime
    length_bytes: int
    #: Address of its audio; empty if it has none.
    audio: str
    has_categories: bool


def outline_of(key: str, entry: Entry) -> Outline:
    """Take from an entry what these rules ask. key: of its post."""
    return Outline(
        key=key,
        updated=entry.updated,
        length_bytes=len(entry.html.encode()) + len(entry.summary.encode()),
        audio=entry.enclosure.url if entry.enclosure else "",
        has_categories=bool(entry.categories),
    )


def lint_feeds(
    config: Config, plans: Sequence[FeedPlan], outlines: Mapping[str, Outline], platforms: Collection[str]
) -> Iterator[Finding]:
    """Apply the rules A11, C7, E11, L2 and those of platforms to the feeds of a site. Feeds with a budget keep C7.

    plans: the site's own feed first.  outlines: of entries, by their posts' keys, newest first.
    """
    yield from _same_moment(plans, outlines)
    yield from _large(plans, outlines)
    if tagged := sum(one.has_categories for one in outlines.values()):
        yield found("E11", Where(setting="site"), number=tagged)
    if not {"apple", "spotify"}.isdisjoint(platforms):
        yield from _podcast(config, outlines.values(), platforms)
    if "flipboard" in platforms:
        yield from _flipboard(config, plans[0])
    if "smartnews" in platforms:
        yield found("smartnews-logo", Where(setting="site"))
    for platform in {"flipboard", "smartnews"}.intersection(platforms):
        if plans[0].content != "full":
            yield found(f"{platform}-text", Where(setting="feeds.site.content"), content=plans[0].content)


def _same_moment(plans: Iterable[FeedPlan], outlines: Mapping[str, Outline]) -> Iterator[Finding]:
    told: set[str] = set()
    for plan in plans:
        by_moment: dict[datetime, str] = {}
        for post in reversed(plan.posts):
            outline = outlines.get(post.key)
            if outline is None:
                continue
            other = by_moment.setdefault(outline.updated, post.key)
            if other != post.key and post.key not in told:
                told.add(post.key)
                yield found("A11", Where(post=post.key, key="date"), other=other)


def _large(plans: Iterable[FeedPlan], outlines: Mapping[str, Outline]) -> Iterator[Finding]:
    for plan in plans:
        if plan.content != "full" or plan.max_bytes:
            continue
        length = sum(outlines[post.key].length_bytes for post in plan.posts if post.key in outlines)
        if length > FEED_BYTES:
            yield found("C7", Where(setting="feeds.limit"), feed=f'the feed "{plan.title}"', kilobytes=length // 1024)


def _podcast(config: Config, outlines: Iterable[Outline], platforms: Collection[str]) -> Iterator[Finding]:
    by_audio: dict[str, list[str]] = defaultdict(list)
    for outline in outlines:
        if outline.audio:
            by_audio[outline.audio].append(outline.key)
    if config.podcast is None or not by_audio:
        missing = "there is no [podcast]" if config.podcast is None else "no post has audio"
        yield found("podcast-missing", Where(setting="podcast"), missing=missing)
        return
    language = config.site.language
    first, *rest = language.split("-")
    if len(first) != _APPLE_PARTS[0] or len(rest) > 1 or any(len(part) != _APPLE_PARTS[1] for part in rest):
        yield found("L2", Where(setting="site.language"), language=language)
    if "apple" in platforms:
        for same in by_audio.values():
            for key in same[:-1]:
                yield found("podcast-same-audio", Where(post=key, key="audio"), other=same[-1])


def _flipboard(config: Config, site_feed: FeedPlan) -> Iterator[Finding]:
    if len(site_feed.posts) < FLIPBOARD_ENTRIES:
        yield found("flipboard-entries", Where(setting="feeds.limit"), number=len(site_feed.posts))
    if not config.feeds.hubs:
        yield found("flipboard-hub", Where(setting="feeds.hubs"))

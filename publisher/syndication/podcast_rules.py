"""What Apple Podcasts would reject, found before it is served (podcasters.apple.com/support/823 and 896).

Every directory follows Apple here. A fault of the show keeps the podcast from being written, a fault of an episode
keeps that episode out of it.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from publisher.errors import FeedError
from publisher.syndication.apple_categories import CATEGORIES

if TYPE_CHECKING:
    from publisher.model.feed import Entry, Podcast
    from publisher.model.post import Image

COVER_MIN_PX = 1400
COVER_MAX_PX = 3000
#: What a cover may be, and the endings its address must have for it.
COVER_ENDINGS = {"image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",)}
#: MP3, M4A, MP4, MOV and M4V, under the names that servers give them.
EPISODE_TYPES = frozenset(
    {
        "audio/mpeg",
        "audio/mp3",
        "audio/mp4",
        "audio/m4a",
        "audio/x-m4a",
        "audio/aac",
        "video/mp4",
        "video/quicktime",
        "video/x-m4v",
    }
)


def podcast_faults(podcast: Podcast) -> tuple[FeedError, ...]:
    """Find everything about a show that Apple would reject; its entries are looked at by `episode_fault`."""
    found = (_category_fault(podcast), cover_fault(podcast.cover), _author_fault(podcast))
    return tuple(fault for fault in found if fault)


def episode_fault(entry: Entry) -> FeedError | None:
    """Find the first reason why Apple would reject an entry as an episode; None if there is none."""
    enclosure = entry.enclosure
    if enclosure is None:
        return _episode_error(entry, "has no audio", "write audio: /path/below/static.mp3", rule="podcast-audio")
    if not enclosure.mime_type:
        return _episode_error(entry, f"has audio of no known type: {enclosure.url}", _TO_MP3, rule="podcast-type")
    if enclosure.mime_type not in EPISODE_TYPES:
        message = f"has audio that Apple Podcasts can't play: {enclosure.mime_type}"
        return _episode_error(entry, message, _TO_MP3, rule="podcast-type")
    if enclosure.length_bytes <= 0:
        hint = "put the file below a static folder, or write its size: audio: { url = …, length = … }"
        return _episode_error(entry, f"has audio of unknown size: {enclosure.url}", hint, rule="podcast-length")
    return None


def unnumbered(podcast: Podcast) -> tuple[Entry, ...]:
    """Find the episodes of a serial show that lack the number by which apps put them in order."""
    if podcast.kind != "serial":
        return ()
    return tuple(entry for entry in podcast.feed.entries if entry.enclosure and entry.episode is None)


def cover_fault(cover: Image) -> FeedError | None:
    """Find the first reason why a picture can't be a podcast's cover; None if there is none.

    A picture whose size nobody knows (both 0: it lies on another server) passes.
    """
    shown = cover.path.name if cover.path else cover.url
    if cover.mime_type not in COVER_ENDINGS:
        kind = cover.mime_type or "of no known type"
        return _cover_error(f"the cover {shown} is {kind}, not JPEG or PNG", "save it as JPEG", "podcast-cover-type")
    if not urlsplit(cover.url).path.lower().endswith(COVER_ENDINGS[cover.mime_type]):
        ending = COVER_ENDINGS[cover.mime_type][0]
        return _cover_error(
            f"the cover {shown} is {cover.mime_type}", f"let its name end in {ending}", "podcast-cover-type"
        )
    size = f"{cover.width} × {cover.height} pixels"
    if cover.width != cover.height:
        return _cover_error(f"the cover {shown} is not square: {size}", "crop it to a square", "podcast-cover-square")
    if cover.width and not COVER_MIN_PX <= cover.width <= COVER_MAX_PX:
        hint = f"make it at least {COVER_MIN_PX} and at most {COVER_MAX_PX} pixels wide and high"
        return _cover_error(f"the cover {shown} has {size}", hint, "podcast-cover-size")
    return None


_TO_MP3 = "save it as MP3 or M4A"


def _category_fault(podcast: Podcast) -> FeedError | None:
    category, subcategory = podcast.category, podcast.subcategory
    if category not in CATEGORIES:
        hint = _nearest(category, tuple(CATEGORIES))
        return FeedError(f'Apple Podcasts has no category "{category}"', rule="podcast-category", hint=hint)
    if subcategory and subcategory not in CATEGORIES[category]:
        hint = _nearest(subcategory, CATEGORIES[category])
        message = f'Apple Podcasts has no subcategory "{subcategory}" of "{category}"'
        return FeedError(message, rule="podcast-category", hint=hint)
    return None


def _nearest(name: str, known: tuple[str, ...]) -> str:
    if not known:
        return "leave the subcategory out"
    by_folded = {one.casefold(): one for one in known}
    near = difflib.get_close_matches(name.casefold(), by_folded, n=1)
    return f'did you mean "{by_folded[near[0]]}"?' if near else f"write one of: {', '.join(known)}"


def _author_fault(podcast: Podcast) -> FeedError | None:
    if podcast.author:
        return None
    return FeedError("the podcast has no author", rule="podcast-author", hint="write podcast.author in publisher.toml")


def _cover_error(message: str, hint: str, rule: str) -> FeedError:
    return FeedError(message, rule=rule, hint=hint)


def _episode_error(entry: Entry, fact: str, hint: str, *, rule: str) -> FeedError:
    return FeedError(f'"{entry.title}" {fact}', rule=rule, guid=entry.guid, hint=hint)

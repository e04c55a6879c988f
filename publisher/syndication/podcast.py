"""A podcast: RSS with what Apple Podcasts and its kin require, refused where they would refuse it.

Sources: podcasters.apple.com/support/823; github.com/Podcastindex-org/podcast-namespace (podcast:guid).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from publisher.errors import PublisherErrors
from publisher.syndication.podcast_rules import episode_fault, podcast_faults
from publisher.syndication.summary import fit_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publisher.errors import FeedError
    from publisher.model.feed import Entry, Podcast

#: Apple counts bytes, not characters: some 1333 of Chinese.
DESCRIPTION_BYTES = 4000
#: The namespace that the podcast namespace's specification gives for podcast:guid.
_GUID_NAMESPACE = UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")


def podcast_guid(url: str) -> str:
    """Give the podcast:guid of a feed address: the UUIDv5 of it without scheme and without slashes at its end."""
    return str(uuid5(_GUID_NAMESPACE, url.partition("://")[2].rstrip("/")))


def playable(entries: Iterable[Entry]) -> tuple[tuple[Entry, ...], tuple[FeedError, ...]]:
    """Part the entries with audio from those that Apple would reject; entries without audio are in neither."""
    with_audio = [entry for entry in entries if entry.enclosure]
    faults = [(entry, episode_fault(entry)) for entry in with_audio]
    good = tuple(entry for entry, fault in faults if fault is None)
    return good, tuple(fault for _, fault in faults if fault)


def render_podcast(podcast: Podcast) -> bytes:
    """Render `podcast` as RSS 2.0 with itunes: and podcast: tags.

    Only entries with an enclosure are shown, newest first; descriptions are cut to 4000 bytes between characters.
    Returns UTF-8 with an XML declaration; equal podcasts give equal bytes.
    Raises FeedError, or PublisherErrors for several, where Apple would reject the show or an episode.
    """
    # feedgen and lxml load when there is something to render.
    from publisher.syndication.podcast_tags import EpisodeTags, PodcastTags
    from publisher.syndication.rss_atom import add_rss_entry, begin_rss, write_rss

    entries, rejected = playable(podcast.feed.entries)
    _refuse((*podcast_faults(podcast), *rejected))
    head = replace(podcast.feed, description=fit_bytes(podcast.feed.description, DESCRIPTION_BYTES), entries=entries)
    generator = begin_rss(head, podcast.url)
    generator.register_extension("show", PodcastTags, EpisodeTags, atom=False)
    generator.show.podcast = podcast
    for entry in entries:
        short = replace(entry, summary=fit_bytes(entry.summary, DESCRIPTION_BYTES))
        item = add_rss_entry(generator, short, head.language)
        item.show.entry, item.show.author = short, podcast.author
    return write_rss(generator)


def _refuse(faults: tuple[FeedError, ...]) -> None:
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise PublisherErrors(faults)

"""What podcast apps read beyond RSS, as an extension of feedgen: the itunes: and podcast: tags.

feedgen's own podcast module is of no use here: it knows explicit only as yes, no or clean, has Apple's categories of
2018, and drops covers and owners in silence (faults F8 and F9 of feedgen 1.0.0).
Sources: podcasters.apple.com/support/823; github.com/Podcastindex-org/podcast-namespace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml.etree import SubElement

from publisher.syndication.podcast_rules import cover_fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.etree import _Element

    from publisher.model.feed import Entry, Podcast

ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
PODCAST = "https://podcastindex.org/namespace/1.0"
MEDIUM = "podcast"


class PodcastTags:
    """Adds what the head of a podcast needs. Set `podcast` before the document is written."""

    podcast: Podcast

    def extend_ns(self) -> Mapping[str, str]:
        """Give the prefixes that the root element declares."""
        return {"itunes": ITUNES, "podcast": PODCAST}

    def extend_rss(self, root: _Element) -> _Element:
        """Add the tags of <channel>."""
        channel, podcast = root[0], self.podcast
        _itunes(channel, "author", podcast.author)
        _itunes(channel, "explicit", _true_or_false(podcast.explicit))
        _itunes(channel, "type", podcast.kind)
        SubElement(channel, f"{{{ITUNES}}}image", href=podcast.cover.url)
        category = SubElement(channel, f"{{{ITUNES}}}category", text=podcast.category)
        if podcast.subcategory:
            SubElement(category, f"{{{ITUNES}}}category", text=podcast.subcategory)
        if podcast.owner_email:
            owner = SubElement(channel, f"{{{ITUNES}}}owner")
            _itunes(owner, "name", podcast.owner_name or podcast.author)
            _itunes(owner, "email", podcast.owner_email)
        SubElement(channel, f"{{{PODCAST}}}guid").text = podcast.podcast_guid
        SubElement(channel, f"{{{PODCAST}}}medium").text = MEDIUM
        _add_lock(channel, podcast.owner_email)
        return root


class EpisodeTags:
    """Adds what an episode needs. Set `entry` and `author`."""

    entry: Entry
    author: str

    def extend_rss(self, item: _Element) -> _Element:
        """Add the tags of <item>."""
        entry = self.entry
        names = ", ".join(author.name for author in entry.authors) or self.author
        _itunes(item, "author", names)
        _itunes(item, "explicit", _true_or_false(entry.explicit))
        _itunes(item, "episodeType", "full")
        if entry.enclosure and entry.enclosure.duration_s:
            _itunes(item, "duration", str(round(entry.enclosure.duration_s)))
        if entry.season:
            _itunes(item, "season", str(entry.season))
        if entry.episode:
            _itunes(item, "episode", str(entry.episode))
        # A picture that is no cover would make Apple reject the episode: then the show's cover stands for it.
        if entry.image and entry.image.width and not cover_fault(entry.image):
            SubElement(item, f"{{{ITUNES}}}image", href=entry.image.url)
        return item


def _add_lock(channel: _Element, owner_email: str) -> None:
    """Lock the podcast against being taken over by another host, where there is somebody whom that host can ask."""
    if owner_email:
        SubElement(channel, f"{{{PODCAST}}}locked", owner=owner_email).text = "yes"
    else:
        SubElement(channel, f"{{{PODCAST}}}locked").text = "no"


def _itunes(parent: _Element, name: str, text: str) -> None:
    SubElement(parent, f"{{{ITUNES}}}{name}").text = text


def _true_or_false(value: bool) -> str:
    """Apple wants these words; the "yes" and "no" of older feeds are rejected."""
    return "true" if value else "false"

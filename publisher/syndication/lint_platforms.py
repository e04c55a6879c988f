"""Rules of those who list feeds: podcast directories, Flipboard, SmartNews (rules.toml, `platforms`).

What Apple Podcasts would reject never reaches the podcast (podcast_rules); here is what it would cut or ignore.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from publisher.syndication.lint import Where, found
from publisher.syndication.podcast import DESCRIPTION_BYTES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from publisher.syndication.lint import Finding, Subject

TITLE_CHARS = 255
#: Flipboard wants a picture at least so wide.
PICTURE_PX = 400
SPOTIFY_TYPES = frozenset({"audio/mpeg", "audio/mp3", "audio/mp4", "audio/m4a", "audio/x-m4a", "audio/aac"})


def lint_platforms(subject: Subject, platforms: Collection[str], *, in_site_feed: bool) -> Iterator[Finding]:
    """Apply the rules of some platforms to an entry. in_site_feed: whether the site's own feed shows it."""
    rules = _PODCAST_RULES | (_SITE_RULES if in_site_feed else {})
    for rule, asked_by in rules.items():
        if not asked_by.isdisjoint(platforms):
            yield from rule(subject)


def _episode(subject: Subject) -> Iterator[Finding]:
    entry = subject.entry
    if entry.enclosure is None:
        return
    length = len(entry.summary.encode())
    if length > DESCRIPTION_BYTES:
        yield found("podcast-description", Where(key="description"), number=length)


def _apple_episode(subject: Subject) -> Iterator[Finding]:
    entry = subject.entry
    if entry.enclosure is None:
        return
    texts = {"title": entry.title, "author": ", ".join(author.name for author in entry.authors)}
    for key, text in texts.items():
        if len(text) > TITLE_CHARS:
            yield found("podcast-title", Where(key="authors" if key == "author" else key), key=key, number=len(text))
    path = entry.enclosure.url.partition("://")[2]
    if not path.isascii() or any(f"%{high}" in path.upper() for high in "89ABCDEF"):
        yield found("podcast-address", Where(key="audio"), url=entry.enclosure.url)


def _spotify_episode(subject: Subject) -> Iterator[Finding]:
    audio = subject.entry.enclosure
    if audio and audio.mime_type and audio.mime_type not in SPOTIFY_TYPES:
        yield found("podcast-spotify-type", Where(key="audio"), type=audio.mime_type)


def _flipboard(subject: Subject) -> Iterator[Finding]:
    image = subject.entry.image
    if image is None:
        yield found("flipboard-picture", Where(key="hero"), found="the post has no picture")
    elif 0 < image.width < PICTURE_PX:
        yield found("flipboard-picture", Where(key="hero"), found=f"its picture has {image.width} pixels")


def _smartnews(subject: Subject) -> Iterator[Finding]:
    entry = subject.entry
    if entry.image is None:
        yield found("smartnews-thumbnail", Where(key="hero"))
    if not entry.authors:
        yield found("smartnews-creator", Where(key="authors"), found="nobody is named as its author")
    elif len(entry.authors) == 1 and entry.authors[0].email:
        yield found(
            "smartnews-creator", Where(key="authors"), found="its author has an e-mail address, and is <author>"
        )


_Rules = dict[Callable[["Subject"], "Iterator[Finding]"], frozenset[str]]
_PODCAST_RULES: _Rules = {
    _episode: frozenset({"apple", "spotify"}),
    _apple_episode: frozenset({"apple"}),
    _spotify_episode: frozenset({"spotify"}),
}
_SITE_RULES: _Rules = {_flipboard: frozenset({"flipboard"}), _smartnews: frozenset({"smartnews"})}

"""Which feeds a site had before this build: publisher.lock knows of some, and this machine of what it wrote itself."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from publisher.errors import Problem
from publisher.pipeline.built import read_built
from publisher.pipeline.setting_places import place_in_setting
from publisher.syndication.lock import NAME, FeedLine
from publisher.syndication.site_feed import FILE_NAMES, QUERIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from publisher.config import Config
    from publisher.errors import Location
    from publisher.model.post import Card
    from publisher.syndication.lock import Lock

#: Feeds that a message names.
_NAMED = 5


class KnownFeeds:
    """Feeds that somebody may have subscribed to."""

    def __init__(self, config: Config, lock: Lock, edition: str = "") -> None:
        """Make one for a site. lock: as the last build left it.  edition: the key of another language."""
        self._config = config
        self._prefix = f"{edition}:" if edition else ""
        self._lock = lock
        #: Of publisher.lock, by their keys.
        self.lines = lock.feeds

    def in_edition(self, edition: str) -> KnownFeeds:
        """Look for feeds in another language of the site."""
        return KnownFeeds(self._config, self._lock, edition) if edition else self

    def key_of(self, kind: str, name: str) -> str:
        """Say how publisher.lock calls a feed. kind: a front-matter key, or QUERIES."""
        return f"{self._prefix}{kind}/{name}"

    def has(self, key: str) -> bool:
        """Tell whether publisher.lock has a feed that was there the last time."""
        return key in self.lines and self.lines[key].state != "gone"

    def was_built(self, folder: str) -> bool:
        """Tell whether the last build on this machine wrote a feed into a folder below the output folder."""
        names = [f"{folder}/{name}".lstrip("/") for name in FILE_NAMES.values()]
        return any(self.wrote(name) and (self._config.output_dir / name).is_file() for name in names)

    def may_have_shown(self, post: Card) -> bool:
        """Tell whether a post may have been in feeds that were built elsewhere, as on a machine that has just begun."""
        return not self._built and post.key in self._lock.lines

    def wrote(self, name: str) -> bool:
        """Tell whether the last build on this machine wrote a file below the output folder."""
        return name in self._built

    @cached_property
    def _built(self) -> Mapping[str, str]:
        return read_built(self._config).hashes


def with_gone(before: Mapping[str, FeedLine], there: Iterable[FeedLine]) -> dict[str, FeedLine]:
    """Give the lines that publisher.lock is to keep: those of feeds that are there, and of those that are gone."""
    gone = {key: FeedLine(key=key, path=line.path, state="gone") for key, line in before.items()}
    return gone | {line.key: line for line in there}


def changes_of(config: Config, before: Mapping[str, FeedLine], after: Mapping[str, FeedLine]) -> Iterator[Problem]:
    """Tell once of every feed that its subscribers would miss, or that stays for their sake only."""
    for kind in dict.fromkeys(key.partition("/")[0] for key in sorted(after)):
        lines = [line for key, line in after.items() if key.partition("/")[0] == kind]
        was = [before.get(line.key) for line in lines]
        pairs = list(zip(lines, was, strict=True))
        yield from _moved(config, kind, [(old, line) for line, old in pairs if old and old.path != line.path])
        new = [line for line, old in pairs if line.state != (old.state if old else "")]
        yield from _small(config, kind, [line for line in new if line.state == "small"])
        yield from _gone(config, kind, [line for line in new if line.state == "gone"])


def _moved(config: Config, kind: str, pairs: Sequence[tuple[FeedLine, FeedLine]]) -> Iterator[Problem]:
    for old, line in pairs:
        message = f"the feed of {_name(line)} ({kind}) moves from {old.path}/ to {line.path}/, its subscribers don't"
        hint = "let your server redirect the old address to the new one"
        yield Problem(message, _place(config, kind), hint, "warning", "feed-moved")


def _small(config: Config, kind: str, lines: Sequence[FeedLine]) -> Iterator[Problem]:
    if lines:
        message = f"too few posts for a new feed, but subscribers keep the one they have ({kind}): {_names(lines)}"
        hint = f"to end one, delete its line in {NAME} and its folder in {config.site.output}/"
        yield Problem(message, _place(config, kind, "minimum"), hint, "warning", "small-feed")


def _gone(config: Config, kind: str, lines: Sequence[FeedLine]) -> Iterator[Problem]:
    if lines:
        message = f"subscribers will find these feeds no more ({kind}): {_names(lines)}"
        hint = "let your server redirect them to another feed; they come back at the same address with their posts"
        yield Problem(message, _place(config, kind), hint, "warning", "feed-gone")


def _name(line: FeedLine) -> str:
    return line.key.partition("/")[2]


def _names(lines: Sequence[FeedLine]) -> str:
    more = f" and {len(lines) - _NAMED} more" if len(lines) > _NAMED else ""
    return ", ".join(_name(line) for line in lines[:_NAMED]) + more


def _place(config: Config, kind: str, setting: str = "") -> Location:
    kind = kind.rpartition(":")[2]
    table = ("feeds", "query") if kind == QUERIES else ("feeds", "group", kind)
    return place_in_setting(config, (*table, setting) if setting else table)

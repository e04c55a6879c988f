"""What reading a site gave the last time, kept on disk: a file that did not change costs one look at its date and size.

The cache may be deleted at any time, and no byte of any output depends on it. A row holds for a file of the same name,
time of change and size, and as long as the clock makes no other post of it; all of them hold for one version of the
program and one configuration. What is damaged, or was written by something else, is no cache.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from publisher.errors import Location, Problem
from publisher.model.post import Author, Card

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import stat_result
    from pathlib import Path

    from publisher.content.hugo.discover import ContentFile

#: A file that changed so shortly before the cache was written may have changed again within the same tick of its
#: file system's clock (two seconds on FAT; git calls such a file "racily clean"). It is read again.
RACY_NS = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Listed:
    """What became of a content file."""

    #: None where it is no post that may be seen.
    card: Card | None = None
    #: Why it is none, if a person would have called it one (`model.post.Site.left_out`).
    left_out: str = ""
    problems: tuple[Problem, ...] = ()


class _Row(NamedTuple):
    """A `Listed` as JSON has it, and what it holds for."""

    mtime_ns: int
    size: int
    #: Seconds since 1970 from which on, and until which, the clock makes nothing else of the file; None: always.
    since: float | None
    until: float | None
    #: url, published, section, tags, categories, authors, source_name, guid, text_hash, params.
    facts: list[Any] | None
    left_out: str
    problems: list[list[Any]]


class CardCache:
    """Rows of files, as they were read from disk and as they will be written."""

    def __init__(self, path: Path, context: str, now: datetime) -> None:
        """Open the cache at `path`. context: names everything but the files that cards are made from."""
        self._path = path
        self._context = context
        self._now = now.timestamp()
        self._old, self._trusted_ns = _load(path, context)
        self._new: dict[str, _Row] = {}
        #: Whether every row was old enough; else the cache is written again, and is old enough for them then.
        self._is_trusted = self._trusted_ns > 0

    def find(self, file: ContentFile, stat: stat_result) -> Listed | None:
        """Give what the file became the last time; None where that may be no longer true."""
        values = self._old.get(file.name)
        if values is None:
            return None
        row = _Row(*values)
        if row.mtime_ns >= self._trusted_ns:
            self._is_trusted = False
            return None
        if (row.mtime_ns, row.size) != (stat.st_mtime_ns, stat.st_size):
            return None
        if (row.since is not None and self._now < row.since) or (row.until is not None and self._now >= row.until):
            return None
        self._new[file.name] = row
        return _thaw(row, file)

    def keep(self, file: ContentFile, stat: stat_result, listed: Listed, moments: Iterable[datetime | None]) -> None:
        """Remember what a file became. moments: when the clock may make something else of it."""
        since, until = _window([moment.timestamp() for moment in moments if moment], self._now)
        self._new[file.name] = _Row(stat.st_mtime_ns, stat.st_size, since, until, *_freeze(listed))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known of any file."""
        return not self._old

    def part(self) -> CardCache:
        """Begin a cache beside this one, for another process to fill."""
        return CardCache(self._path.with_suffix(".part"), self._context, datetime.fromtimestamp(self._now, tz=UTC))

    def adopt_part(self) -> None:
        """Take over what another process has put into `part`."""
        path = self._path.with_suffix(".part")
        rows, trusted_ns = _load(path, self._context)
        if rows and self.is_empty:
            self._old, self._trusted_ns = rows, trusted_ns
        with suppress(OSError):
            path.unlink(missing_ok=True)

    def window(self) -> tuple[float | None, float | None]:
        """Tell from when on and until when the clock makes nothing else of any file, in seconds since 1970."""
        since = max((row.since for row in self._new.values() if row.since is not None), default=None)
        return since, min((row.until for row in self._new.values() if row.until is not None), default=None)

    def save(self) -> None:
        """Write the cache, if it changed. That it can't be written spoils nothing."""
        if self._is_trusted and {name: tuple(row) for name, row in self._old.items()} == self._new:
            return
        content = _dump(self._new, self._context)
        temporary = self._path.with_suffix(".tmp")
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(content)
            temporary.replace(self._path)


def _window(moments: list[float], now: float) -> tuple[float | None, float | None]:
    """Find the moments around now: the last that has come, and the first that is to come."""
    return max((at for at in moments if at <= now), default=None), min((at for at in moments if at > now), default=None)


def _load(path: Path, context: str) -> tuple[dict[str, list[Any]], int]:
    """Read rows by file name, and up to which time of change they can be trusted."""
    try:
        head, _, content = path.read_bytes().partition(b"\n")
        if head.decode("ascii") != _head(content, context):
            return {}, 0
        rows = json.loads(content.decode("utf-8", "surrogatepass"))
        return rows, path.stat().st_mtime_ns - RACY_NS
    except (OSError, ValueError, RecursionError):
        return {}, 0


def _head(content: bytes, context: str) -> str:
    """Make the first line: it vouches for every byte below it, and for what the rows were made from."""
    return f"{context} {hashlib.sha256(content).hexdigest()}"


def _dump(rows: dict[str, _Row], context: str) -> bytes:
    try:
        text = json.dumps(rows, ensure_ascii=False, check_circular=False, separators=(",", ":"))
    except (TypeError, ValueError):
        # Some front matter holds what JSON has no word for, such as TOML's dates: those files are read each time.
        text = json.dumps({name: row for name, row in rows.items() if _fits(row)}, ensure_ascii=False)
    content = text.encode("utf-8", "surrogatepass")
    return _head(content, context).encode("ascii") + b"\n" + content


def _fits(row: _Row) -> bool:
    try:
        json.dumps(row)
    except (TypeError, ValueError):
        return False
    return True


def _freeze(listed: Listed) -> tuple[list[Any] | None, str, list[list[Any]]]:
    facts = _freeze_card(listed.card) if listed.card else None
    return facts, listed.left_out, [freeze_problem(problem) for problem in listed.problems]


def _freeze_card(card: Card) -> list[Any]:
    return [
        card.url,
        card.published.isoformat() if card.published else None,
        card.section,
        list(card.tags),
        list(card.categories),
        [[author.name, author.email, author.url] for author in card.authors],
        card.source_name,
        card.guid,
        card.text_hash,
        dict(card.params),
    ]


def _thaw(row: _Row, file: ContentFile) -> Listed:
    problems = tuple(thaw_problem(values) for values in row.problems)
    if row.facts is None:
        return Listed(None, row.left_out, problems)
    url, published, section, tags, categories, authors, source_name, guid, text_hash, params = row.facts
    card = Card(
        key=file.key,
        path=file.path,
        url=url,
        published=datetime.fromisoformat(published) if published else None,
        section=section,
        tags=tuple(tags),
        categories=tuple(categories),
        authors=tuple(_thaw_author(values) for values in authors),
        source_name=source_name,
        guid=guid,
        text_hash=text_hash,
        params=MappingProxyType(params),
    )
    return Listed(card, row.left_out, problems)


def _thaw_author(values: list[Any]) -> Author:
    name, email, url = values
    return Author(name=name, email=email, url=url)


def freeze_problem(problem: Problem) -> list[Any]:
    """Give a problem as JSON has it."""
    at = problem.at
    place = [at.file, at.line, at.column, at.text] if at else None
    return [problem.message, place, problem.hint, problem.severity, problem.rule]


def thaw_problem(values: list[Any]) -> Problem:
    """Make a problem of what `freeze_problem` gave."""
    message, place, hint, severity, rule = values
    return Problem(message, Location(*place) if place else None, hint, severity, rule)

"""What reading a site gave the last time, kept on disk: a file that did not change costs one look at its date and size.

The cache may be deleted at any time, and no byte of any output depends on it. A row holds for a file of the same name,
time of change and size, and as long as the clock makes no other post of it; all of them hold for one version of the
program and one configuration. What is damaged, or was written by something else, is no cache.

Rows are written as Python's own `marshal` has them: read ten times as fast as JSON, and a tag that thousands of posts
have is one object. Its format may change with Python; so does the program's stamp in the context.
"""

from __future__ import annotations

import hashlib
import marshal
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

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

    #: None where it is no post that may be seen, or will be when its date has come.
    card: Card | None = None
    #: Why it is none now, if a person would have called it one (`model.post.Site.left_out`).
    left_out: str = ""
    problems: tuple[Problem, ...] = ()


#: What a file became, and what that holds for: time of change in nanoseconds; size; seconds since 1970 from which on,
#: and until which, the clock makes nothing else of it (None: always); facts of its card, if it has one;
#: `Listed.left_out`; problems as `freeze_problem` gives them.
_Row = tuple[int, int, float | None, float | None, tuple[Any, ...] | None, str, list[list[Any]]]


class CardCache:
    """Rows of files, as they were read from disk and as they will be written."""

    def __init__(self, path: Path, context: str, now: datetime) -> None:
        """Open the cache at `path`. context: names everything but the files that cards are made from."""
        self._path = path
        self._context = context
        self._now = now.timestamp()
        self._old, self._trusted_ns = _load(path, context)
        self._new: dict[str, _Row] = {}
        #: Whether every row found was old enough; else the cache is written again, and is old enough for them then.
        self._is_trusted = self._trusted_ns > 0
        self._has_news = False
        #: From when on and until when the clock makes nothing else of any file, in seconds since 1970; once packed.
        self.window: tuple[float | None, float | None] = None, None
        self._packed = b""

    def find(self, file: ContentFile, stat: stat_result) -> Listed | None:
        """Give what the file became the last time; None where that may be no longer true."""
        row = self._old.get(file.name)
        if row is None:
            return None
        mtime_ns, size, since, until, facts, left_out, problems = row
        if mtime_ns >= self._trusted_ns:
            self._is_trusted = False
            return None
        if mtime_ns != stat.st_mtime_ns or size != stat.st_size:
            return None
        if (since is not None and self._now < since) or (until is not None and self._now >= until):
            return None
        self._new[file.name] = row
        return _thaw(file, facts, left_out, problems)

    def keep(self, file: ContentFile, stat: stat_result, listed: Listed, moments: Iterable[datetime | None]) -> None:
        """Remember what a file became. moments: when the clock may make something else of it."""
        since, until = _window([moment.timestamp() for moment in moments if moment], self._now)
        facts = _freeze_card(listed.card) if listed.card else None
        problems = [freeze_problem(problem) for problem in listed.problems]
        self._new[file.name] = (stat.st_mtime_ns, stat.st_size, since, until, facts, listed.left_out, problems)
        self._has_news = True

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

    def pack(self) -> None:
        """Make what is known ready to be written, and forget it here: rows take three times the memory."""
        moments = [(since, until) for _, _, since, until, *_ in self._new.values()]
        begun = max((since for since, _ in moments if since is not None), default=None)
        self.window = begun, min((until for _, until in moments if until is not None), default=None)
        is_same = self._is_trusted and not self._has_news and len(self._new) == len(self._old)
        self._packed = b"" if is_same else _dump(self._new)
        self._old, self._new = {}, {}

    def save(self) -> None:
        """Write what is packed, if the cache changed. That it can't be written spoils nothing."""
        if not self._packed:
            return
        temporary = self._path.with_suffix(".tmp")
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("wb") as file:
                file.writelines((_head(self._packed, self._context).encode("ascii"), b"\n", self._packed))
            temporary.replace(self._path)


def _window(moments: list[float], now: float) -> tuple[float | None, float | None]:
    """Find the moments around now: the last that has come, and the first that is to come."""
    return max((at for at in moments if at <= now), default=None), min((at for at in moments if at > now), default=None)


def _load(path: Path, context: str) -> tuple[dict[str, _Row], int]:
    """Read rows by file name, and up to which time of change they can be trusted."""
    try:
        head, _, content = path.read_bytes().partition(b"\n")
        if head.decode("ascii") != _head(content, context):
            return {}, 0
        return marshal.loads(content), path.stat().st_mtime_ns - RACY_NS  # noqa: S302 - its head vouches for it
    except (OSError, ValueError, EOFError, TypeError):
        return {}, 0


def _head(content: bytes, context: str) -> str:
    """Make the first line: it vouches for every byte below it, and for what the rows were made from."""
    return f"{context} {hashlib.sha256(content).hexdigest()}"


def _dump(rows: dict[str, _Row]) -> bytes:
    try:
        return marshal.dumps(rows)
    except ValueError:
        # Some front matter holds what marshal has no word for, such as TOML's dates: those files are read each time.
        return marshal.dumps({name: row for name, row in rows.items() if _fits(row)})


def _fits(row: _Row) -> bool:
    try:
        marshal.dumps(row)
    except ValueError:
        return False
    return True


def _freeze_card(card: Card) -> tuple[Any, ...]:
    return (
        card.url,
        card.published.isoformat() if card.published else None,
        card.section,
        card.tags,
        card.categories,
        tuple((author.name, author.email, author.url) for author in card.authors),
        card.source_name,
        card.language,
        card.edition,
        card.guid,
        card.text_hash,
        dict(card.params),
    )


def _thaw(file: ContentFile, facts: tuple[Any, ...] | None, left_out: str, problems: list[list[Any]]) -> Listed:
    told = tuple(map(thaw_problem, problems))
    if facts is None:
        return Listed(None, left_out, told)
    url, published, section, tags, categories, authors, source_name, language, edition, guid, text_hash, params = facts
    card = Card(
        key=file.key,
        path=file.path,
        url=url,
        published=datetime.fromisoformat(published) if published else None,
        section=section,
        tags=tags,
        categories=categories,
        authors=_thaw_authors(authors),
        source_name=source_name,
        language=language,
        edition=edition,
        guid=guid,
        text_hash=text_hash,
        params=MappingProxyType(params),
    )
    return Listed(card, left_out, told)


@lru_cache(maxsize=1000)
def _thaw_authors(authors: tuple[tuple[str, str | None, str | None], ...]) -> tuple[Author, ...]:
    return tuple(Author(name=name, email=email, url=url) for name, email, url in authors)


def freeze_problem(problem: Problem) -> list[Any]:
    """Give a problem as JSON has it."""
    at = problem.at
    place = [at.file, at.line, at.column, at.text] if at else None
    return [problem.message, place, problem.hint, problem.severity, problem.rule]


def thaw_problem(values: list[Any]) -> Problem:
    """Make a problem of what `freeze_problem` gave."""
    message, place, hint, severity, rule = values
    return Problem(message, Location(*place) if place else None, hint, severity, rule)

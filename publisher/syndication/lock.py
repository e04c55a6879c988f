"""publisher.lock as text: which entry is which, for ever. One post a line, sorted, made for `git merge`.

    post posts/a.md guid=https://… published=2026-01-02T08:00:00+08:00 text=1f…-2e… url=https://… was=https://… check=…
    feed tags/台積電 path=tsmc check=…

`next` stands in the place of `post` until the post's date has come, and `gone` once the post is gone: its guid is never
used again. Each line ends in a check of
itself, so that one which was damaged or edited is told, and never taken for another guid. `feed` keeps the folder that
a feed was given, for a feed may stay where nothing else would put it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, cast
from zlib import crc32

from publisher.errors import FeedError, Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NAME = "publisher.lock"
HEADER = "# publisher.lock 1: which entry is which, for ever. Commit it; don't edit it (docs/identity.md)."
_FROM_GIT = f"take the file from git again (git checkout {NAME}), then run `publisher build`"
_LINE = re.compile(
    r"(post|gone|next) (\S+) guid=(\S+) published=(\S+) text=(\S+)(?: url=(\S+))?(?: updated=(\S+))?((?: was=\S+)*)"
    r"(?: sketch=(\S+))?((?: page=\S+)*) check=([0-9a-f]{8})"
)
_FEED = re.compile(r"feed (\S+) path=(\S+)(?: (small|gone))? check=([0-9a-f]{8})")
#: What git writes around the two sides of a conflict.
_CONFLICT = re.compile(r"(<{7}|\|{7}|={7}|>{7})(\s|$)")
#: What can't stand in a value: white space, control characters, halves of characters, and the mark of what was escaped.
_UNSAFE = re.compile("[\\\\\\s\x00-\x1f\x7f\ud800-\udfff]")
_ESCAPED = re.compile(r"\\u([0-9a-f]{4})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What is kept of one post, whatever becomes of its name, address and text."""

    #: `Card.key` of the post, as it is called now.
    key: str
    guid: str
    #: When it was first published, as it said when it was first seen: ISO 8601 with offset.
    published: str
    #: `Card.text_hash`: recognises the post under another name.
    text: str
    #: Where it can be read now; the guid where they are the same.
    url: str
    #: Last significant change, ISO 8601 with offset; empty where there was none since it was published.
    updated: str = ""
    #: Earlier addresses, oldest first.
    was: tuple[str, ...] = ()
    #: `changes.sketch_of` its text when a feed last showed it; empty if none did.
    sketch: str = ""
    #: The archive pages that it is on, such as "site/3": a feed and a number (`archives.Archive`), sorted.
    pages: tuple[str, ...] = ()
    #: Whether the post is gone.
    gone: bool = False
    #: Whether its date has still to come.
    scheduled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLine:
    """What is kept of a feed that its posts alone don't bring back to where it was."""

    #: What it is a feed of: a front-matter key and a term's name, or "feeds.query" and a query's, with "/" between.
    key: str
    #: Its folder below the one of its like.
    path: str
    #: small: it has fewer posts than it would need to come into being. gone: it has none, and is not written.
    state: Literal["", "small", "gone"] = ""


@dataclass(frozen=True, slots=True)
class Lock:
    """Every post that was ever published, by its key; and feeds, by theirs."""

    lines: Mapping[str, Line] = field(default_factory=lambda: MappingProxyType({}))
    feeds: Mapping[str, FeedLine] = field(default_factory=lambda: MappingProxyType({}))
    #: Whether it came from a file that is sorted, and whole in every other way.
    is_tidy: bool = field(default=False, compare=False)


def render_lock(lock: Lock) -> bytes:
    """Write a lock as the file's bytes: equal locks give equal bytes."""
    lines = (*map(_render, lock.lines.values()), *map(_render_feed, lock.feeds.values()))
    return "\n".join([HEADER, *sorted(lines), ""]).encode()


def parse_lock(content: bytes, name: str = NAME) -> Lock:
    """Read a lock.

    name: of the file, for messages. Two lines that say the same guid of one post, as `git merge` with the union
    driver leaves them, become one. Raises FeedError, located, for whatever is damaged, edited or in conflict.
    """
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        number = content[: error.start].count(b"\n") + 1
        raise _damaged(f"byte {error.start} is no UTF-8", Location(name, number), _FROM_GIT) from error
    if not text.startswith("# publisher.lock 1"):
        _refuse_conflict(text, name)
        at = Location(name, 1, 1, text[:200].split("\n")[0])
        raise _damaged("this is no publisher.lock of version 1", at, _FROM_GIT)
    lines: dict[str, Line] = {}
    owners: dict[str, str] = {}
    feeds: dict[str, FeedLine] = {}
    rows = text.split("\n")
    for number, written in enumerate(rows, start=1):
        if not written or written.startswith("#"):
            continue
        try:
            if written.startswith("feed "):
                feed = _parse_feed(written)
                feeds[feed.key] = _merged_feed(feeds.get(feed.key), feed)
            else:
                line = _parse(written)
                _refuse_double(line, lines, owners)
                lines[line.key] = _merged(lines.get(line.key), line)
                owners[line.guid] = line.key
        except FeedError as error:
            _refuse_conflict(written, name, number)
            raise _damaged(error.message, Location(name, number, 1, written), error.hint) from None
    tidy = len(rows) == len(lines) + len(feeds) + 2 and rows == [HEADER, *sorted(rows[1:-1]), ""]
    return Lock(MappingProxyType(lines), MappingProxyType(feeds), is_tidy=tidy and content == text.encode())


def _render_feed(feed: FeedLine) -> str:
    written = " ".join(filter(None, ("feed", _escape(feed.key), f"path={_escape(feed.path)}", feed.state)))
    return f"{written} check={_check(written)}"


def _parse_feed(written: str) -> FeedLine:
    found = _FEED.fullmatch(written)
    if found is None or _check(written[: -len(" check=") - len(found[4])]) != found[4]:
        hint = f"{_FROM_GIT}; to move a feed, write paths in its [feeds.group.…], or path in its [feeds.query.…]"
        raise _damaged("this line was edited or damaged", None, hint)
    state = cast("Literal['', 'small', 'gone']", found[3] or "")
    return FeedLine(key=_unescape(found[1]), path=_unescape(found[2]), state=state)


def _merged_feed(one: FeedLine | None, other: FeedLine) -> FeedLine:
    """Make one of two lines about one feed: it is there if either side has it."""
    if one and one.path != other.path:
        message = f"the feed of {one.key} has two folders: {one.path} and {other.path}"
        raise _damaged(message, None, "delete the line whose folder your subscribers never had")
    return min(one or other, other, key=lambda feed: ("", "small", "gone").index(feed.state))


def _render(line: Line) -> str:
    parts = [
        "gone" if line.gone else "next" if line.scheduled else "post",
        _escape(line.key),
        f"guid={_escape(line.guid)}",
        f"published={line.published}",
        f"text={line.text}",
    ]
    parts += [f"url={_escape(line.url)}"] if line.url != line.guid else []
    parts += [f"updated={line.updated}"] if line.updated else []
    parts += [f"was={_escape(url)}" for url in line.was]
    parts += [f"sketch={line.sketch}"] if line.sketch else []
    parts += [f"page={_escape(page)}" for page in line.pages]
    written = " ".join(parts)
    return f"{written} check={_check(written)}"


def _parse(written: str) -> Line:
    """Read a line. Raises FeedError, for whoever knows its number to locate."""
    found = _LINE.fullmatch(written)
    if found is None:
        raise _damaged("this line is not as publisher writes it", None, _FROM_GIT)
    kind, key, guid, published, text, url, updated, was, sketch, pages, check = found.groups()
    if _check(written[: -len(" check=") - len(check)]) != check:
        hint = f"{_FROM_GIT}; if a post is to have another guid, delete its line and write guid: in its front matter"
        raise _damaged("this line was edited or damaged: it does not fit the check at its end", None, hint)
    return Line(
        key=_unescape(key),
        guid=_unescape(guid),
        published=published,
        text=text,
        url=_unescape(url or guid),
        updated=updated or "",
        was=tuple(map(_unescape, was.split(" was=")[1:])),
        sketch=sketch or "",
        pages=tuple(map(_unescape, pages.split(" page=")[1:])),
        gone=kind == "gone",
        scheduled=kind == "next",
    )


def _refuse_conflict(text: str, name: str, first: int = 1) -> None:
    for number, written in enumerate(text.split("\n"), start=first):
        if _CONFLICT.match(written):
            hint = "keep the lines of both sides, delete the marks, and run `publisher build`: it sorts them"
            raise _damaged("a merge left a conflict here", Location(name, number, 1, written), hint)


def _refuse_double(line: Line, lines: Mapping[str, Line], owners: Mapping[str, str]) -> None:
    other = lines.get(line.key)
    if other and other.guid != line.guid:
        message = f"{line.key} has two guids: {other.guid} and {line.guid}"
        raise _damaged(message, None, "delete the line whose guid your feeds never showed")
    owner = owners.get(line.guid, line.key)
    if owner != line.key:
        message = f"{owner} and {line.key} have the same guid: {line.guid}"
        raise _damaged(message, None, "delete the line of the file that is not there any more")


def _merged(one: Line | None, other: Line) -> Line:
    """Make one of two lines about one post: what was changed last wins, and no past address or page is lost."""
    if one is None:
        return other
    first, last = sorted((one, other), key=lambda line: (not line.gone, not line.scheduled, line.updated, line.text))
    past = dict.fromkeys((*first.was, *last.was, first.url))
    pages = tuple(sorted({*first.pages, *last.pages}))
    return replace(last, was=tuple(url for url in past if url != last.url), pages=pages)


def _check(written: str) -> str:
    return f"{crc32(written.encode()):08x}"


def _escape(value: str) -> str:
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", value)


def _unescape(value: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value) if "\\" in value else value


def by_key(lines: Iterable[Line]) -> Lock:
    """Make a lock of lines."""
    return Lock(MappingProxyType({line.key: line for line in lines}))


def _damaged(message: str, at: Location | None, hint: str | None) -> FeedError:
    return FeedError(message, rule="lock", at=at, hint=hint)

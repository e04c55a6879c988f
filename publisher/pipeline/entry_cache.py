"""Entries as the last build made them, in one file: a post that did not change is not rendered again.

An entry holds for the post's own time of change and size, for everything that was looked for while it was made
(pictures that were found, and those that were not), and for one program, configuration and set of templates. The file
may be deleted at any time, no byte of any output depends on it, and one that is damaged holds no entry.

    <context> <SHA-256 of the rest>
    {<post>: [<digest>, <made from>, <problems>, <length of its entry in bytes>], …}
    <entry><entry>…
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from publisher.content.cache import RACY_NS, freeze_problem, thaw_problem
from publisher.content.cards import ALONE
from publisher.errors import PublisherError
from publisher.fingerprint import fingerprint
from publisher.model.feed import Entry
from publisher.model.post import Author, Enclosure, Image
from publisher.pipeline.alongside import alongside

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from publisher.config import Config
    from publisher.content.cards import CardReader
    from publisher.errors import Problem
    from publisher.model.post import Card
    from publisher.pipeline.alongside import Wait
    from publisher.pipeline.entries import EntryMaker, MadeEntry

#: Entries that are worth another process.
MANY = 40

#: Time of change and size of a file or folder; None where there is none.
_State = list[int] | None


@dataclass(frozen=True, slots=True)
class _Row:
    """An entry in the cache."""

    digest: str
    made_from: dict[str, _State]
    #: As `freeze_problem` has them.
    problems: list[list[Any]]
    text: bytes


@dataclass(frozen=True)
class KeptEntry:
    """An entry that is still true."""

    #: Equal for equal entries only.
    digest: str
    problems: tuple[Problem, ...]
    _text: bytes

    @cached_property
    def entry(self) -> Entry:
        """The entry itself, which most feeds of a build don't even need."""
        return _thaw(json.loads(self._text))


class EntryCache:
    """Entries by their posts: those of the last build, and those that this one has found or made."""

    def __init__(self, path: Path, context: str) -> None:
        """Open the cache in a file. context: names everything but files that entries are made from."""
        self._path = path
        self._context = context
        self._old, self._trusted_ns = _load(path, context)
        self._new: dict[str, _Row] = {}
        self._has_news = False

    def find(self, card: Card) -> KeptEntry | None:
        """Give the entry of a post, unless something that it was made from has changed."""
        name = _name(card)
        row = self._new.get(name) or self._old.get(name)
        if row is None or not (name in self._new or self._is_true(row)):
            return None
        self._new[name] = row
        return KeptEntry(row.digest, tuple(map(thaw_problem, row.problems)), row.text)

    def _is_true(self, row: _Row) -> bool:
        """Tell whether all that an entry was made from is as it was, and was so long before the entry was kept."""
        states = row.made_from.items()
        return all(state_of(name) == state and not (state and state[0] >= self._trusted_ns) for name, state in states)

    def keep(self, card: Card, entry: Entry, problems: Iterable[Problem], made_from: dict[str, _State]) -> str:
        """Keep an entry for the next build; gives its digest.

        made_from: the state of the post's file and of all that was looked for, from before the entry was made.
        """
        text = json.dumps(entry, ensure_ascii=False, default=_plain).encode("utf-8", "surrogatepass")
        row = _Row(hashlib.sha256(text).hexdigest(), made_from, list(map(freeze_problem, problems)), text)
        self._new[_name(card)] = row
        self._has_news = True
        return row.digest

    def part(self) -> EntryCache:
        """Begin a cache beside this one, for another process to fill."""
        return EntryCache(self._path.with_suffix(f".{secrets.token_hex(6)}.part"), self._context)

    def adopt(self, part: EntryCache) -> None:
        """Take over what another process has put into a `part` just now."""
        rows, _ = _load(part._path, self._context)
        self._new |= rows
        self._has_news = self._has_news or bool(rows)
        with suppress(OSError):
            part._path.unlink(missing_ok=True)

    def save(self) -> None:
        """Write the entries that were found or made, if they changed. That it can't be written spoils nothing."""
        if not self._has_news and len(self._new) == len(self._old):
            return
        index = {name: [row.digest, row.made_from, row.problems, len(row.text)] for name, row in self._new.items()}
        # In parts: whole, the entries would be in memory three times.
        parts = (json.dumps(index).encode("ascii"), b"\n", *(row.text for row in self._new.values()))
        temporary = self._path.with_suffix(f".{secrets.token_hex(6)}.tmp")
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("wb") as file:
                file.writelines((_head(parts, self._context), b"\n", *parts))
            temporary.replace(self._path)


def _name(card: Card) -> str:
    # What publisher.lock says of a post is no part of its file.
    return f"{card.path}\n{card.guid}\n{card.revised}"


def _head(parts: Iterable[bytes], context: str) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return f"{context} {digest.hexdigest()}".encode("ascii")


def _load(path: Path, context: str) -> tuple[dict[str, _Row], int]:
    """Read entries, and up to which moment in nanoseconds a file must have rested for them to hold."""
    try:
        head, _, content = path.read_bytes().partition(b"\n")
        if head != _head((content,), context):
            return {}, 0
        index, _, texts = content.partition(b"\n")
        rows, start = {}, 0
        for name, (digest, made_from, problems, length) in json.loads(index).items():
            rows[name] = _Row(digest, made_from, problems, texts[start : start + length])
            start += length
        return rows, path.stat().st_mtime_ns - RACY_NS
    except (OSError, ValueError):
        return {}, 0


class EntryKeeper:
    """Makes entries of cards; those that it finds in the cache are not made again."""

    def __init__(self, config: Config, reader: CardReader, file: Path, *, keep: bool = True) -> None:
        """Make one for a site whose posts `reader` has listed. keep: whether anything may be written."""
        self._config = config
        self._reader = reader
        self._keep = keep
        self._cache = EntryCache(file, _context(config, reader)) if config.site.generator in ALONE else None
        self._maker: EntryMaker | None = None
        #: Keys of posts that another process makes entries of.
        self._elsewhere: frozenset[str] = frozenset()
        self._join: Wait = lambda: None

    def make(self, card: Card) -> MadeEntry | KeptEntry:
        """Give the entry of a post. Raises as `entries.EntryMaker.make` does."""
        if card.key in self._elsewhere:
            self._elsewhere = frozenset()
            self._join()
        found = self._cache.find(card) if self._cache else None
        return found or self._made(card, self._cache)

    def begin(self, cards: Sequence[Card]) -> None:
        """Let another process make half of the entries, where many are to be made; `make` finds what it made."""
        cache = self._cache if self._keep else None
        missing = [card for card in cards if not cache.find(card)] if cache else []
        if cache is None or len(missing) < MANY:
            return
        half, part = missing[len(missing) // 2 :], cache.part()

        def fill() -> None:
            for card in half:
                with suppress(PublisherError):
                    self._made(card, part)
            part.save()

        # What the first one loads, libraries and templates, the other process has then.
        with suppress(PublisherError):
            self._made(missing[0], cache)
        self._elsewhere = frozenset(card.key for card in half)
        wait = alongside(fill)

        def join() -> None:
            wait()
            cache.adopt(part)

        self._join = join

    def save(self) -> None:
        """Keep the entries that were asked for, and forget all others."""
        if self._cache and self._keep:
            self._cache.save()

    def _made(self, card: Card, cache: EntryCache | None) -> MadeEntry:
        maker = self._maker or self._load()
        looked_at = self._reader.looked_at, maker.looked_at
        for account in looked_at:
            account.clear()
        made = maker.make(card)
        if not (cache and self._keep) or any(account.posts for account in looked_at):
            return made
        paths = {str(card.path), *(str(path) for account in looked_at for path in account.paths)}
        states = {path: state_of(path) for path in sorted(paths)}
        return replace(made, digest=cache.keep(card, made.entry, made.problems, states))

    def _load(self) -> EntryMaker:
        # Jinja, comrak, lxml, nh3 and Pillow load when some post has changed.
        from publisher.pipeline.entries import EntryMaker

        self._maker = EntryMaker(self._config, self._reader.read_whole)
        return self._maker


def _context(config: Config, reader: CardReader) -> str:
    """Name everything that entries are made from besides what posts look at: settings, and the site's own templates."""
    templates = [
        (str(path.relative_to(config.root)), hashlib.sha256(path.read_bytes()).hexdigest())
        for pattern in ("feeds/**/*.j2", "layouts/**/*", "themes/*/layouts/**/*")
        for path in sorted(config.root.glob(pattern))
        if path.is_file()
    ]
    return fingerprint(reader.context(), config.feeds.model_dump_json(), templates)


def state_of(path: str | Path) -> _State:
    """Look at a file or folder as closely as a cache needs to."""
    try:
        stat = os.stat(path)  # noqa: PTH116 - most paths come as text
    except (OSError, ValueError):
        return None
    return [stat.st_mtime_ns, stat.st_size]


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value) if field.name != "problems"}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"an entry holds {type(value).__name__}")


def _thaw(values: dict[str, Any]) -> Entry:
    image, enclosure = values.pop("image"), values.pop("enclosure")
    if image:
        image["path"] = Path(image["path"]) if image["path"] else None
    return Entry(
        **values
        | {
            "published": datetime.fromisoformat(values["published"]),
            "updated": datetime.fromisoformat(values["updated"]),
            "authors": tuple(Author(**author) for author in values["authors"]),
            "categories": tuple(values["categories"]),
            "image": Image(**image) if image else None,
            "enclosure": Enclosure(**enclosure) if enclosure else None,
            "problems": (),
        }
    )

"""Entries as the last build made them, a file for each: a post that did not change is not rendered again.

A file holds for the post's own time of change and size, for everything that was looked for while the entry was made
(pictures that were found, and those that were not), and for one program, configuration and set of templates. It may be
deleted at any time, no byte of any output depends on it, and what is damaged is no entry.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
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
    """Entries by the keys of their posts."""

    def __init__(self, folder: Path, context: str) -> None:
        """Open the cache in `folder`. context: names everything but files that entries are made from."""
        self._folder = folder
        self._context = context

    def find(self, card: Card) -> KeptEntry | None:
        """Give the entry of a post, unless something that it was made from has changed."""
        path = self._path(card)
        try:
            trusted_ns = path.stat().st_mtime_ns - RACY_NS
            head, facts_text, text = path.read_bytes().split(b"\n", 2)
            if head != self._head(facts_text, text):
                return None
            facts = json.loads(facts_text)
            for name, state in facts["made_from"].items():
                if state_of(name) != state or (state and state[0] >= trusted_ns):
                    return None
            problems = tuple(map(thaw_problem, facts["problems"]))
            return KeptEntry(hashlib.sha256(text).hexdigest(), problems, text)
        except (OSError, ValueError, RecursionError):
            return None

    def keep(self, card: Card, entry: Entry, problems: Iterable[Problem], made_from: dict[str, _State]) -> str:
        """Keep an entry for the next build; gives its digest. That it can't be written spoils nothing.

        made_from: the state of the post's file and of all that was looked for, from before the entry was made.
        """
        text = json.dumps(asdict(entry), ensure_ascii=False, default=_plain).encode("utf-8", "surrogatepass")
        facts = {"made_from": made_from, "problems": [freeze_problem(problem) for problem in problems]}
        facts_text = json.dumps(facts).encode("ascii")
        path = self._path(card)
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(b"\n".join((self._head(facts_text, text), facts_text, text)))
            temporary.replace(path)
        return hashlib.sha256(text).hexdigest()

    def forget_others(self, cards: Iterable[Card]) -> None:
        """Drop the entries of posts that no feed shows any more."""
        kept = {self._path(card).name for card in cards}
        with suppress(OSError):
            for path in self._folder.iterdir():
                if path.name not in kept:
                    path.unlink(missing_ok=True)

    def _path(self, card: Card) -> Path:
        # What publisher.lock says of a post is no part of its file.
        facts = f"{card.path}\n{card.guid}\n{card.revised}".encode("utf-8", "surrogateescape")
        return self._folder / f"{hashlib.sha256(facts).hexdigest()}.json"

    def _head(self, facts: bytes, text: bytes) -> bytes:
        vouched = hashlib.sha256(facts + b"\n" + text).hexdigest()
        return f"{self._context} {vouched}".encode("ascii")


class EntryKeeper:
    """Makes entries of cards; those that it finds in the cache are not made again."""

    def __init__(self, config: Config, reader: CardReader, folder: Path, *, keep: bool = True) -> None:
        """Make one for a site whose posts `reader` has listed. keep: whether anything may be written."""
        self._config = config
        self._reader = reader
        self._keep = keep
        self._cache = EntryCache(folder, _context(config, reader)) if config.site.generator in ALONE else None
        self._maker: EntryMaker | None = None
        #: What `begin` has found, by the keys of posts, until somebody asks for it.
        self._found: dict[str, KeptEntry] = {}

    def make(self, card: Card) -> MadeEntry | KeptEntry:
        """Give the entry of a post. Raises as `entries.EntryMaker.make` does."""
        found = self._found.pop(card.key, None) or (self._cache.find(card) if self._cache else None)
        return found or self._made(card)

    def begin(self, cards: Sequence[Card]) -> Wait:
        """Let another process make entries from the last on, where many are to be made; `make` finds what it made.

        It stops where it meets an entry that is made already. Gives what waits for its end.
        """
        cache = self._cache if self._keep else None
        if cache:
            self._found = {card.key: found for card in cards if (found := cache.find(card))}
        missing = [card for card in cards if card.key not in self._found]
        if cache is None or len(missing) < MANY:
            return lambda: None

        def fill() -> None:
            for card in reversed(missing):
                if cache.find(card):
                    break
                with suppress(PublisherError):
                    self._made(card)

        self._load()
        return alongside(fill)

    def forget_others(self, cards: Iterable[Card]) -> None:
        """Drop what is kept of posts that no feed shows any more."""
        if self._cache:
            self._cache.forget_others(cards)

    def _made(self, card: Card) -> MadeEntry:
        maker = self._maker or self._load()
        looked_at = self._reader.looked_at, maker.looked_at
        for account in looked_at:
            account.clear()
        made = maker.make(card)
        if not (self._cache and self._keep) or any(account.posts for account in looked_at):
            return made
        paths = {str(card.path), *(str(path) for account in looked_at for path in account.paths)}
        states = {path: state_of(path) for path in sorted(paths)}
        return replace(made, digest=self._cache.keep(card, made.entry, made.problems, states))

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


def _plain(value: Any) -> str:
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

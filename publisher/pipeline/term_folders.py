"""What the folder of a term's feed is called: as subscribers have it, else as publisher.toml says, else by the term."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from publisher.content.urls import sanitize
from publisher.syndication.groups import term_name
from publisher.syndication.lock import FeedLine
from publisher.syndication.site_feed import group_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from publisher.config import Config
    from publisher.model.post import Card
    from publisher.pipeline.known_feeds import KnownFeeds
    from publisher.pipeline.term_pages import TermPage
    from publisher.syndication.groups import Term

#: File systems take 255 bytes for a name.
MAX_FOLDER_BYTES = 200
#: Hexadecimal digits that stand for a term of whose name nothing can be made.
_DIGITS = 8


def folder_name(name: str) -> str:
    """Name the folder of a term as Hugo would, without slashes and percent signs, which lead elsewhere.

    A dot at its beginning, which few servers serve, becomes "dot-".
    Empty where the term has no letter or digit, or too many of them for a file system.
    """
    folder = sanitize(re.sub(r"[/\\]", "-", name).replace("%", "")).lower()
    if not any(char.isalnum() for char in folder) or len(folder.encode()) > MAX_FOLDER_BYTES:
        return ""
    return f"dot-{folder[1:]}" if folder.startswith(".") else folder


def _latin_name(text: str) -> str:
    """Name a folder in Latin letters; empty where there is no way to. Unidecode helps where it is installed."""
    if not text.isascii():
        try:
            from unidecode import unidecode
        except ImportError:
            return ""
        text = unidecode(text)
    return re.sub(r"[^a-z0-9+#.]+", "-", text.lower().replace("#", "-sharp")).strip("-.")


class TermFolders:
    """The folders of one site's terms, each below that of its key."""

    def __init__(self, config: Config, known: KnownFeeds, terms: Iterable[Term[Card]]) -> None:
        """Make one for a site. terms: all that it has."""
        self._config = config
        self._known = known
        #: Folders that are not free for names in Latin letters, by key: given ones, and those of terms that are Latin.
        self._given = {(line.key.partition("/")[0], line.path) for line in known.lines.values()}
        self._given |= {(self._kind_of(term), folder_name(term.name)) for term in terms}

    def has_line(self, term: Term[Card]) -> bool:
        """Tell whether publisher.lock knows of a feed that the term has."""
        return self._known.has(self._key_of(term))

    def is_wanted(self, term: Term[Card]) -> bool:
        """Tell whether a term gets a feed: it has enough posts, or subscribers have its feed already."""
        return self._has_enough(term) or self.has_line(term) or self._was_built(term)

    def choose(self, term: Term[Card], page: TermPage | None) -> str:
        """Give the folder of a term; empty where none can be made of it. page: about the term."""
        line = self._known.lines.get(self._key_of(term))
        chosen = self._stated(term) or (line.path if line else "") or self._derived(term, page)
        self._given.add((self._kind_of(term), chosen))
        return chosen

    def line_of(self, term: Term[Card], folder: str) -> Iterator[FeedLine]:
        """Give what publisher.lock is to keep of a term's feed, unless it would be found there again without."""
        key, own = self._key_of(term), folder_name(term.name)
        might_go = self._config.feeds.group_of(term.key).minimum > 1
        might_move = self._config.feeds.term_paths == "ascii" and not own.isascii()
        if key in self._known.lines or folder != own or might_go or might_move:
            yield FeedLine(key=key, path=folder, state="" if self._has_enough(term) else "small")

    def earlier(self, term: Term[Card], folder: str) -> Iterator[FeedLine]:
        """Give the line that publisher.lock would have, had it been needed, of a feed that moves now."""
        own = folder_name(term.name)
        if folder != own and not self.has_line(term) and self._was_built(term):
            yield FeedLine(key=self._key_of(term), path=own)

    def _kind_of(self, term: Term[Card]) -> str:
        return self._known.key_of(term.key, "").rstrip("/")

    def _key_of(self, term: Term[Card]) -> str:
        return self._known.key_of(term.key, term.name)

    def _has_enough(self, term: Term[Card]) -> bool:
        return len(term.posts) >= self._config.feeds.group_of(term.key).minimum

    def _was_built(self, term: Term[Card]) -> bool:
        folder = folder_name(term.name)
        return bool(folder) and self._known.was_built(f"{group_path(self._config, term.key)}/{folder}")

    def _may_be_there(self, term: Term[Card]) -> bool:
        """Tell whether somebody may have subscribed to a term's feed in the folder that is called as the term is."""
        return self._was_built(term) or self._known.may_have_shown(term.posts[-1])

    def _stated(self, term: Term[Card]) -> str:
        stated = self._config.feeds.group_of(term.key).paths
        return next((folder for name, folder in stated.items() if term_name(name) == term.name), "")

    def _derived(self, term: Term[Card], page: TermPage | None) -> str:
        own = folder_name(term.name)
        if self._config.feeds.term_paths == "written" or (own and (own.isascii() or self._may_be_there(term))):
            return own
        for name in self._latin_names(term, page):
            if (self._kind_of(term), name) not in self._given:
                return name
        return ""

    def _latin_names(self, term: Term[Card], page: TermPage | None) -> Iterator[str]:
        """Give names in Latin letters, the best first: what the site says, what can be made of the term, a number."""
        number = hashlib.sha256(term.name.encode()).hexdigest()[:_DIGITS]
        stated = (folder_name(name) for name in (page.latin_names if page else ()) if name.isascii())
        names = [name for name in (*stated, folder_name(_latin_name(term.name))) if name]
        yield from names
        yield from (f"{name}-{number[:4]}" for name in names)
        yield f"term-{number}"

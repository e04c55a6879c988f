"""One post after the other becomes an entry; what they share is read once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from publisher.content.load import Renderer
from publisher.errors import Problem
from publisher.model.post import Card, Post
from publisher.pipeline.places import place_of_value
from publisher.syndication.entries import make_entry
from publisher.syndication.identity import guid_of
from publisher.templates import FEEDS, environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.config import Config
    from publisher.content.media import LookedAt
    from publisher.model.feed import Entry
    from publisher.model.post import Rendered
    from publisher.pipeline.entry_cache import KeptEntry


@dataclass(frozen=True, slots=True)
class MadeEntry:
    """An entry, and every doubt about its post that arose on the way."""

    entry: Entry
    rendered: Rendered
    problems: tuple[Problem, ...]
    #: Equal for equal entries only; empty where nobody asked.
    digest: str = ""


class MadeEntries(Mapping[str, "Entry"]):
    """Entries by the keys of their posts, each read when somebody wants to see it: most lie unread in the cache."""

    def __init__(self, made: Mapping[str, MadeEntry | KeptEntry]) -> None:
        """Take what was made of each post, by its key."""
        self._made = made

    def __getitem__(self, key: str) -> Entry:
        """Give the entry of a post."""
        return self._made[key].entry

    def __contains__(self, key: object) -> bool:
        """Tell whether a post became an entry."""
        return key in self._made

    def __iter__(self) -> Iterator[str]:
        """List the posts that became entries."""
        return iter(self._made)

    def __len__(self) -> int:
        """Count them."""
        return len(self._made)


#: From a card to its post, with the doubts about it (`content.cards.CardReader.read_whole`).
ReadWhole = Callable[[Card], tuple[Post, tuple[Problem, ...]]]


def only_posts(card: Card) -> NoReturn:
    """Read no card: what makes entries of posts has none."""
    raise TypeError(f"{card.key} is no post, and nothing was given to read it by")


class EntryMaker:
    """Makes entries of the posts of one site."""

    def __init__(self, config: Config, read_whole: ReadWhole = only_posts) -> None:
        """Make one for a site. read_whole: how cards become posts, where cards are what entries are made of."""
        self._config = config
        self._read_whole = read_whole
        self._env = environment(FEEDS, config.root)
        # One run, one set of templates: nobody looks again whether they changed.
        self._env.auto_reload = False
        self._renderer = Renderer(config, "feed", self._env)

    @property
    def looked_at(self) -> LookedAt:
        """Tell what rendering has looked at besides the posts' own files."""
        return self._renderer.looked_at

    def make(self, card: Card) -> MadeEntry:
        """Render a post and make the entry that feeds show. Raises ContentError or TemplateError.

        card: a post; or the card of one, which is read whole first.
        """
        post, doubts = (card, ()) if isinstance(card, Post) else self._read_whole(card)
        # Who it is says the card: publisher.lock may know better than the post's own file.
        post = replace(post, guid=card.guid, revised=card.revised)
        rendered = self._renderer.render(post)
        locate = partial(place_of_value, post, self._config)
        entry = make_entry(post, rendered, guid_of(post), self._env, locate)
        return MadeEntry(entry, rendered, (*doubts, *rendered.problems, *entry.problems))

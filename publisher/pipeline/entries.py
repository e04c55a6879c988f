"""One post after the other becomes an entry; what they share is read once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from publisher.content.load import Renderer
from publisher.pipeline.places import place_of_value
from publisher.syndication.entries import make_entry
from publisher.syndication.identity import guid_of
from publisher.templates import FEEDS, environment

if TYPE_CHECKING:
    from publisher.config import Config
    from publisher.errors import Problem
    from publisher.model.feed import Entry
    from publisher.model.post import Post, Rendered


@dataclass(frozen=True, slots=True)
class MadeEntry:
    """An entry, and every doubt about its post that arose on the way."""

    entry: Entry
    rendered: Rendered
    problems: tuple[Problem, ...]


class EntryMaker:
    """Makes entries of the posts of one site."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._env = environment(FEEDS, config.root)
        self._renderer = Renderer(config, "feed", self._env)

    def make(self, post: Post) -> MadeEntry:
        """Render a post and make the entry that feeds show. Raises ContentError or TemplateError."""
        rendered = self._renderer.render(post)
        locate = partial(place_of_value, post, self._config)
        entry = make_entry(post, rendered, guid_of(post), self._env, locate)
        return MadeEntry(entry, rendered, (*rendered.problems, *entry.problems))

"""The posts of a site as cards: what a build knows of all of them, before it reads whole the few that a feed shows.

A card costs a fraction of a post: no picture is measured, no text is counted, and no body is kept in memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from publisher.content.cache import CardCache, Listed
from publisher.content.conventions.convention import same_pages
from publisher.content.conventions.registry import convention_named
from publisher.content.front_matter import aliases
from publisher.content.load import (
    built_all_the_same,
    newest_first,
    post_rules,
    read_every_page,
    same_address,
    why_left_out,
    with_nothing_private,
)
from publisher.content.posts import make_card, make_post
from publisher.content.sources import discover_site, page_rules, read_content_file, site_settings
from publisher.errors import ContentError
from publisher.fingerprint import fingerprint
from publisher.program import program_stamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from publisher.config import Config
    from publisher.content.hugo.discover import ContentFile
    from publisher.content.media import LookedAt
    from publisher.content.pages import Page, PageRules
    from publisher.errors import Problem
    from publisher.model.post import Card, Post

#: When the clock may make something else of a file: its dates.
Moments = tuple["datetime | None", ...]

#: Begins work in another process, if it can; gives what waits for its end.
Alongside = Callable[[Callable[[], None]], Callable[[], None]]
#: Files that are worth another process.
MANY = 1000

#: Generators whose posts are made of their own file, the settings and the sections above it, and of nothing else that
#: lies about: only these can be cached by file.
ALONE = frozenset({"hugo", "plain"})

#: Front matter that messages about posts point at, and that says whether a post may be an episode.
_ALWAYS_KEPT = (
    *aliases.TAGS, *aliases.CATEGORIES, *aliases.AUTHOR, *aliases.SOURCE_NAME, *aliases.AUDIO, *aliases.GUID,
    "url", "slug", "aliases", "alias", "redirect_from",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Every post that may be seen, as a card, newest first; as `model.post.Site` in the rest."""

    cards: tuple[Card, ...]
    #: Posts that may be seen once their dates have come, newest first. No feed, page or mail knows of them before.
    scheduled: tuple[Card, ...]
    problems: tuple[Problem, ...]
    left_out: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


class CardReader:
    """Lists the posts of a site as cards, and reads whole those that are asked for."""

    def __init__(
        self, config: Config, now: datetime, cache_file: Path | None = None, alongside: Alongside | None = None
    ) -> None:
        """Make one for a site.

        cache_file: where what was read is kept for the next time.  alongside: begins work in another process.
        """
        self._alongside = alongside
        self._config = config
        self._cache_file = cache_file
        self._cache: CardCache | None = None
        self._now = now
        self._site_settings = site_settings(config)
        self._settings = with_nothing_private(self._site_settings)
        self._rules = post_rules(config, self._settings)
        self._kept = kept_keys(config)
        self._problems: list[Problem] = []
        self._left_out: Counter[str] = Counter()
        #: How to get at the page of a card again: by path and key, as some generators keep many posts in one file.
        self._files: Sequence[ContentFile] = ()
        self._pages: dict[tuple[str, str], Page] = {}
        self._page_rules: PageRules | None = None

    def list_posts(self) -> Listing:
        """Read every content file's front matter; as `load.read_site` in the rest."""
        cards: list[Card] = []
        scheduled: list[Card] = []
        for listed in self._every_file():
            if listed.left_out:
                self._left_out.update([listed.left_out])
            if listed.card:
                (scheduled if listed.left_out else cards).append(listed.card)
            self._problems += listed.problems
        if self._cache:
            self._cache.pack()
        cards.sort(key=newest_first)
        return Listing(
            cards=tuple(cards),
            scheduled=tuple(sorted(scheduled, key=newest_first)),
            problems=(
                *self._problems,
                *same_address(cards, self._config),
                *built_all_the_same(self._site_settings, self._left_out),
            ),
            left_out=MappingProxyType(dict(sorted(self._left_out.items()))),
        )

    def read_whole(self, card: Card) -> tuple[Post, tuple[Problem, ...]]:
        """Read the post of a card that `list_posts` gave, with the doubts about its title and media.

        Raises ContentError where its file changed meanwhile into one that can't be read.
        """
        place = str(card.path), card.key
        page = self._pages.get(place)
        if page is None:
            assert self._page_rules, "posts are listed first"
            page = read_content_file(self._file_of[place], self._page_rules).page
        return make_post(page, self._rules)

    @cached_property
    def _file_of(self) -> dict[tuple[str, str], ContentFile]:
        return {(str(file.path), file.key): file for file in self._files}

    @property
    def looked_at(self) -> LookedAt:
        """Tell what reading posts whole has looked at."""
        return self._rules.places.looked_at

    def context(self) -> str:
        """Name everything that posts are made from besides their own files; known once posts are listed."""
        assert self._page_rules, "posts are listed first"
        return self._context(self._page_rules)

    def window(self) -> tuple[float | None, float | None] | None:
        """Tell how long the clock makes nothing else of the posts (`cache.CardCache.window`); None: nobody knows."""
        return self._cache.window if self._cache and self._mounts_nothing() else None

    def _mounts_nothing(self) -> bool:
        """Tell whether posts and media lie where publisher.toml says, or where Hugo expects them."""
        settings = self._settings
        own = [language.content_dir for language in settings.languages]
        folders = [*own, *(folder.path for folder in settings.content_mounts), *settings.static_dirs]
        return not any(name.startswith(("/", "..")) for name in (settings.content_dir, *folders))

    def save_cache(self) -> None:
        """Keep what was read for the next time."""
        if self._cache:
            self._cache.save()

    def _every_file(self) -> Iterator[Listed]:
        convention = convention_named(self._config.site.generator)
        if convention and (convention.settle is not same_pages or convention.read_text):
            return self._from_pages()
        return self._from_files()

    def _from_pages(self) -> Iterator[Listed]:
        """List a site whose pages have to be looked at together."""
        read = read_every_page(self._config, self._settings, self._now)
        self._problems += read.problems
        self._pages = {(str(page.file.path), page.file.key): page for page in read.pages}
        yield from (self._listed(page) for page in read.pages)

    def _from_files(self) -> Iterator[Listed]:
        """List a site file by file: what the cache knows is not read."""
        files, problems = discover_site(self._config, self._settings)
        self._problems += problems
        self._page_rules = rules = page_rules(self._config, self._settings, files, self._now)
        self._files = files
        if self._cache_file and self._config.site.generator in ALONE:
            self._cache = CardCache(self._cache_file, self._context(rules), self._now)
        if self._cache and self._alongside and self._cache.is_empty and len(files) >= MANY:
            yield from self._by_two(files, rules, self._cache, self._alongside)
            return
        for file in files:
            yield self._from_cache(file, rules, self._cache) if self._cache else self._read(file, rules)[0]

    def _by_two(
        self, files: Sequence[ContentFile], rules: PageRules, cache: CardCache, alongside: Alongside
    ) -> Iterator[Listed]:
        """Read half of the files while another process puts the other half into the cache."""
        half = len(files) // 2

        def fill() -> None:
            part = cache.part()
            for file in files[half:]:
                self._from_cache(file, rules, part)
            part.pack()
            part.save()

        wait = alongside(fill)
        # All of this half before the first of the other, which may not be there yet.
        yield from [self._from_cache(file, rules, cache) for file in files[:half]]
        wait()
        cache.adopt_part()
        yield from (self._from_cache(file, rules, cache) for file in files[half:])

    def _from_cache(self, file: ContentFile, rules: PageRules, cache: CardCache) -> Listed:
        try:
            stat = file.path.stat()
        except OSError:
            return self._read(file, rules)[0]
        found = cache.find(file, stat)
        if found is None:
            found, moments = self._read(file, rules)
            cache.keep(file, stat, found, moments)
        return found

    def _read(self, file: ContentFile, rules: PageRules) -> tuple[Listed, Moments]:
        """Read a file, and tell when the clock may make something else of it."""
        try:
            read = read_content_file(file, rules)
        except ContentError as error:
            return Listed(problems=(error.as_problem("unreadable-post"),)), ()
        dates = read.page.dates
        return self._listed(read.page, read.problems), (dates.date, dates.published, dates.expires)

    def _listed(self, page: Page, problems: tuple[Problem, ...] = ()) -> Listed:
        reason = why_left_out(page, self._config, self._settings)
        if reason and not self._is_scheduled(page):
            return Listed(left_out=reason if page.kind == "page" else "", problems=problems)
        return Listed(make_card(page, self._rules, self._kept), reason, problems)

    def _is_scheduled(self, page: Page) -> bool:
        """Tell whether nothing but its date keeps a page from being a post."""
        return page.hidden == "future" and not why_left_out(replace(page, hidden=""), self._config, self._settings)

    def _context(self, rules: PageRules) -> str:
        """Name everything that cards are made from besides the files: program, settings, sections."""
        site, languages = self._config.site, self._config.feeds.languages
        said = (site.model_dump_json(), sorted(site.model_fields_set), languages, sorted(self._kept))
        return fingerprint(program_stamp(), said, self._settings, sorted(rules.sections.items()))


def kept_keys(config: Config) -> frozenset[str]:
    """Choose the front-matter keys that a card keeps: what feeds are made by, and what messages point at."""
    return frozenset(name.partition(".")[0] for name in (*config.feeds.keys_asked, *_ALWAYS_KEPT))

"""What a build writes about its feeds for people and for readers that look for feeds: pages, OPML, the feed menu.

They are taken as they lie where nothing in them can have changed, as feeds are (`built.kept_document`): then neither
templates nor words are even read.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from publisher.config import FILE_NAME
from publisher.errors import Location, Problem
from publisher.pipeline.built import hash_of, kept_document, read_built
from publisher.program import program_stamp
from publisher.syndication.podcast import playable
from publisher.syndication.site_feed import LANGUAGES, QUERIES, feed_path, make_feed, podcast_feed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from publisher.config import Config
    from publisher.model.feed import Entry, Feed
    from publisher.model.post import Card, Image
    from publisher.syndication.pages import FeedGroup, PageMaker
    from publisher.syndication.site_feed import FeedPlan

#: Folder of the podcast's page beside podcast.xml.
PODCAST_FOLDER = "podcast"
#: What each page of ours says of itself (feeds/page.html.j2), by which we know it again, and how soon, in bytes.
_MARK = b'<meta name="generator" content="publisher">'
_HEAD_BYTES = 1000


@dataclass(frozen=True, slots=True)
class FeedPages:
    """Documents by their paths below the output folder."""

    documents: dict[str, bytes] = field(default_factory=dict)
    #: As `built.kept_document` is told it.
    made_from: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Listing:
    """A feed of the site, as all of its lists and pages take it."""

    folder: str
    #: What it is called among its like, and under which front-matter key.
    name: str
    key: str
    posts: tuple[Card, ...]
    #: Without its entries.
    feed: Feed
    podcast: bool = False
    #: Title of the site in another language, to which it belongs.
    edition: str = ""

    @property
    def page(self) -> str:
        return f"{self.folder}/index.html"

    def __repr__(self) -> str:
        """Give all that lists of feeds show of it; of its posts, how many."""
        return repr((self.folder, self.name, self.key, len(self.posts), self.feed, self.podcast, self.edition))


def make_feed_pages(
    config: Config,
    plans: Sequence[FeedPlan],
    episodes: Sequence[Card],
    entries: Mapping[str, Entry],
    digests: Mapping[str, str],
    *,
    cover: Image | None = None,
) -> FeedPages:
    """Make what [feeds] asks for beside the feeds themselves.

    plans: the site's feed first.  episodes: of the podcast, newest first; empty where there is none.
    cover: the podcast's.
    entries and digests: of posts by their keys (`build.Made`).
    A page that would take the place of somebody else's is left out, and told.
    """
    playable_ones = [post for post in episodes if post.key in entries and playable((entries[post.key],))[0]]
    site = _Site(config, list(_listings(config, plans, playable_ones, cover)), entries, digests)
    if config.feeds.pages:
        if feed_path(config):  # elsewhere, the site's own pages lie
            site.add_pages()
        site.add_opml()
    if config.feeds.feed_menu:
        site.add_menu()
    return site.made


def _listings(
    config: Config, plans: Sequence[FeedPlan], episodes: Sequence[Card], cover: Image | None
) -> Iterator[_Listing]:
    for plan in plans:
        edition = "" if plan.key == LANGUAGES else plan.edition_title
        yield _Listing(plan.folder, plan.name, plan.key, plan.posts, make_feed(config, plan, ()), edition=edition)
    folder = feed_path(config, PODCAST_FOLDER)
    if config.podcast and episodes:
        feed = replace(podcast_feed(config, config.podcast, ()), icon=cover)
        yield _Listing(folder, feed.title, "", tuple(episodes), feed, podcast=True)


class _Site:
    """Makes the documents about the feeds of one site, one after the other."""

    def __init__(
        self, config: Config, feeds: Sequence[_Listing], entries: Mapping[str, Entry], digests: Mapping[str, str]
    ) -> None:
        self.made = FeedPages()
        self._config = config
        self._feeds = feeds
        self._entries = entries
        self._digests = digests
        self._built = read_built(config)
        self._look = _look_of(config)

    def add_pages(self) -> None:
        """Add a page for each feed; that of the site's own, the first, leads to the others."""
        first, *others = self._feeds
        self._add_page(first, others)
        for one in others:
            self._add_page(one)

    def add_opml(self) -> None:
        """Add the list of all feeds."""
        from publisher.syndication.opml import OPML_NAME, render_opml

        feeds = [one.feed for one in self._feeds]
        title = self._config.site.title
        self._add(feed_path(self._config, OPML_NAME), (title, feeds), lambda: render_opml(title, feeds))

    def add_menu(self) -> None:
        """Add /.well-known/feed-menu.json; a site that lies deeper has to bring it to its origin itself."""
        from publisher.syndication.feed_menu import MENU_NAME

        self._add(MENU_NAME, (self._config.site.title, self._feeds), self._render_menu)
        below = urlsplit(self._config.site.url).path
        if below != "/":
            message = f"readers look for /{MENU_NAME}, but the site lies in {below}"
            hint = f"let your server answer /{MENU_NAME} with {below}{MENU_NAME}"
            self.made.problems.append(Problem(message, Location(FILE_NAME), hint, "warning", "feed-menu-place"))

    def _add(self, name: str, facts: object, make: Callable[[], bytes], *, certain: bool = True) -> None:
        made_from = hash_of(repr((program_stamp(), self._look, facts)).encode("utf-8", "surrogatepass"))
        made_from = made_from if certain else ""
        self.made.documents[name] = kept_document(self._config, self._built, name, made_from) or make()
        self.made.made_from[name] = made_from

    def _add_page(self, one: _Listing, others: Sequence[_Listing] | None = None) -> None:
        if one.page in self.made.documents:
            return  # a term that is called "podcast"
        if not self._is_free(one.page):
            self.made.problems.append(_taken(self._config, one.page))
            return
        posts = [post for post in one.posts if post.key in self._digests]
        digests = [self._digests[post.key] for post in posts]
        make = partial(self._render, one, posts, others)
        self._add(one.page, (one, others, digests), make, certain="" not in digests)

    def _is_free(self, name: str) -> bool:
        """Tell whether nothing lies there, or a page of ours, even if no build remembers it."""
        try:
            with (self._config.output_dir / name).open("rb") as page:
                return _MARK in page.read(_HEAD_BYTES)
        except OSError:
            return True

    def _render(self, one: _Listing, posts: Sequence[Card], others: Sequence[_Listing] | None) -> bytes:
        from publisher.syndication.opml import OPML_NAME
        from publisher.syndication.pages import SHOWN, FeedIndex, PagePlace

        place = PagePlace(
            url=self._url_of(one.folder),
            index_url=self._url_of(self._feeds[0].folder),
            site=self._config.site.title,
            timezone=self._config.site.timezone,
            podcast=one.podcast,
        )
        shown = replace(one.feed, entries=tuple(self._entries[post.key] for post in posts[:SHOWN]))
        index = None if others is None else FeedIndex(tuple(self._groups(others)), f"{place.index_url}{OPML_NAME}")
        return self._maker.make(shown, place, index)

    @cached_property
    def _maker(self) -> PageMaker:
        # Jinja and Babel load when some page has changed.
        from publisher.syndication.pages import PageMaker
        from publisher.templates import EMAIL, FEEDS, environment

        palette: Any = environment(EMAIL, self._config.root).get_template("palette.j2").module
        return PageMaker(environment(FEEDS, self._config.root), self._config.site.language, palette)

    def _groups(self, others: Sequence[_Listing]) -> Iterator[FeedGroup]:
        from publisher.syndication.pages import FeedGroup, FeedLink

        for heading, feeds in self._by_heading(others):
            count = self._maker.words.count
            links = [FeedLink(one.name, self._url_of(one.folder), count(len(one.posts))) for one in feeds]
            yield FeedGroup(heading, tuple(links))

    def _by_heading(self, feeds: Sequence[_Listing]) -> Iterator[tuple[str, list[_Listing]]]:
        """Part feeds by what they are feeds of: the podcast, queries, then the keys of `feeds.by` in its order."""
        words = self._maker.words
        for edition in dict.fromkeys(one.edition for one in feeds):
            for key in dict.fromkeys(("", LANGUAGES, QUERIES, *self._config.feeds.by)):
                found = [one for one in feeds if (one.edition, one.key) == (edition, key)]
                heading = words.keys.get(key, key) if key else words.podcast
                if found:
                    yield f"{heading} · {edition}" if edition else heading, found

    def _render_menu(self) -> bytes:
        from publisher.syndication.feed_menu import Submenu, render_feed_menu

        alone = [one.feed for one in self._feeds if not one.key]
        grouped = self._by_heading([one for one in self._feeds if one.key])
        submenus = [Submenu(heading, tuple(one.feed for one in feeds)) for heading, feeds in grouped]
        return render_feed_menu(self._config.site.title, alone, submenus)

    def _url_of(self, folder: str) -> str:
        return f"{self._config.site.url}{quote(folder, safe='/+@')}/"


def _look_of(config: Config) -> str:
    """Sum up what a site says for itself about how its pages look: its own templates, words, colours."""
    own = [path for path in sorted((config.root / "feeds").rglob("*")) if path.is_file()]
    palette = config.root / "email_templates" / "palette.j2"
    contents = [path.read_bytes() for path in (*own, *([palette] if palette.is_file() else []))]
    facts = ([str(path) for path in own], contents, config.site.timezone, config.feeds.by)
    return hash_of(repr(facts).encode("utf-8", "surrogateescape"))


def _taken(config: Config, name: str) -> Problem:
    where = (config.output_dir / name).relative_to(config.root).as_posix()
    message = f"{where} is somebody else's page: the page about this feed is left out"
    hint = "write another path in [feeds], or pages = false there"
    return Problem(message, Location(FILE_NAME), hint, "warning", "page-clash")

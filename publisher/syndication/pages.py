"""A feed as a page for people: feeds/page.html.j2 and, for the site's own, feeds/index.html.j2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from publisher.syndication.page_words import load_page_words, load_readers, subscribe_links
from publisher.templates import render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jinja2 import Environment

    from publisher.model.feed import Entry, Feed, Format
    from publisher.model.post import Image
    from publisher.syndication.page_words import PageWords, SubscribeLink

#: Entries that a page shows.
SHOWN = 10
#: Labels behind the date of an entry.
_LABELS = 3
_FORMS: Mapping[Format, tuple[str, str]] = {
    "rss": ("RSS", "application/rss+xml"),
    "atom": ("Atom", "application/atom+xml"),
    "json": ("JSON Feed", "application/feed+json"),
}


@dataclass(frozen=True, slots=True)
class Form:
    """A format in which a feed is served."""

    name: str
    mime_type: str
    url: str


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """An entry as a page lists it."""

    title: str
    url: str
    #: ISO 8601, in the site's time zone.
    moment: str
    day: str
    labels: tuple[str, ...]
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPage:
    """What feeds/page.html.j2 is given as `page`."""

    #: Of the page itself, of the list of all feeds, and of the page that a person would read instead.
    url: str
    index_url: str
    home_url: str
    site: str
    title: str
    description: str
    language: str
    podcast: bool
    #: Of the podcast.
    cover: Image | None
    forms: tuple[Form, ...]
    links: tuple[SubscribeLink, ...]
    entries: tuple[ShownEntry, ...]


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed in the list of all feeds."""

    name: str
    #: Of its page.
    url: str
    #: How many posts it shows, in words.
    count: str


@dataclass(frozen=True, slots=True)
class FeedGroup:
    """Feeds that belong under one heading."""

    name: str
    feeds: tuple[FeedLink, ...]


@dataclass(frozen=True, slots=True)
class FeedIndex:
    """What feeds/index.html.j2 is given as `index`, besides the page of the site's own feed."""

    groups: tuple[FeedGroup, ...]
    opml_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePlace:
    """Where a page stands, and on what site."""

    url: str
    index_url: str
    site: str
    timezone: str
    podcast: bool = False


class PageMaker:
    """Makes the pages of one site; what they share is read once."""

    def __init__(self, env: Environment, language: str, palette: Any) -> None:
        """Make one for a site.

        env: of feeds/.  language: the site's (BCP 47).
        palette: has `light` and `dark`, the colours by name (email_templates/palette.j2).
        Raises TemplateError for words that can't be read.
        """
        self.words: PageWords = load_page_words(env, language)
        self._env = env
        self._readers = load_readers(env)
        self._colours = {"light": palette.light, "dark": palette.dark}

    def make(self, feed: Feed, place: PagePlace, index: FeedIndex | None = None) -> bytes:
        """Render the page of a feed, of which `SHOWN` entries are enough.

        index: the other feeds, for the page that lists them all.
        Raises TemplateError.
        """
        page = self._page(feed, place)
        name = "index.html.j2" if index else "page.html.j2"
        return render(self._env, name, page=page, index=index, w=self.words, **self._colours).encode()

    def _page(self, feed: Feed, place: PagePlace) -> FeedPage:
        forms = tuple(Form(*_FORMS[form], url) for form, url in feed.urls.items())
        zone = ZoneInfo(place.timezone)
        return FeedPage(
            url=place.url,
            index_url=place.index_url,
            home_url=feed.home_url,
            site=place.site,
            title=feed.title,
            description=feed.description if feed.description != feed.title else "",
            language=feed.language,
            podcast=place.podcast,
            cover=feed.icon,
            forms=forms,
            links=subscribe_links(self._readers, forms[0].url, podcast=place.podcast),
            entries=self._entries(feed.entries, zone),
        )

    def _entries(self, entries: Sequence[Entry], zone: ZoneInfo) -> tuple[ShownEntry, ...]:
        return tuple(
            ShownEntry(
                title=entry.title,
                url=entry.url,
                moment=entry.published.astimezone(zone).isoformat(),
                day=self.words.day_of(entry.published.astimezone(zone)),
                labels=entry.categories[:_LABELS],
                summary=entry.summary,
            )
            for entry in entries[:SHOWN]
        )

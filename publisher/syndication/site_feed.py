"""The feeds that a site has: where they are served, and what stands at their head."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote

from publisher.errors import ConfigError
from publisher.model.feed import Feed, Podcast
from publisher.model.post import Author
from publisher.syndication.podcast import podcast_guid
from publisher.syndication.xml_text import clean_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from publisher.config import Config, PodcastConfig, SiteConfig
    from publisher.model.feed import Entry, Format
    from publisher.model.post import Card, Image
    from publisher.syndication.groups import Term

FILE_NAMES: Mapping[Format, str] = MappingProxyType({"rss": "rss.xml", "atom": "atom.xml", "json": "feed.json"})
PODCAST_NAME = "podcast.xml"
#: What stays as it is in a path, as in Hugo's addresses: /tags/c++/.
_PATH_SAFE = "/+@"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPlan:
    """A feed before its posts are rendered: what it is, where it is served, which posts it shows.

    Whatever chooses posts (a site, a term, a query) makes one of these; the rest of a build treats them alike.
    """

    #: Of its files, below the output folder, as on disk; empty for the output folder itself.
    folder: str
    title: str
    description: str
    #: The page that a person would read instead.
    home_url: str
    #: Permanent id of the feed (Atom id).
    guid: str
    #: Newest first, as many as it shows.
    posts: tuple[Card, ...]
    #: For the feed of a term: the front-matter key, and what the term is called; empty for the site's own.
    key: str = ""
    name: str = ""

    def path_of(self, form: Format) -> str:
        """Say where the feed's file of a format lies below the output folder."""
        return f"{self.folder}/{FILE_NAMES[form]}".lstrip("/")


def feed_path(config: Config, *names: str) -> str:
    """Say where something of the feeds lies below the site's output folder; without names, where all of them lie.

    Raises ConfigError where feeds.path leads out of the site.
    """
    return "/".join((*_parts(config.feeds.path, "feeds.path"), *names))


def _parts(path: str, setting: str) -> list[str]:
    parts = [part for part in path.split("/") if part not in {"", "."}]
    if ".." in parts or any(mark in path for mark in "\\?#% "):
        hint = f'write a folder below the site\'s address, such as {setting.rpartition(".")[2]} = "feeds"'
        raise ConfigError(f'publisher.toml: {setting} can\'t be "{path}"', hint=hint)
    return parts


def plan_site_feed(config: Config, posts: Sequence[Card]) -> FeedPlan:
    """Plan the site's own feed. posts: newest first."""
    site = config.site
    title = clean_text(site.title)
    return FeedPlan(
        folder=feed_path(config),
        title=title,
        description=clean_text(site.description) or title,
        home_url=site.url,
        guid=site.url,
        posts=tuple(posts[: config.feeds.limit]),
    )


def plan_term_feed(config: Config, term: Term[Card], folder: str, title: str, home_url: str) -> FeedPlan:
    """Plan the feed of a term.

    folder: the term's own, below that of its key.  title: what the term is called.
    home_url: the page that lists its posts; the site's where there is none.
    """
    group = config.feeds.group_of(term.key)
    path = feed_path(config, *_parts(group.path or term.key, f"feeds.group.{term.key}.path"), folder)
    site = config.site
    return FeedPlan(
        folder=path,
        title=group.title.format(term=clean_text(title), site=clean_text(site.title)),
        description=clean_text(site.description) or clean_text(site.title),
        home_url=home_url or site.url,
        guid=f"{site.url}{quote(path, safe=_PATH_SAFE)}/",
        posts=term.posts[: group.limit or config.feeds.limit],
        key=term.key,
        name=clean_text(title),
    )


def make_feed(config: Config, plan: FeedPlan, entries: Sequence[Entry]) -> Feed:
    """Make a feed as it was planned, of the entries that its posts became."""
    urls: dict[Format, str] = {
        form: config.site.url + quote(plan.path_of(form), safe=_PATH_SAFE) for form in config.feeds.formats
    }
    return Feed(
        title=plan.title,
        description=plan.description,
        home_url=plan.home_url,
        urls=MappingProxyType(urls),
        guid=plan.guid,
        language=config.site.language,
        entries=tuple(entries),
        authors=_authors(config.site),
        hubs=config.feeds.hubs,
    )


def make_podcast(config: Config, settings: PodcastConfig, entries: Sequence[Entry], cover: Image) -> Podcast:
    """Make the site's podcast. entries: newest first; those without audio are passed over."""
    feed = podcast_feed(config, settings, entries)
    category, _, subcategory = settings.category.partition("/")
    author = feed.authors[0].name
    return Podcast(
        feed=feed,
        url=feed.guid,
        cover=cover,
        category=category.strip(),
        subcategory=subcategory.strip(),
        author=author,
        owner_name=clean_text(settings.owner_name) or author,
        owner_email=settings.owner_email,
        explicit=settings.explicit,
        kind=settings.kind,
        podcast_guid=podcast_guid(feed.guid),
    )


def podcast_feed(config: Config, settings: PodcastConfig, entries: Sequence[Entry]) -> Feed:
    """Make the feed of the site's podcast. entries: newest first; those without audio are passed over."""
    site = config.site
    url = site.url + feed_path(config, PODCAST_NAME)
    title = clean_text(settings.title or site.title)
    return Feed(
        title=title,
        description=clean_text(settings.description or site.description or title),
        home_url=site.url,
        urls=MappingProxyType({"rss": url}),
        guid=url,
        language=site.language,
        entries=tuple(entry for entry in entries if entry.enclosure),
        authors=(Author(name=clean_text(settings.author or site.author or site.title)),),
        hubs=config.feeds.hubs,
    )


def _authors(site: SiteConfig) -> tuple[Author, ...]:
    if not site.author:
        return ()
    return (Author(name=clean_text(site.author), email=clean_text(site.author_email) or None),)

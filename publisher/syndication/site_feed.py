"""The feeds that a site has: where they are served, and what stands at their head."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from publisher.errors import ConfigError
from publisher.model.feed import Feed, Podcast
from publisher.model.post import Author
from publisher.syndication.podcast import podcast_guid
from publisher.syndication.xml_text import clean_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from publisher.config import Config, PodcastConfig, SiteConfig
    from publisher.model.feed import Entry, Format
    from publisher.model.post import Image

FILE_NAMES: Mapping[Format, str] = MappingProxyType({"rss": "rss.xml", "atom": "atom.xml", "json": "feed.json"})
PODCAST_NAME = "podcast.xml"


def feed_path(config: Config, name: str) -> str:
    """Say where a feed's file lies below the site's output folder, and so below its address.

    Raises ConfigError where feeds.path leads out of the site.
    """
    parts = [part for part in config.feeds.path.split("/") if part not in {"", "."}]
    if ".." in parts or any(mark in config.feeds.path for mark in "\\?#% "):
        hint = 'write a folder below the site\'s address, such as path = "feeds"'
        raise ConfigError(f'publisher.toml: feeds.path can\'t be "{config.feeds.path}"', hint=hint)
    return "/".join((*parts, name))


def make_feed(config: Config, entries: Sequence[Entry]) -> Feed:
    """Make the site's own feed. entries: newest first, as many as the feed shall show."""
    site = config.site
    urls: dict[Format, str] = {form: site.url + feed_path(config, FILE_NAMES[form]) for form in config.feeds.formats}
    return Feed(
        title=clean_text(site.title),
        description=clean_text(site.description) or clean_text(site.title),
        home_url=site.url,
        urls=MappingProxyType(urls),
        guid=site.url,
        language=site.language,
        entries=tuple(entries),
        authors=_authors(site),
        hubs=config.feeds.hubs,
    )


def make_podcast(config: Config, settings: PodcastConfig, entries: Sequence[Entry], cover: Image) -> Podcast:
    """Make the site's podcast. entries: newest first; those without audio are passed over."""
    site = config.site
    url = site.url + feed_path(config, PODCAST_NAME)
    title = clean_text(settings.title or site.title)
    author = clean_text(settings.author or site.author or site.title)
    category, _, subcategory = settings.category.partition("/")
    feed = Feed(
        title=title,
        description=clean_text(settings.description or site.description or title),
        home_url=site.url,
        urls=MappingProxyType({"rss": url}),
        guid=url,
        language=site.language,
        entries=tuple(entry for entry in entries if entry.enclosure),
        authors=(Author(name=author),),
        hubs=config.feeds.hubs,
    )
    return Podcast(
        feed=feed,
        url=url,
        cover=cover,
        category=category.strip(),
        subcategory=subcategory.strip(),
        author=author,
        owner_name=clean_text(settings.owner_name) or author,
        owner_email=settings.owner_email,
        explicit=settings.explicit,
        kind=settings.kind,
        podcast_guid=podcast_guid(url),
    )


def _authors(site: SiteConfig) -> tuple[Author, ...]:
    if not site.author:
        return ()
    return (Author(name=clean_text(site.author), email=clean_text(site.author_email) or None),)

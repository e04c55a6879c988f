"""The feeds that a site has: where they are served, and what stands at their head."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote

from publisher.errors import ConfigError
from publisher.model.feed import Feed, History, Podcast
from publisher.model.post import Author
from publisher.syndication.archives import page_path
from publisher.syndication.podcast import podcast_guid
from publisher.syndication.xml_text import clean_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from publisher.config import Config, PodcastConfig, SiteConfig
    from publisher.config_feeds import Content
    from publisher.model.feed import Entry, Format
    from publisher.model.post import Card, Image
    from publisher.syndication.groups import Term

FILE_NAMES: Mapping[Format, str] = MappingProxyType({"rss": "rss.xml", "atom": "atom.xml", "json": "feed.json"})
PODCAST_NAME = "podcast.xml"
#: What stands for a front-matter key where a feed is that of a saved query, or of all posts in another language.
QUERIES = "feeds.query"
LANGUAGES = "feeds.languages"
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
    #: For the feed of a term: the front-matter key, and what the term is called; of a query, `QUERIES` and its title;
    #: of another language, `LANGUAGES` and its title. Empty for the site's own.
    key: str = ""
    name: str = ""
    #: By which publisher.toml knows it: the term as its oldest post writes it, or the query's name.
    term: str = ""
    #: BCP 47; empty for the site's own. Key of the language among the site's, and its title, likewise.
    language: str = ""
    edition: str = ""
    edition_title: str = ""
    #: How much of a post it shows, and how large a document of it may become; None: as large as it does.
    content: Content = "full"
    max_bytes: int | None = None
    #: Where else than in its folder documents lie, below the output folder.
    addresses: Mapping[Format, str] = field(default_factory=lambda: MappingProxyType({}))
    #: All that it could show, newest first, and how many fill a page of its archive; 0 without one.
    every: tuple[Card, ...] = ()
    archive_size: int = 0
    #: How many pages its archive has, and which of them this is; 0 for the feed itself.
    pages: int = 0
    page: int = 0

    def path_of(self, form: Format) -> str:
        """Say where the file of a format lies below the output folder."""
        if self.page:
            return page_path(self.folder, form, self.page)
        return self.addresses.get(form) or self.own_path_of(form)

    def own_path_of(self, form: Format) -> str:
        """Say where the file of a format lies, or would lie, in the feed's own folder."""
        return f"{self.folder}/{FILE_NAMES[form]}".lstrip("/")


def feed_path(config: Config, *names: str) -> str:
    """Say where something of the feeds lies below the site's output folder; without names, where all of them lie.

    Raises ConfigError where feeds.path leads out of the site.
    """
    return "/".join((*_parts(config.feeds.path, "feeds.path"), *names))


def group_path(config: Config, key: str) -> str:
    """Say where the folders of a key's terms lie below the output folder. Raises ConfigError as `feed_path` does."""
    return feed_path(config, *_parts(config.feeds.group_of(key).path or key, f"feeds.group.{key}.path"))


def folder_url(config: Config, folder: str) -> str:
    """Give the address of a folder below the output folder, with "/" at its end."""
    return f"{config.site.url}{quote(folder, safe=_PATH_SAFE)}/" if folder else config.site.url


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
    own = config.feeds.site
    return FeedPlan(
        folder=feed_path(config),
        title=title,
        description=clean_text(site.description) or title,
        home_url=site.url,
        guid=site.url,
        posts=tuple(posts[: own.limit or config.feeds.limit]),
        content=own.content or config.feeds.content,
        max_bytes=own.max_bytes or config.feeds.max_bytes,
        every=tuple(posts),
        archive_size=config.feeds.archive_size or 0,
    )


def plan_term_feed(config: Config, term: Term[Card], folder: str, title: str, home_url: str) -> FeedPlan:
    """Plan the feed of a term.

    folder: the term's own, below that of its key.  title: what the term is called.
    home_url: the page that lists its posts; the site's where there is none.
    """
    group = config.feeds.group_of(term.key)
    path = f"{group_path(config, term.key)}/{folder}".lstrip("/")
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
        term=term.written,
        content=group.content or config.feeds.content,
        max_bytes=group.max_bytes or config.feeds.max_bytes,
        every=term.posts,
        archive_size=group.archive_size or 0,
    )


def plan_query_feed(config: Config, name: str, posts: Sequence[Card]) -> FeedPlan:
    """Plan the feed of a saved query. posts: those that it means, newest first."""
    query, site = config.feeds.query[name], config.site
    title = clean_text(query.title) or f"{name} · {clean_text(site.title)}"
    folder = feed_path(config, *_parts(query.path or name, f"feeds.query.{name}.path"))
    return FeedPlan(
        folder=folder,
        title=title,
        description=clean_text(query.description) or clean_text(site.description) or title,
        home_url=site.url,
        guid=folder_url(config, folder),
        posts=tuple(posts[: query.limit or config.feeds.limit]),
        key=QUERIES,
        name=clean_text(query.title) or name,
        term=name,
        content=query.content or config.feeds.content,
        max_bytes=query.max_bytes or config.feeds.max_bytes,
        every=tuple(posts),
        archive_size=query.archive_size or 0,
    )


def make_feed(config: Config, plan: FeedPlan, entries: Sequence[Entry]) -> Feed:
    """Make a feed, or a page of its archive, as it was planned, of the entries that its posts became."""
    return Feed(
        title=plan.title,
        description=plan.description,
        home_url=plan.home_url,
        urls=_urls(config, plan),
        guid=plan.guid,
        language=plan.language or config.site.language,
        entries=tuple(entries),
        authors=_authors(config.site),
        # Who subscribes, subscribes to the feed itself.
        hubs=() if plan.page else config.feeds.hubs,
        history=_history(config, plan),
    )


def _urls(config: Config, plan: FeedPlan) -> Mapping[Format, str]:
    paths = {form: plan.path_of(form) for form in config.feeds.formats}
    return MappingProxyType({form: config.site.url + quote(path, safe=_PATH_SAFE) for form, path in paths.items()})


def _history(config: Config, plan: FeedPlan) -> History | None:
    """Say what is before and behind a document: before the feed itself is the last page of its archive."""
    if not plan.pages:
        return None
    before = plan.page - 1 if plan.page else plan.pages
    behind = plan.page + 1 if 0 < plan.page < plan.pages else 0
    nowhere: Mapping[Format, str] = MappingProxyType({})
    return History(
        current=_urls(config, replace(plan, page=0)),
        previous=_urls(config, replace(plan, page=before)) if before else nowhere,
        following=_urls(config, replace(plan, page=behind)) if behind else nowhere,
        is_archive=bool(plan.page),
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

"""[feeds] of publisher.toml: which feeds there are, where they are served, and how much of a post they show."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from publisher.config_values import (
    AbsoluteUrl,
    FeedAddress,
    FeedFormat,
    FolderName,
    FrontMatterKey,
    Language,
    Query,
    QueryName,
    Table,
    TermAddress,
    TitleTemplate,
)
from publisher.query import fields_of, parse_query

#: full: all of a post. teaser: its picture, its summary and a link to it. summary: nothing but its summary.
Content = Literal["full", "teaser", "summary"]


class SiteFeedConfig(Table):
    """[feeds.site]: the site's own feed, where it is unlike the others."""

    #: How many entries it shows; feeds.limit where not set.
    limit: int | None = Field(default=None, ge=1)
    #: How much of a post it shows; feeds.content where not set.
    content: Content | None = None
    #: As feeds.max_bytes, which counts where this is not set.
    max_bytes: int | None = Field(default=None, ge=1000)
    #: Where subscribers have it already, below the site's address: { rss = "/index.xml" }. Other formats stay.
    addresses: dict[FeedFormat, FeedAddress] = Field(default_factory=dict)


class GroupConfig(Table):
    """[feeds.group.<key>]: how the feeds of one key of `feeds.by` are made."""

    #: Title of each feed; {term} and {site} stand for the term's title and the site's.
    title: TitleTemplate = "{term} · {site}"
    #: Folder of these feeds below feeds.path; the key where empty.
    path: str = ""
    #: Folder below the content folder whose pages name the terms: people/sam.md names sam. Where empty: the key,
    #: without a "related_" before it.
    pages: str = ""
    #: Only terms with at least so many posts get a feed. One that has a feed keeps it, whatever becomes of its posts.
    minimum: int = Field(default=1, ge=1)
    #: How many entries such a feed shows; feeds.limit where not set.
    limit: int | None = Field(default=None, ge=1)
    #: As feeds.archive_size, for each of these feeds.
    archive_size: int | None = Field(default=None, ge=1)
    #: How much of a post they show; feeds.content where not set.
    content: Content | None = None
    #: As feeds.max_bytes, which counts where this is not set.
    max_bytes: int | None = Field(default=None, ge=1000)
    #: Folder of single terms: { "台積電" = "tsmc" }.
    paths: dict[str, FolderName] = Field(default_factory=dict)
    #: Where subscribers have them already: { rss = "/tags/{term}/index.xml" }; {term} is written as Hugo writes it.
    addresses: dict[FeedFormat, TermAddress] = Field(default_factory=dict)


class QueryConfig(Table):
    """[feeds.query.<name>]: a feed of the posts that a query means (docs/feeds.md)."""

    #: Which posts: '"台積電" in tags and "AI" in categories'.
    where: Query
    #: Title of the feed; the query's name and the site's title where empty.
    title: str = ""
    #: What it is about, in a sentence; the site's description where empty.
    description: str = ""
    #: Folder of the feed below feeds.path; the query's name where empty.
    path: str = ""
    #: Only with at least so many posts there is a feed. One that was there stays, whatever becomes of its posts.
    minimum: int = Field(default=1, ge=1)
    #: How many entries it shows; feeds.limit where not set.
    limit: int | None = Field(default=None, ge=1)
    #: How much of a post it shows; feeds.content where not set.
    content: Content | None = None
    #: As feeds.max_bytes, which counts where this is not set.
    max_bytes: int | None = Field(default=None, ge=1000)
    #: As feeds.archive_size, for this feed.
    archive_size: int | None = Field(default=None, ge=1)
    #: Where subscribers have it already, below the site's address: { rss = "/chips.xml" }. Other formats stay.
    addresses: dict[FeedFormat, FeedAddress] = Field(default_factory=dict)


class FeedsConfig(Table):
    """[feeds]: the documents that feed readers fetch."""

    #: Folder of the feeds below the site's address.
    path: str = "feeds"
    #: Which documents are written for each feed.
    formats: tuple[FeedFormat, ...] = ("rss", "atom", "json")
    #: How many entries a feed shows.
    limit: int = Field(default=20, ge=1)
    #: How many entries fill a page of the archive, which holds all that the site's feed ever showed; not set: there is
    #: none.
    archive_size: int | None = Field(default=None, ge=1)
    #: How much of a post feeds show: full (all of it), teaser (picture, summary, link) or summary.
    content: Content = "full"
    #: No document of a feed is to be larger: the older entries, which few look at, shrink to their summaries.
    max_bytes: int | None = Field(default=None, ge=1000)
    #: When `updated` of an entry moves by itself: when much of its text changes, at any change, or never. A lastmod in
    #: the front matter always counts.
    update: Literal["significant", "any", "never"] = "significant"
    #: How much of a text must change to be significant: 0.1 is a tenth.
    update_share: float = Field(default=0.1, gt=0, le=1)
    #: Whether RSS feeds hold the Markdown of each post, too, for readers that prefer it (source:markdown).
    markdown: bool = False
    #: WebSub hubs announced in each feed.
    hubs: tuple[AbsoluteUrl, ...] = ()
    #: Whether there is a page for people beside each feed, one that lists all feeds, and feeds.opml. No pages where
    #: `path` is empty: the site's own pages lie there.
    pages: bool = True
    #: Whether /.well-known/feed-menu.json lists the feeds (draft-nottingham-feed-menu).
    feed_menu: bool = False
    #: Front-matter keys, lists or single values, each of whose terms gets a feed: tags, categories, related_people…
    by: tuple[FrontMatterKey, ...] = ()
    #: What the folders of terms are called: as the terms are written, or "ascii", in Latin letters: what a term's page
    #: says, else what can be made of it. publisher.lock keeps them; feeds that are there already stay where they are.
    term_paths: Literal["written", "ascii"] = "written"
    #: Other languages of the site whose posts get feeds of their own, each as if it were a site: en, ja…
    languages: tuple[Language, ...] = ()
    #: What is to be said about the site's own feed.
    site: SiteFeedConfig = SiteFeedConfig()
    #: One [feeds.group.<key>] table for each key of `by` about which more is to be said.
    group: dict[FrontMatterKey, GroupConfig] = Field(default_factory=dict)
    #: One [feeds.query.<name>] table for each saved query.
    query: dict[QueryName, QueryConfig] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _every_group_is_made(self) -> FeedsConfig:
        for key in self.group:
            if key not in self.by:
                known = ", ".join(f'"{name}"' for name in (*self.by, key))
                raise ValueError(f"[feeds.group.{key}] changes nothing: feeds.by lacks it; write by = [{known}]")
        return self

    @model_validator(mode="after")
    def _every_address_is_of_a_format(self) -> FeedsConfig:
        tables = {"site": self.site} | {f"group.{key}": one for key, one in self.group.items()}
        for name, table in (tables | {f"query.{key}": one for key, one in self.query.items()}).items():
            for form in table.addresses:
                if form not in self.formats:
                    raise ValueError(f"[feeds.{name}] has an address for {form}, which feeds.formats leaves out")
        return self

    def group_of(self, key: str) -> GroupConfig:
        """Say how the feeds of a key of `by` are made."""
        return self.group.get(key, GroupConfig())

    @property
    def keys_asked(self) -> tuple[str, ...]:
        """The front-matter keys that decide which posts a feed shows."""
        asked = [field.name for query in self.query.values() for field in fields_of(parse_query(query.where))]
        return tuple(dict.fromkeys((*self.by, *asked)))

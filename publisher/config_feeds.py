"""[feeds] of publisher.toml: which feeds there are, and where they are served."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from publisher.config_values import AbsoluteUrl, FeedFormat, FrontMatterKey, Table, TitleTemplate


class GroupConfig(Table):
    """[feeds.group.<key>]: how the feeds of one key of `feeds.by` are made."""

    #: Title of each feed; {term} and {site} stand for the term's title and the site's.
    title: TitleTemplate = "{term} · {site}"
    #: Folder of these feeds below feeds.path; the key where empty.
    path: str = ""
    #: Folder below the content folder whose pages name the terms: people/sam.md names sam. Where empty: the key,
    #: without a "related_" before it.
    pages: str = ""
    #: Only terms with at least so many posts get a feed.
    minimum: int = Field(default=1, ge=1)
    #: How many entries such a feed shows; feeds.limit where not set.
    limit: int | None = Field(default=None, ge=1)
    #: As feeds.archive_size, for each of these feeds.
    archive_size: int | None = Field(default=None, ge=1)


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
    #: When `updated` of an entry moves by itself: when much of its text changes, at any change, or never. A lastmod in
    #: the front matter always counts.
    update: Literal["significant", "any", "never"] = "significant"
    #: How much of a text must change to be significant: 0.1 is a tenth.
    update_share: float = Field(default=0.1, gt=0, le=1)
    #: WebSub hubs announced in each feed.
    hubs: tuple[AbsoluteUrl, ...] = ()
    #: Whether there is a page for people beside each feed, one that lists all feeds, and feeds.opml. No pages where
    #: `path` is empty: the site's own pages lie there.
    pages: bool = True
    #: Whether /.well-known/feed-menu.json lists the feeds (draft-nottingham-feed-menu).
    feed_menu: bool = False
    #: Front-matter keys, lists or single values, each of whose terms gets a feed: tags, categories, related_people…
    by: tuple[FrontMatterKey, ...] = ()
    #: One [feeds.group.<key>] table for each key of `by` about which more is to be said.
    group: dict[FrontMatterKey, GroupConfig] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _every_group_is_made(self) -> FeedsConfig:
        for key in self.group:
            if key not in self.by:
                known = ", ".join(f'"{name}"' for name in (*self.by, key))
                raise ValueError(f"[feeds.group.{key}] changes nothing: feeds.by lacks it; write by = [{known}]")
        return self

    def group_of(self, key: str) -> GroupConfig:
        """Say how the feeds of a key of `by` are made."""
        return self.group.get(key, GroupConfig())

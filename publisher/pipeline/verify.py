"""Our entries against the feeds that the site's generator wrote: the recipe behind `publisher verify`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from publisher.content.hugo.summary import hugo_summary
from publisher.content.load import read_pages, why_left_out
from publisher.content.sources import site_settings
from publisher.errors import ContentError, FeedError, Location, PublisherError
from publisher.pipeline.compare_items import Difference, OurEntry, compare_item, same_address
from publisher.pipeline.entries import EntryMaker
from publisher.pipeline.identity import read_known_site
from publisher.pipeline.term_pages import term_url
from publisher.syndication.groups import terms_of
from publisher.syndication.identity import guid_of
from publisher.syndication.read_feed import OTHER_DOCUMENT, read_feed, refuse_size
from publisher.syndication.rss_atom import GENERATOR

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from publisher.config import Config
    from publisher.model.post import Post
    from publisher.syndication.read_feed import FoundFeed, FoundItem

#: Reasons why we leave a page out on purpose; the others, such as "draft", are told as differences that nobody meant.
_MEANT = frozenset({"undated", "other section", "other language", "section"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedVerdict:
    """One feed of theirs, compared."""

    #: As a person in the site's folder would type it.
    file: str
    items: int
    #: Items whose posts are entries of ours.
    compared: int
    differences: tuple[Difference, ...]

    @property
    def not_meant(self) -> tuple[Difference, ...]:
        """The differences that nobody meant."""
        return tuple(one for one in self.differences if not one.why)

    @property
    def meant(self) -> Mapping[str, int]:
        """How often we differ for each reason that is meant, the most frequent first."""
        counts = Counter(one.why for one in self.differences if one.why)
        return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """What comparing has shown."""

    feeds: tuple[FeedVerdict, ...]
    #: Feeds that could not be read, and posts that could not be rendered.
    errors: tuple[PublisherError, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether nothing differs but what is meant to."""
        return not self.errors and not any(feed.not_meant for feed in self.feeds)


def verify(config: Config, now: datetime, against: Path) -> VerifyReport:
    """Compare our entries with feeds that the site's generator wrote.

    against: a feed, or a folder of them (its sitemaps and our own feeds are passed over).
    Raises PublisherError where there is nothing to compare: no such file, no feed, a feed of another site.
    """
    if not against.is_dir():
        ours = _Ours(config, now)
        verdict = _compare(_read(against, config), _name(against, config), ours)
        return VerifyReport(feeds=(verdict,), errors=tuple(ours.errors))
    return _verify_folder(config, now, against)


def _verify_folder(config: Config, now: datetime, folder: Path) -> VerifyReport:
    ours = _Ours(config, now)
    verdicts: list[FeedVerdict] = []
    errors: list[PublisherError] = []
    for file in sorted(folder.rglob("*.xml")):
        try:
            feed = _read(file, config)
            if feed.generator != GENERATOR:
                verdicts.append(_compare(feed, _name(file, config), ours))
        except FeedError as error:
            errors += [error] if error.rule != OTHER_DOCUMENT else []
    if not verdicts and not errors:
        hint = "run your site's generator first, and name the folder that it writes to"
        raise ContentError(f"there is no feed in {folder} but ours", hint=hint)
    return VerifyReport(feeds=tuple(verdicts), errors=(*errors, *ours.errors))


def _read(path: Path, config: Config) -> FoundFeed:
    name = _name(path, config)
    try:
        refuse_size(path.stat().st_size, name)
        content = path.read_bytes()
    except OSError as error:
        hint = "run your site's generator first, or name the feed that it wrote; nothing is fetched from the web"
        raise ContentError(f"can't read {path}: {error.strerror}", hint=hint) from error
    feed = read_feed(content, name)
    if not same_address(feed.home_url).startswith(same_address(config.site.url).rstrip("/")):
        message = f"this is a feed of {feed.home_url or 'nobody knows which site'}, but site.url is {config.site.url}"
        hint = "build the site for the address that publisher.toml has"
        raise FeedError(message, rule="other-site", at=Location(name), hint=hint)
    return feed


def _name(path: Path, config: Config) -> str:
    whole, root = path.resolve(), config.root.resolve()
    return whole.relative_to(root).as_posix() if whole.is_relative_to(root) else str(path)


@dataclass
class _Ours:
    """What we would say about the site: posts found by address or guid, rendered when a feed of theirs has them."""

    config: Config
    now: datetime
    errors: list[PublisherError] = field(default_factory=list)
    _entries: dict[str, OurEntry | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.settings = site_settings(self.config)
        self.posts = [post for post in read_known_site(self.config, self.now).posts if post.published]
        self.by_url = {same_address(post.url): post for post in reversed(self.posts)}
        self.by_guid = {same_address(guid_of(post)): post for post in reversed(self.posts)}
        self.maker = EntryMaker(self.config)

    def find(self, item: FoundItem) -> Post | None:
        """Find the post of an item: by its link, else by its guid."""
        guid = same_address(item.guid)
        return self.by_url.get(same_address(item.link)) or self.by_guid.get(guid) or self.by_url.get(guid)

    def entry_of(self, post: Post) -> OurEntry | None:
        """Make the entry of a post; None, and the error kept, where that fails."""
        if post.key not in self._entries:
            try:
                self._entries[post.key] = self._make(post)
            except PublisherError as error:
                self.errors.append(error)
                self._entries[post.key] = None
        return self._entries[post.key]

    def _make(self, post: Post) -> OurEntry:
        made = self.maker.make(post)
        said = post.params.get("summary")
        stated = hugo_summary("", "", said, self.settings).html if isinstance(said, str) and said else ""
        return OurEntry(post=post, entry=made.entry, html=made.rendered.html, stated=stated)

    def why_absent(self, link: str) -> str:
        """Say why a page is no post of ours; empty where there is no such page."""
        return self._absent.get(same_address(link), "")

    @cached_property
    def _absent(self) -> dict[str, str]:
        pages = read_pages(self.config, self.now).pages
        feeds = self.config.feeds.model_copy(update={"languages": ()})  # what is compared is in the site's own
        config = self.config.model_copy(update={"feeds": feeds})
        return {same_address(page.permalink): why_left_out(page, config, self.settings) for page in pages}

    def is_list(self, link: str) -> bool:
        """Tell whether an address is that of a taxonomy or one of its terms."""
        below = same_address(link).removeprefix(same_address(self.config.site.url))
        return below.partition("/")[0] in self.settings.taxonomies.values()

    @property
    def their_limit(self) -> int:
        """How many items their feeds have at most; 0 if as many as there are."""
        rss = (self.settings.table.get("services") or {}).get("rss") or {}
        said = rss.get("limit", self.settings.table.get("rsslimit"))
        return said if isinstance(said, int) and said > 0 else 0

    def members(self, home_url: str) -> Sequence[Post] | None:
        """Give the posts that a feed must have: the site's, or a term's; None where we do not know its rule."""
        home = same_address(home_url)
        if home.rstrip("/") == same_address(self.config.site.url).rstrip("/"):
            return self.posts
        return self._terms.get(home)

    @cached_property
    def _terms(self) -> dict[str, Sequence[Post]]:
        """Posts by the address of their term's page."""
        terms = (term for key in self.settings.taxonomies.values() for term in terms_of(self.posts, key))
        addressed = ((term_url(self.config, self.settings, term.key, term.name), term.posts) for term in terms)
        return {same_address(url): posts for url, posts in addressed if url}


def _compare(feed: FoundFeed, file: str, ours: _Ours) -> FeedVerdict:
    found = [(item, ours.find(item)) for item in feed.items]
    differences: list[Difference] = []
    for item, post in found:
        if post is None:
            differences.append(_only_theirs(item, ours))
        elif entry := ours.entry_of(post):
            differences += compare_item(item, entry)
    shared = [post for _, post in found if post]
    differences += _compare_lists(feed, shared, ours)
    return FeedVerdict(file=file, items=len(feed.items), compared=len(shared), differences=tuple(differences))


def _only_theirs(item: FoundItem, ours: _Ours) -> Difference:
    why = ours.why_absent(item.link)
    link = item.link or item.guid
    if why in _MEANT:
        return Difference(link=link, what="only theirs", theirs=item.title, why=why)
    if ours.is_list(link):
        return Difference(link=link, what="only theirs", theirs=item.title, why="section")
    left_out = f"left out: {why}" if why else "no such post"
    return Difference(link=link, what="only theirs", theirs=item.title, ours=left_out)


def _compare_lists(feed: FoundFeed, shared: Sequence[Post], ours: _Ours) -> Iterator[Difference]:
    """Compare which posts a feed has, and in which order."""
    members = ours.members(feed.home_url)
    if members is not None:
        yield from _only_ours(feed, shared, members, ours)
    by_date = sorted(shared, key=lambda post: post.published or ours.now, reverse=True)
    if [post.published for post in by_date] != [post.published for post in shared]:
        yield Difference(link=feed.home_url, what="order", why="order")
    if len(shared) > ours.config.feeds.limit:
        limit = str(ours.config.feeds.limit)
        yield Difference(link=feed.home_url, what="limit", theirs=str(len(shared)), ours=limit, why="limit")


def _only_ours(feed: FoundFeed, shared: Sequence[Post], members: Sequence[Post], ours: _Ours) -> Iterator[Difference]:
    there = {post.key for post in shared}
    full = len(feed.items) >= (ours.their_limit or len(feed.items) + 1)
    for post in members:
        if post.key not in there:
            why = "their limit" if full else ""
            yield Difference(link=post.url, what="only ours", theirs="not there", ours=post.title, why=why)

"""An issue for readers who chose topics: one frozen variant for each choice that occurs, before its first message.

Whoever chose nothing gets the issue itself. Whoever chose what this week has nothing about gets no mail: their variant
is frozen, too, with an empty manifest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from publisher.digest.freeze import content_hash, freeze_mail, pictures_of
from publisher.digest.topics import posts_about
from publisher.model.subscriber import selection_key, topics_in
from publisher.pipeline.files import write_pictures
from publisher.pipeline.identity import read_known_site
from publisher.pipeline.mail_pictures import make_pictures
from publisher.pipeline.week import make_masthead, render_week
from publisher.store.issues import issue_id
from publisher.store.topics import choices
from publisher.store.variants import find_variants, freeze_variants
from publisher.syndication.identity import guid_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from publisher.config import Config
    from publisher.model.issue import Issue
    from publisher.model.post import Post
    from publisher.store.open import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Variants:
    """An issue, and what of it each choice of topics gets."""

    issue: Issue
    #: By selection (model.subscriber.selection_key); empty ones are for nobody.
    by_selection: Mapping[str, Issue]
    #: What each active subscriber chose who chose anything, by id.
    chosen: Mapping[int, frozenset[str]]

    def variant_for(self, topics: frozenset[str]) -> Issue | None:
        """Give what a reader of these topics gets; None when the week has nothing about them.

        Topics that no frozen variant is for give the whole issue: too much is better than nothing.
        """
        found = self.by_selection.get(selection_key(topics), self.issue) if topics else self.issue
        return None if found.is_empty else found

    def variant_of(self, subscriber_id: int) -> Issue | None:
        """Give what a subscriber gets, by id; None when the week has nothing that they chose."""
        return self.variant_for(self.chosen.get(subscriber_id, frozenset()))


def frozen_variants(config: Config, issue: Issue, now: datetime, store: Store) -> Variants:
    """Freeze a variant for every choice of topics that occurs and has none yet, and give all of them.

    issue: frozen. To be called before an audience is planned; calling it again changes nothing that is there.
    """
    if issue.kind == "announcement":
        return _readers_of(issue, store)
    with store.read() as connection:
        key = issue_id(connection, issue.newsletter, issue.number)
        chosen = dict(choices(connection, issue.newsletter))
        there = find_variants(connection, key, issue)
    wanted = {selection_key(topics): topics for topics in chosen.values()}
    missing = {selection: topics for selection, topics in sorted(wanted.items()) if selection not in there}
    if missing:
        made = {}
        for selection, topics in missing.items():
            made[selection], pictures = make_variant(config, issue, topics, now)
            write_pictures(pictures, config.output_dir)
        with store.begin() as connection:
            freeze_variants(connection, key, made)
            there = find_variants(connection, key, issue)
    _put_pictures_back(config, there.values(), now)
    return Variants(issue=issue, by_selection=MappingProxyType(there), chosen=MappingProxyType(chosen))


def _readers_of(issue: Issue, store: Store) -> Variants:
    """Say who of those who chose topics gets an announcement: all of it, or nothing of it where it is about others."""
    with store.read() as connection:
        chosen = dict(choices(connection, issue.newsletter))
    about = topics_in(issue.selection)
    by_selection = {
        selection_key(topics): _part_of(issue, something=not about or bool(about & topics))
        for topics in chosen.values()
    }
    return Variants(issue=issue, by_selection=MappingProxyType(by_selection), chosen=MappingProxyType(chosen))


def _part_of(issue: Issue, *, something: bool) -> Issue:
    return issue if something else replace(issue, html="", text="", manifest=())


def _put_pictures_back(config: Config, variants: Iterable[Issue], now: datetime) -> None:
    """Make the pictures of frozen variants again that are gone: equal sources give equal names."""
    for variant in variants:
        missing = [name for name in pictures_of(variant.html) if not (config.output_dir / name).is_file()]
        if missing:
            posts = _posts_of(config, variant, now)
            lead = next((post for post in posts if guid_of(post) == variant.manifest[0]), None)
            made = make_pictures(posts, lead, config).files
            write_pictures({name: made[name] for name in missing if name in made}, config.output_dir)


def previewed_variants(config: Config, issue: Issue, now: datetime, store: Store) -> Variants:
    """Say which choices an issue would have something for. Renders and keeps nothing: all of it, or nothing."""
    if issue.kind == "announcement":
        return _readers_of(issue, store)
    with store.read() as connection:
        chosen = dict(choices(connection, issue.newsletter))
    posts = _posts_of(config, issue, now) if chosen else []
    by_selection = {
        selection_key(topics): _part_of(issue, something=bool(posts_about(posts, topics))) for topics in chosen.values()
    }
    return Variants(issue=issue, by_selection=MappingProxyType(by_selection), chosen=MappingProxyType(chosen))


def _posts_of(config: Config, issue: Issue, now: datetime) -> list[Post]:
    by_guid = {guid_of(post): post for post in read_known_site(config, now).posts}
    return sorted((by_guid[guid] for guid in issue.manifest if guid in by_guid), key=_newest_first)


def _newest_first(post: Post) -> tuple[float, str]:
    return -(post.published.timestamp() if post.published else 0.0), post.key


def make_variant(config: Config, issue: Issue, topics: frozenset[str], now: datetime) -> tuple[Issue, dict[str, bytes]]:
    """Render what readers of these topics get of an issue, and its pictures. Their page on the web is everybody's."""
    posts = posts_about(_posts_of(config, issue, now), topics)
    if not posts:
        empty = replace(issue, html="", text="", manifest=(), page="", frozen_at=now)
        return replace(empty, content_hash=content_hash(empty)), {}
    if len(posts) == len(issue.manifest):
        return replace(issue, page=""), {}
    masthead = make_masthead(config, issue.newsletter, issue.period, issue.number)
    week = render_week(config, issue.newsletter, masthead, posts)
    variant = replace(freeze_mail(week.mail, issue.newsletter, now), page="")
    return replace(variant, content_hash=content_hash(variant)), week.pictures

"""Guids that subscribers know already, taken over from the feed that they have."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote, urlsplit

from publisher.syndication.lock import by_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.model.post import Post
    from publisher.syndication.lock import Line, Lock
    from publisher.syndication.read_feed import FoundItem

Outcome = Literal["adopted", "the same", "no such post", "another guid", "taken", "twice"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """What became of one item of the feed."""

    outcome: Outcome
    guid: str
    link: str
    title: str = ""
    #: Of the post that it is, if it is one.
    key: str = ""
    #: The guid that the post had; or, where the item's is taken, the post that has it.
    instead: str = ""


def adopt_guids(lock: Lock, posts: Sequence[Post], items: Sequence[FoundItem]) -> tuple[Lock, tuple[Adoption, ...]]:
    """Give posts the guids by which a feed knows them.

    lock: with a line for each post, as `claims.decide` makes it. posts: each with a date.
    Items are matched by link, whatever the domain, then by title and date. A guid that a post did not get from its
    address (it was adopted before, or its front matter states it) is never replaced, nor one given twice.
    """
    lines = dict(lock.lines)
    owners = {line.guid: line.key for line in lines.values()}
    finder = _Finder(posts)
    done: set[str] = set()
    adoptions = []
    for item in items:
        post = finder.find(item)
        line = lines.get(post.key) if post else None
        one = _judge(item, line, owners, done)
        adoptions.append(one)
        if line:
            done.add(line.key)
        if line and one.outcome == "adopted":
            lines[line.key] = replace(line, guid=one.guid)
            owners[one.guid] = line.key
    return by_key(lines.values()), tuple(adoptions)


def _judge(item: FoundItem, line: Line | None, owners: dict[str, str], done: set[str]) -> Adoption:
    # Readers take the link of an item without a guid for its guid.
    guid = item.guid or item.link
    facts = {"guid": guid, "link": item.link, "title": item.title}
    if line is None:
        return Adoption(outcome="no such post", **facts)
    if line.guid == guid:
        return Adoption(outcome="the same", key=line.key, **facts)
    if line.key in done:
        return Adoption(outcome="twice", key=line.key, instead=line.guid, **facts)
    if not guid or guid in owners:
        return Adoption(outcome="taken", key=line.key, instead=owners.get(guid, ""), **facts)
    if line.guid not in {line.url, *line.was}:
        return Adoption(outcome="another guid", key=line.key, instead=line.guid, **facts)
    return Adoption(outcome="adopted", key=line.key, instead=line.guid, **facts)


class _Finder:
    """Finds the post of an item."""

    def __init__(self, posts: Sequence[Post]) -> None:
        self._by_path = {_path(post.url): post for post in reversed(posts)}
        self._by_title = {(post.title.strip(), post.published): post for post in reversed(posts)}

    def find(self, item: FoundItem) -> Post | None:
        by_link = self._by_path.get(_path(item.link)) if item.link else None
        return by_link or (self._by_title.get((item.title.strip(), item.published)) if item.published else None)


def _path(url: str) -> str:
    return unquote(urlsplit(url.strip()).path).removesuffix("index.html").rstrip("/")

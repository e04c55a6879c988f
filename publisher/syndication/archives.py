"""The whole history of a feed on archive pages (RFC 5005, section 4): which post is on which page, for ever.

Pages have numbers from 1 on and hold so many posts each, the oldest first. There is a page once there are posts to fill
it; what is on no page yet, the feed itself shows. Who is on a page stays there: a post that comes late with an old date
goes to a later page, and one that goes leaves its place empty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from publisher.model.feed import Format
    from publisher.model.post import Card

#: Of pages, below the folder of their feed.
FOLDER = "archive"
_ADDRESS = re.compile(rf"(?:.*/)?{FOLDER}/(?:(?:rss|atom)/\d+\.xml|json/\d+\.json)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """The posts of a feed, and where they are."""

    #: Page by page, the oldest first; the posts of a page newest first. A page may be empty by now.
    pages: tuple[tuple[Card, ...], ...]
    #: Posts that are on no page yet, by their keys.
    loose: frozenset[str]
    #: Pages of the posts that were given one just now, by their keys.
    given: Mapping[str, int]


def make_archive(posts: Sequence[Card], known: Mapping[str, int], size: int, *, frozen: bool = False) -> Archive:
    """Put the posts of a feed on pages.

    posts: all that the feed could show, newest first.  size: how many fill a page.
    known: the pages of posts that have one, by their keys; posts that are gone count, too.
    frozen: give no post a page.
    """
    loose = [post for post in reversed(posts) if post.key not in known]
    last = max(known.values(), default=0)
    ready = 0 if frozen else len(loose) // size * size
    given = {post.key: last + 1 + place // size for place, post in enumerate(loose[:ready])}
    pages: list[list[Card]] = [[] for _ in range(last + ready // size)]
    for post in posts:
        number = known.get(post.key) or given.get(post.key)
        if number:
            pages[number - 1].append(post)
    return Archive(
        pages=tuple(map(tuple, pages)),
        loose=frozenset(post.key for post in loose[ready:]),
        given=given,
    )


def page_path(folder: str, form: Format, number: int) -> str:
    """Say where a page lies below the output folder. folder: of its feed.

    By formats, then numbers: a host can be told what is in a folder, and no feed of ours has a number for a name.
    """
    suffix = "json" if form == "json" else "xml"
    return f"{folder}/{FOLDER}/{form}/{number}.{suffix}".lstrip("/")


def is_page(path: str) -> bool:
    """Tell whether a document below the output folder is an archive page, by its path or address."""
    return _ADDRESS.fullmatch(path) is not None

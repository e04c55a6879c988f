"""Which post somebody means."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from publisher.model.post import Card
from publisher.syndication.identity import guid_of

if TYPE_CHECKING:
    from collections.abc import Iterable

CardT = TypeVar("CardT", bound=Card)


def find_post(posts: Iterable[CardT], name: str) -> CardT | None:
    """Find a post by its file, its key below the content folder, its address or its guid."""
    path = Path(name).resolve()
    for post in posts:
        if name in {post.key, post.url, guid_of(post)} or post.path.resolve() == path:
            return post
    return None

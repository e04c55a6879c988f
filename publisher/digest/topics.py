"""What a post is about, and which posts a reader wants who chose topics.

A topic is written "key:term", the key as in front matter: "tags:鐵道", "categories:散文", "related_people:sam".
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from publisher.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publisher.model.post import Post

#: Keys of front matter that hold no topics.
_PLAIN_KEYS = frozenset({"title", "date", "description", "slug", "draft", "image", "url", "guid", "weight"})
#: Words for keys that sites spell otherwise.
_ALIASES = {"tag": "tags", "category": "categories", "people": "related_people", "companies": "related_companies"}


def parse_topic(text: str) -> str:
    """Read a topic as somebody types it: "Tag: 鐵道 " gives "tags:鐵道". Raises ConfigError for what is none."""
    key, colon, term = (part.strip() for part in text.partition(":"))
    key = _ALIASES.get(key.lower(), key.lower())
    if not (colon and term and re.fullmatch(r"[a-z][a-z0-9_-]*", key)) or key in _PLAIN_KEYS:
        raise ConfigError(f'not a topic: "{text}"', hint="write tags:…, categories:…, people:… or companies:…")
    return f"{key}:{_fold(term)}"


def topics_of(post: Post) -> frozenset[str]:
    """Name every topic of a post, from the lists of its front matter."""
    lists = {key: value for key, value in post.params.items() if key not in _PLAIN_KEYS}
    lists |= {"tags": post.tags, "categories": post.categories}
    return frozenset(
        f"{_ALIASES.get(key, key)}:{_fold(term)}"
        for key, value in lists.items()
        for term in _terms(value)
        if _fold(term)
    )


def posts_about(posts: Iterable[Post], topics: frozenset[str]) -> tuple[Post, ...]:
    """Pick the posts that a reader of these topics wants; all of them where none are chosen."""
    return tuple(post for post in posts if not topics or topics & topics_of(post))


def _terms(value: object) -> Iterable[str]:
    values = value if isinstance(value, list | tuple) else [value]
    return (one for one in values if isinstance(one, str))


def _fold(term: str) -> str:
    """Make terms comparable that differ in case or in the width of letters: NVIDIA and Nvidia are one."""
    return " ".join(unicodedata.normalize("NFKC", term).casefold().split())

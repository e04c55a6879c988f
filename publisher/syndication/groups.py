"""Posts by what their front matter says of them: any list or single value sorts them into terms.

Terms are compared as Hugo compares them: "AI Agent", "ai agent" and "ai-agent" are one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from publisher.model.post import Card
from publisher.syndication.xml_text import clean_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: Posts read whole, or cards of posts.
CardT = TypeVar("CardT", bound=Card)

#: A post with more terms of one key than this is an accident, and no reason to write so many feeds.
MAX_TERMS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Term(Generic[CardT]):
    """One value of a front-matter key, and the posts that have it."""

    #: The front-matter key, such as "tags".
    key: str
    #: What it is compared by (`term_name`); unique within its key.
    name: str
    #: As the oldest of its posts writes it: later posts never change it.
    written: str
    #: In the order in which they were given.
    posts: tuple[CardT, ...]


@lru_cache(maxsize=10_000)
def term_name(written: str) -> str:
    """Give what a term is compared by: lower-cased, with "-" for each space."""
    return written.strip().lower().replace(" ", "-")


def values_of(post: Card, key: str) -> tuple[str, ...]:
    """Give what a post says under a front-matter key (lower-cased; a dot leads into a table), without repetitions.

    Where the post's reader has resolved aliases of a key, such as `tag` for tags, what it found counts.
    """
    texts = [_text(str(item)) for item in items_of(post, key) if isinstance(item, (str, int, float))]
    return tuple(dict.fromkeys(filter(None, texts)))


@lru_cache(maxsize=10_000)
def _text(written: str) -> str:
    return clean_text(written).strip()


def items_of(post: Card, key: str) -> tuple[Any, ...]:
    """Give what a post says under a front-matter key as `values_of` does, of whatever type it is."""
    value = _RESOLVED[key](post) if key in _RESOLVED else _lookup(post.params, key)
    items = value if isinstance(value, list | tuple) else (value,)
    return tuple([item for item in items if item is not None])


def terms_of(posts: Sequence[CardT], key: str) -> tuple[Term[CardT], ...]:
    """Sort posts into the terms of a key; of a post with far too many, the first `MAX_TERMS` count.

    posts: newest first.  Terms come sorted by name.
    """
    found: dict[str, list[CardT]] = {}
    written: dict[str, str] = {}
    for post in posts:
        for name, value in _once(values_of(post, key)[:MAX_TERMS]).items():
            found.setdefault(name, []).append(post)
            written[name] = value
    return tuple(
        Term(key=key, name=name, written=written[name], posts=tuple(members)) for name, members in sorted(found.items())
    )


def _once(values: Iterable[str]) -> dict[str, str]:
    """Let a post that writes a term twice (NVIDIA, Nvidia) be in it once, as it writes it first: by `term_name`."""
    first: dict[str, str] = {}
    for value in values:
        first.setdefault(term_name(value), value)
    return first


def _lookup(params: Any, key: str) -> Any:
    value = params
    for step in key.split("."):
        value = value.get(step) if hasattr(value, "get") else None
    return value


_RESOLVED: dict[str, Any] = {
    "tags": lambda post: post.tags,
    "categories": lambda post: post.categories,
    "authors": lambda post: tuple(author.name for author in post.authors),
    "source_name": lambda post: post.source_name,
    "section": lambda post: post.section,
}

"""What readers and platforms would hold against an entry: rules.toml, applied to one entry after the other.

Pure: a subject in, findings out. Where a finding stands in the post's file is looked up by whoever tells it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from publisher.model.feed import Entry
    from publisher.model.post import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """An entry, with what its author wrote."""

    entry: Entry
    post: Post
    #: The text below the front matter, as it is written.
    source: str
    now: datetime
    #: Whether its author chose its picture; else it is the first of the text, or that of a video.
    hero_is_named: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Where the cause of a finding stands: one of these; the post's text as a whole where none is given."""

    #: A front-matter key, or the field of `model.post.Post` that it fills.
    key: str = ""
    #: Pieces of the text, the likeliest first: the first one that is found is the place.
    pieces: tuple[str, ...] = ()
    #: A setting of publisher.toml, dots between tables.
    setting: str = ""
    #: The post, by its key, where a finding is about several.
    post: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule."""

    #: Id in rules.toml.
    rule: str
    where: Where
    #: Fill the braces of the rule's `says` and `mend`.
    facts: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


def found(rule: str, where: Where, /, **facts: Any) -> Finding:
    """Make a finding of a rule and its facts."""
    return Finding(rule, where, facts)

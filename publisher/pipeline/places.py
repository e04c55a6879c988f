"""Where in a site's folder something stands, as a person in that folder would type it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.content.front_matter.aliases import (
    AUDIO,
    AUTHOR,
    CATEGORIES,
    GUID,
    IMAGE,
    SOURCE_NAME,
    SOURCE_URL,
    TAGS,
    lookup,
)
from publisher.content.front_matter.read import locate
from publisher.content.sources import read_split
from publisher.errors import ContentError, Location

if TYPE_CHECKING:
    from publisher.config import Config
    from publisher.model.post import Card

#: Names under which a post may say what is asked for by the name of a field of `model.post.Post`, or by its usual key.
_ALIASES = {
    "tags": TAGS,
    "categories": CATEGORIES,
    "authors": AUTHOR,
    "source_name": SOURCE_NAME,
    "source_url": SOURCE_URL,
    "audio": AUDIO,
    "hero": IMAGE,
    "guid": (*GUID, "url", "slug"),
}


def file_of(post: Card, config: Config) -> str:
    """Name a post's file."""
    return post.path.relative_to(config.root).as_posix() if post.path.is_relative_to(config.root) else post.key


def place_of_value(post: Card, config: Config, key: str, value: str = "") -> Location:
    """Find a front-matter value of a post: the item `value` of a list, or all that stands under the key.

    The file is read again, which only a message is worth; the file alone is named where it can't be.
    """
    file = file_of(post, config)
    found, items = lookup(post.params, _ALIASES.get(key, (key,)))
    path: tuple[str | int, ...] = tuple(found.split(".")) if found else ()
    if path and value and isinstance(items, list):
        path += tuple(index for index, item in enumerate(items) if str(item).strip() == value)[:1]
    try:
        return locate(read_split(config, post.path, post.key, file), file, path)
    except (ContentError, OSError):
        return Location(file)

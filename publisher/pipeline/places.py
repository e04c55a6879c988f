"""Where in a site's folder something stands, as a person in that folder would type it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.content.conventions.registry import convention_named
from publisher.content.front_matter.aliases import (
    AUDIO,
    AUTHOR,
    CATEGORIES,
    DATE,
    DESCRIPTION,
    GUID,
    IMAGE,
    SOURCE_NAME,
    SOURCE_URL,
    TAGS,
    TITLE,
    UPDATED,
    lookup,
)
from publisher.content.front_matter.read import locate, place
from publisher.content.sources import read_split
from publisher.errors import ContentError, Location

if TYPE_CHECKING:
    from publisher.config import Config
    from publisher.content.front_matter.read import Split
    from publisher.model.post import Card

#: Names under which a post may say what is asked for by the name of a field of `model.post.Post`, or by its usual key.
_ALIASES = {
    "title": TITLE,
    "description": DESCRIPTION,
    "date": DATE,
    "updated": UPDATED,
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
    """Name a post's file; where that holds other posts too, the post behind it: "export.json (on-call)"."""
    try:
        name = post.path.relative_to(config.root).as_posix()
    except ValueError:
        return post.key
    convention = convention_named(config.site.generator)
    return f"{name} ({post.key})" if convention and convention.read_text else name


def place_of_value(post: Card, config: Config, key: str, value: str = "") -> Location:
    """Find a front-matter value of a post: the item `value` of a list, or all that stands under the key.

    The file is read again, which only a message is worth; the file alone is named where it can't be.
    """
    file = file_of(post, config)
    try:
        return place_in(read_split(config, post.path, post.key, file), file, post, key, value)
    except (ContentError, OSError):
        return Location(file)


def place_in(split: Split, file: str, post: Card, key: str, value: str = "") -> Location:
    """Find a value as `place_of_value` does, in a file that has been read already and is called `file`."""
    found, items = lookup(post.params, _ALIASES.get(key, (key,)))
    path: tuple[str | int, ...] = tuple(found.split(".")) if found else ()
    if path and value and isinstance(items, list):
        path += tuple(index for index, item in enumerate(items) if str(item).strip() == value)[:1]
    # Most values stand behind their key at the start of a line: no need to parse YAML for these.
    if split.kind == "yaml" and len(path) == 1:
        line_starts = re.compile(rf"(?im)^{re.escape(found)}[ \t]*:[ \t]+(?=[^\s|>&!#])")
        if (match := line_starts.search(split.source)) and not line_starts.search(split.source, match.end()):
            line = split.source.count("\n", 0, match.start()) + 1
            return place(split, file, line, match.end() - match.start() + 1)
    return locate(split, file, path)

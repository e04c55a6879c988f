"""The names that site generators and themes give to the same field; one table serves them all.

Keys are lower-cased; a dot leads into a table, [0] into a list. The first that holds something wins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TITLE = ("title", "headline")
DESCRIPTION = (
    "description", "summary", "excerpt", "custom_excerpt", "subtitle", "abstract", "spoiler", "meta_description",
)  # fmt: skip
IMAGE = (
    "image", "images", "cover", "cover_image", "coverimage", "featured_image", "featuredimage", "feature_image",
    "featureimage", "heroimage", "hero_image", "hero", "thumbnail", "banner", "teaser", "header.image", "header.teaser",
    "og_image", "ogimage", "socialimage", "photo", "eyecatch", "preview",
)  # fmt: skip
IMAGE_ALT = ("image_alt", "imagealt", "feature_image_alt", "featured_image_alt", "cover_alt", "photo_alt")
AUTHOR = ("author", "authors", "creator", "by", "byline")
TAGS = ("tags", "tag")
CATEGORIES = ("categories", "category", "topics")
AUDIO = ("audio", "enclosure", "podcast.url", "podcast.audio", "episode.audio", "mp3")
LANGUAGE = ("lang", "language", "locale")
SOURCE_URL = ("source_url", "sourceurl")
SOURCE_NAME = ("source_name", "sourcename")
GUID = ("guid", "id")
#: For generators other than Hugo, whose own configuration names the keys of dates.
DATE = (
    "date", "publishdate", "pubdate", "published", "published_at", "publish_date", "publishedat", "published_date",
    "created", "created_at", "createdat", "date_published", "posted",
)  # fmt: skip
UPDATED = (
    "lastmod", "last_modified_at", "updated", "updated_at", "updatedat", "updateddate", "modified", "date_modified",
    "last_updated", "lastupdated",
)  # fmt: skip
EXPIRES = ("expirydate", "unpublishdate", "expires")
#: Keys that may say that a post is not public: true, false, or a word.
DRAFT = ("draft", "is_draft", "published", "publish", "status", "visibility")

#: Keys of a table that stands where a path is expected: `image: { src: …, alt: … }`.
PATH_KEYS = ("url", "src", "path", "image", "file", "href", "relative")
ALT_KEYS = ("alt", "caption")
_NO_SCALAR = (dict, list, bool)


def lookup(params: Mapping[str, Any], names: Iterable[str]) -> tuple[str, Any]:
    """Find the first name that holds something. Returns the name and its value; ("", None) if there is none."""
    for name in names:
        value = params.get(name) if "." not in name else _below(params, name)
        if value not in (None, "", [], {}):
            return name, value
    return "", None


def _below(params: Mapping[str, Any], name: str) -> Any:
    value: Any = params
    for step in name.split("."):
        value = value.get(step) if hasattr(value, "get") else None
    return value


def text(params: Mapping[str, Any], names: Iterable[str]) -> str:
    """Find the first name that holds a scalar, as text."""
    for name in names:
        value = lookup(params, (name,))[1]
        if value is not None and not isinstance(value, _NO_SCALAR):
            return str(value).strip()
    return ""


def texts(params: Mapping[str, Any], names: Iterable[str]) -> tuple[str, ...]:
    """Find the first name that holds something, as a list without blanks and repetitions; a scalar is a list of one."""
    value = lookup(params, names)[1]
    items = value if isinstance(value, list) else [value]
    found = [str(item).strip() for item in items if item is not None and not isinstance(item, _NO_SCALAR)]
    return tuple(dict.fromkeys(filter(None, found)))

"""Zola: config.toml with base_url, TOML front matter, [taxonomies] and [extra], `@/` links, shortcodes of its own.

Where a site slugifies otherwise, `[site] permalink` in publisher.toml says the pattern.
"""

from __future__ import annotations

import re
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from publisher.content.conventions.as_shortcode import as_shortcode, read_arguments
from publisher.content.conventions.convention import (
    MARKDOWN,
    BodyPlace,
    Convention,
    Prepared,
    slug_of_name,
)
from publisher.content.conventions.slugs import ascii_slug
from publisher.content.hugo.config_files import read_table
from publisher.content.hugo.site import HugoConfig
from publisher.content.urls import directory_path

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from publisher.content.hugo.discover import ContentFile
    from publisher.content.pages import Page

_CALL = re.compile(r"\{\{\s*([a-zA-Z_]\w*)\(([^{}]*)\)\s*\}\}")
_BLOCK = re.compile(r"\{%\s*([a-zA-Z_]\w*)\(([^{}]*?)\)\s*%\}(.*?)\{%\s*end\s*%\}", re.DOTALL)
_STRAY = re.compile(r"\{%[^\n]*?%\}|\{\{[^\n<%]*?\}\}")


def read_settings(root: Path) -> HugoConfig:
    """Read config.toml (or zola.toml). Raises ConfigError with its place."""
    name = next((name for name in ("zola.toml", "config.toml") if (root / name).is_file()), "")
    table = read_table(root / name, name) if name else {}
    texts = {key: value for key, value in table.items() if isinstance(value, str)}
    return HugoConfig(
        title=texts.get("title", ""),
        base_url=texts.get("base_url", ""),
        description=texts.get("description", ""),
        author=texts.get("author", ""),
        language=texts.get("default_language", ""),
        markdown=replace(MARKDOWN, smart=False),
        params=MappingProxyType(table),
        table=MappingProxyType(table),
        files=(name,) if name else (),
    )


def values(front: Mapping[str, Any], _file: ContentFile, _settings: HugoConfig) -> Mapping[str, Any]:
    """Lift [extra] and [taxonomies] to the top, below what stands there."""
    lifted = [table for key in ("taxonomies", "extra") if isinstance(table := front.get(key), dict)]
    return {key: value for table in (*reversed(lifted), front) for key, value in table.items()}


def slug(values: Mapping[str, Any], file: ContentFile, settings: HugoConfig) -> str:
    """Slugify the file's name without its date. Raises ContentError if that takes a library that is not there."""
    return _slugified(slug_of_name(values, file, settings), settings)


def _slugified(name: str, settings: HugoConfig) -> str:
    slugify = settings.table.get("slugify")
    how = slugify.get("paths", "on") if isinstance(slugify, dict) else "on"
    return ascii_slug(name) if how == "on" else name


def path(page: Page, settings: HugoConfig) -> str:
    """Serve a post below its folders."""
    return directory_path((*(_slugified(name, settings) for name in page.file.folders), page.slug), lower=False)


def prepare(body: BodyPlace) -> Prepared:
    """Turn Zola's shortcodes into ours, and `@/posts/x.md` into a link to that file."""

    def call(match: re.Match[str]) -> str:
        return as_shortcode(match[1], *read_arguments(match[2]), None)

    def block(match: re.Match[str]) -> str:
        return as_shortcode(match[1], *read_arguments(match[2]), match[3])

    text = _STRAY.sub("", _CALL.sub(call, _BLOCK.sub(block, body.text)))
    return Prepared(text=re.sub(r"(\]\(|href=[\"'])@/", r"\1/", text))


ZOLA = Convention(
    name="zola",
    title="Zola",
    marks=("zola.toml",),
    read_settings=read_settings,
    values=values,
    url_keys=("path",),
    slug=slug,
    path=path,
    prepare=prepare,
    title_from_heading=False,
)

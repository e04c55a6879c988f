"""A folder of Markdown files that no generator owns.

Front matter is welcome and not needed: the title is the first heading, else the file's name; the date begins the file's
name. Addresses are the files' own: notes/2026-02-07-x.md is served at /notes/2026-02-07-x/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.content.conventions.convention import MARKDOWN, BodyPlace, Convention, Prepared
from publisher.content.hugo.site import HugoConfig
from publisher.content.summary import plain_line
from publisher.content.urls import directory_path

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.content.pages import Page


def folder_path(page: Page, _settings: HugoConfig) -> str:
    """Keep names as they are; a slug replaces the last one, as it does in most generators."""
    said = page.params.get("slug")
    last = page.slug if said else page.file.stem
    return directory_path((*page.file.folders, last), lower=False)


def without_title(body: BodyPlace) -> Prepared:
    """Drop the first heading where it became the post's title: readers see the title above the text already."""
    return Prepared(text=drop_heading(body.text, body.post.title, body.post.params.get("title")))


def drop_heading(text: str, title: str, said: object) -> str:
    """Empty the line of a first heading that says the title; every other line stays where it is."""
    if said:
        return text
    start = len(text) - len(text.lstrip())
    line, _, rest = text[start:].partition("\n")
    if line.startswith("# ") and plain_line(line.strip("# \t\r")) == title:
        return f"{text[:start]}\n{rest}"
    return text


def read_settings(root: Path) -> HugoConfig:
    """Find the folder of posts: content/ or posts/, else the site's folder itself."""
    folder = next((name for name in ("content", "posts") if (root / name).is_dir()), ".")
    return HugoConfig(content_dir=folder, markdown=MARKDOWN)


PLAIN = Convention(
    name="plain",
    title="a folder of Markdown files",
    read_settings=read_settings,
    path=folder_path,
    prepare=without_title,
)

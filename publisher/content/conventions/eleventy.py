"""Eleventy: front matter under data files of its folder, dates in file names, Liquid in Markdown.

Its configuration is a program, so the folder of posts and, where the site changes it, the permalink pattern are said
in publisher.toml.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from publisher.content.conventions.convention import (
    MARKDOWN,
    BodyPlace,
    Convention,
    Prepared,
    name_without_date,
)
from publisher.content.conventions.plain import drop_heading
from publisher.content.front_matter import aliases
from publisher.content.hugo.site import HugoConfig
from publisher.content.urls import directory_path, path_from_front_matter
from publisher.errors import ContentError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from publisher.content.hugo.discover import ContentFile
    from publisher.content.pages import Page

MARKS = (".eleventy.js", "eleventy.config.js", "eleventy.config.mjs", "eleventy.config.cjs", "eleventy.config.ts")
#: Names of collections that tags stand for, not subjects.
_COLLECTIONS = frozenset({"post", "posts", "all", "nav"})
#: Dates that the machine or git would have to say.
_COMPUTED = re.compile(r"(?i)last modified|created|git .*")


def read_settings(root: Path) -> HugoConfig:
    """Guess the folder of posts; the configuration itself is JavaScript."""
    folder = next((name for name in ("content", "src", "posts", "blog") if (root / name).is_dir()), ".")
    return HugoConfig(
        content_dir=folder, static_dirs=("public", "static", folder), markdown=replace(MARKDOWN, smart=False)
    )


def values(front: Mapping[str, Any], file: ContentFile, _settings: HugoConfig) -> Mapping[str, Any]:
    """Put front matter on top of the data files of its folders; drop tags that only make collections."""
    said: dict[str, Any] = {}
    depth = file.key.count("/")
    for folder in reversed(file.path.parents[: depth + 1]):
        said.update(_folder_data(folder))
    merged_tags = [*aliases.texts(said, ("tags",)), *aliases.texts(front, ("tags",))]
    said.update(front)
    said["tags"] = [tag for tag in dict.fromkeys(merged_tags) if tag.lower() not in _COLLECTIONS]
    if said.get("permalink") is False:
        said["status"] = "unlisted"
    if isinstance(said.get("date"), str) and _COMPUTED.fullmatch(said["date"].strip()):
        del said["date"]
    return said


def _folder_data(folder: Path) -> dict[str, Any]:
    for name in (f"{folder.name}.json", f"{folder.name}.11tydata.json"):
        try:
            data = json.loads((folder / name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue
        except (OSError, ValueError, RecursionError) as error:
            raise ContentError(f"can't read the folder's data {folder.name}/{name}: {error}") from error
        return {str(key).lower(): value for key, value in data.items()} if isinstance(data, dict) else {}
    return {}


def path(page: Page, _settings: HugoConfig) -> str:
    """Serve a post below its folders, without the date in its file's name."""
    return directory_path((*page.file.folders, name_without_date(page.file.stem)), lower=False)


def own_path(url: str, page: Page, _settings: HugoConfig) -> str:
    """Fill in what a permalink is mostly made of. Raises ContentError for a template that needs Eleventy itself."""
    known = {"page.fileslug": name_without_date(page.file.stem), "slug": page.slug}
    filled = re.sub(
        r"\{\{-?\s*([\w.]+)(?:\s*\|\s*(?:slugify|slug|url))?\s*-?\}\}",
        lambda match: known.get(match[1].lower(), match[0]),
        url,
    )
    if "{" in filled:
        hint = "write its address, or set site.permalink in publisher.toml and leave the key out"
        raise ContentError(f"the permalink is a template that only Eleventy can fill in: {url}", hint=hint)
    return path_from_front_matter(re.sub(r"/index\.html$", "/", filled))


def prepare(body: BodyPlace) -> Prepared:
    """Resolve Liquid, which Eleventy lets Markdown hold; its shortcodes become ours."""
    from publisher.content.conventions.liquid_body import resolve_liquid

    text = drop_heading(body.text, body.post.title, body.post.params.get("title"))
    return resolve_liquid(replace(body, text=text), variables=dict(body.post.params))


ELEVENTY = Convention(
    name="eleventy",
    title="Eleventy",
    marks=MARKS,
    output="_site",
    read_settings=read_settings,
    values=values,
    url_keys=("permalink",),
    own_path=own_path,
    path=path,
    prepare=prepare,
)

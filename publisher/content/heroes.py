"""The picture that stands for a post: one it names, else its bundle's, else the first in its text, else its video's.

Nothing is fetched: YouTube has a picture of 480 x 360 pixels for every video, at an address that its id tells.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from publisher.content.front_matter import aliases
from publisher.content.html.embeds import public_embed
from publisher.content.media import bundle_covers, describe_image, resolve
from publisher.content.post_rules import doubt, page_place
from publisher.model.post import Image

if TYPE_CHECKING:
    from publisher.content.pages import Page
    from publisher.content.post_rules import PostRules
    from publisher.errors import Problem

#: A picture in the text that is smaller is a badge or a sign; in pixels.
MIN_WIDTH = 200
#: What every mail client draws; a picture on another server can't be converted here.
_DRAWN_EVERYWHERE = (".jpg", ".jpeg", ".png", ".gif")

_CODE = re.compile(r"(?ms)^ {0,3}(`{3,}|~{3,}).*?^ {0,3}\1[`~]*[ \t]*$|`[^`\n]+`|<!--.*?-->")
_BODY_IMAGE = re.compile(
    r"!\[(?P<alt>[^\]\n]{0,500})\]\(\s*<?(?P<markdown>[^\s<>()]{1,2000})"
    r"|<img\s[^>]{0,2000}?\bsrc\s*=\s*[\"']?(?P<html>[^\"'\s>]{1,2000})"
    r"|\{\{[<%]\s*(?:figure|image|img)\s[^}]{0,2000}?\bsrc\s*=\s*[\"`]?(?P<figure>[^\"`\s}]{1,2000})"
)
_YOUTUBE = re.compile(
    r"(?i)(?:\{\{[<%]|\{%)\s*youtube(?:-?lite)?\s+(?:[^}%]{0,300}?\bid\s*=\s*)?[\"'`]?(?P<id>[\w-]{11})(?![\w-])"
    r"|<iframe\s[^>]{0,2000}?youtube(?:-nocookie)?\.com/embed/(?P<frame>[\w-]{11})(?![\w-])"
)


def find_hero(page: Page, rules: PostRules, problems: list[Problem]) -> Image | None:
    """Choose a post's picture. What is wrong with one that the post names is added to `problems`."""
    stated = _stated(page, rules, problems) or _cover_of_bundle(page, rules)
    return stated or _in_text(page, rules) or _of_video(page, rules)


def _stated(page: Page, rules: PostRules, problems: list[Problem]) -> Image | None:
    """Take the picture that the front matter names, unless it should lie here and does not."""
    name, value = aliases.lookup(page.params, aliases.IMAGE)
    if isinstance(value, list):
        value = value[0]
    path, alt = value, ""
    if isinstance(value, Mapping):
        path, alt = aliases.text(value, aliases.PATH_KEYS), aliases.text(value, aliases.ALT_KEYS)
    if not isinstance(path, str) or not path.strip() or path.startswith("data:"):
        return None
    found = resolve(path, page_place(page), rules.places)
    image = describe_image(found, alt or aliases.text(page.params, aliases.IMAGE_ALT))
    if found.path is not None and not image.mime_type:
        hint = "export it again as JPEG, PNG or WebP"
        problems.append(doubt(page, name, f"the image can't be read: {path}", hint, "unreadable-image"))
    elif found.in_assets:
        hint = f"Hugo serves a file of assets/ only where the theme asks for it; put it below {rules.static_names}"
        problems.append(doubt(page, name, f"the image may not be on the site: {path}", hint, "asset-image"))
    elif found.path is None and found.own:
        hint = f"put it below {rules.static_names}, or beside the post"
        problems.append(doubt(page, name, f"image not found: {path}", hint, "missing-image"))
        # A whole address, or a site without static files here, may mean a file that only the server has.
        return image if "://" in path or not any(map(os.path.isdir, rules.places.static_dirs)) else None
    return image


def _cover_of_bundle(page: Page, rules: PostRules) -> Image | None:
    if page.file.kind != "leaf":
        return None
    cover = next(bundle_covers(page.file.path.parent, rules.places.looked_at), None)
    return describe_image(resolve(cover.name, page_place(page), rules.places)) if cover else None


def _in_text(page: Page, rules: PostRules) -> Image | None:
    """Take the first picture of the text that would do: one that lies here, or that every mail client draws."""
    if "![" not in page.split.body and "src" not in page.split.body:
        return None
    for match in _BODY_IMAGE.finditer(_CODE.sub("", page.split.body)):
        name = match["markdown"] or match["html"] or match["figure"]
        if name.lower().startswith("data:"):
            continue
        found = resolve(name, page_place(page), rules.places)
        image = replace(describe_image(found, (match["alt"] or "").strip()), in_text=True)
        if (found.path and not found.in_assets and image.mime_type and image.width >= MIN_WIDTH) or (
            not found.own and _is_drawn(found.url)
        ):
            return image
    return None


def _is_drawn(url: str) -> bool:
    return url.startswith("https://") and re.split(r"[?#]", url)[0].lower().endswith(_DRAWN_EVERYWHERE)


def _of_video(page: Page, rules: PostRules) -> Image | None:
    """Take YouTube's picture of the video that a post is about: its source, else the first in its text."""
    if not rules.youtube_hero:
        return None
    source = aliases.text(page.params, aliases.SOURCE_URL)
    embed = public_embed(source) if re.match(r"https?://[^\s/]", source) else None
    in_text = embed is None or not embed.thumbnail
    if in_text:
        body = page.split.body
        match = _YOUTUBE.search(_CODE.sub("", body)) if "outube" in body else None
        embed = public_embed(f"https://youtu.be/{match['id'] or match['frame']}") if match else None
    if embed is None or not embed.thumbnail:
        return None
    return Image(url=embed.thumbnail, mime_type="image/jpeg", width=480, height=360, in_text=in_text)

"""Obsidian: a vault of notes that link to each other by name.

Obsidian publishes nothing by itself, so addresses are the notes' own paths unless `[site] permalink` says a pattern.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from publisher.content.conventions.convention import MARKDOWN, BodyPlace, Convention, Prepared
from publisher.content.conventions.outside_code import outside_code
from publisher.content.conventions.plain import drop_heading, folder_path
from publisher.content.front_matter import aliases
from publisher.content.hugo.site import HugoConfig
from publisher.content.media import guess_type
from publisher.errors import ContentError, Location, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.content.hugo.discover import ContentFile

_EMBED = re.compile(r"!\[\[([^\[\]|#\n]+)(#[^\[\]|\n]*)?((?:\|[^\[\]|\n]*)*)\]\]")
_LINK = re.compile(r"\[\[([^\[\]|#\n]*)(#[^\[\]|\n]*)?(?:\|([^\[\]\n]*))?\]\]")
_COMMENT = re.compile(r"%%.*?%%", re.DOTALL)
_MARKED = re.compile(r"==(?=\S)([^=\n]+?)(?<=\S)==")
_BLOCK_ID = re.compile(r"(?m)[ \t]+\^[A-Za-z0-9-]+[ \t]*$")
_SIZE = re.compile(r"(\d{1,5})(?:x(\d{1,5}))?")
_CALLOUT = re.compile(r"(?m)^([ \t]*(?:>[ \t]?)+)\[!(\w[\w-]*)(?:\|[^\]\n]*)?\][+-]?[ \t]*(.*)$")
_INLINE_TAG = re.compile(r"(?:(?<=\s)|^)#([^\W\d][\w/-]*)", re.MULTILINE)


def read_settings(_root: Path) -> HugoConfig:
    """Take the vault itself for the folder of posts; pictures lie anywhere in it."""
    return HugoConfig(content_dir=".", static_dirs=(".",), markdown=MARKDOWN)


def values(front: Mapping[str, Any], _file: ContentFile, _settings: HugoConfig) -> Mapping[str, Any]:
    """Read tags as Obsidian does: a list, or a text with commas or spaces, each with or without `#`."""
    tags: list[str] = []
    for text in aliases.texts(front, aliases.TAGS):
        tags += [tag.lstrip("#") for tag in re.split(r"[,\s]+", text) if tag.strip("#")]
    return {**front, "tags": tags} if tags else front


def prepare(body: BodyPlace) -> Prepared:
    """Turn a note into Markdown: links by name find their notes, comments go, callouts stay quotes."""
    problems: list[Problem] = []
    text = drop_heading(body.text, body.post.title, body.post.params.get("title"))

    def change(prose: str) -> str:
        prose = _COMMENT.sub(lambda match: "\n" * match[0].count("\n"), prose)
        prose = _EMBED.sub(lambda match: _embedded(match, body, problems), prose)
        prose = _LINK.sub(lambda match: _linked(match, body, problems), prose)
        prose = _CALLOUT.sub(_titled_quote, prose)
        return _BLOCK_ID.sub("", _MARKED.sub(r"<mark>\1</mark>", prose))

    return Prepared(text=outside_code(text, change), problems=tuple(problems))


def _embedded(match: re.Match[str], body: BodyPlace, problems: list[Problem]) -> str:
    name, rest = match[1].strip(), [part.strip() for part in (match[3] or "").split("|")[1:]]
    kind = guess_type(name)
    if kind.startswith("image/"):
        size = _SIZE.fullmatch(rest[-1]) if rest else None
        alt = next((part for part in rest if part and not _SIZE.fullmatch(part)), "")
        width = f' width="{size[1]}"' if size else ""
        return f'<img src="{quote(_in_vault(name, body))}" alt="{_attribute(alt)}"{width}>'
    if kind:
        return f"[{rest[0] if rest else name}]({quote(_in_vault(name, body))})"
    # Another note inside this one: a link says where it is.
    return _link_to(name, (match[2] or ""), rest[0] if rest else name, body, problems)


def _in_vault(name: str, body: BodyPlace) -> str:
    """Find a file of the vault by its name, which Obsidian takes without a folder."""
    folder = body.root / body.settings.content_dir
    if "/" in name or (body.post.path.parent / name).is_file():
        return name if (body.post.path.parent / name).is_file() else f"/{name}"
    for here, below, names in os.walk(folder):
        below[:] = sorted(one for one in below if not one.startswith("."))
        if name in names:
            return f"/{(Path(here) / name).relative_to(folder).as_posix()}"
    return name


def _linked(match: re.Match[str], body: BodyPlace, problems: list[Problem]) -> str:
    name, heading, label = match[1].strip(), match[2] or "", (match[3] or "").strip()
    if not name:
        return label or heading.lstrip("#^")
    return _link_to(name, heading, label or name.rpartition("/")[2], body, problems)


def _link_to(name: str, heading: str, label: str, body: BodyPlace, problems: list[Problem]) -> str:
    """Link to a note; one that is not published is only its words."""
    try:
        address = body.ref(f"{name.removesuffix('.md')}.md")
    except ContentError as error:
        problems.append(
            Problem(error.message, Location(body.file), "readers get the words without a link", rule="unresolved-link")
        )
        return label
    fragment = heading if heading and not heading.startswith("#^") else ""
    return f"[{label}](<{address}{quote(fragment, safe='#')}>)"


def _titled_quote(match: re.Match[str]) -> str:
    title = match[3].strip() or match[2].replace("-", " ").capitalize()
    return f"{match[1]}**{title}**\n{match[1].rstrip()}"


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


OBSIDIAN = Convention(
    name="obsidian",
    title="an Obsidian vault",
    marks=(".obsidian",),
    read_settings=read_settings,
    values=values,
    path=folder_path,
    prepare=prepare,
)

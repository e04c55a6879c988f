"""Jekyll 4: _posts/2026-02-07-slug.md, _config.yml with its defaults, permalink styles and placeholders, Liquid.

The rules were measured on Jekyll 4.3.1 (tests/judges/conventions/jekyll).
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from fnmatch import fnmatch
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from publisher.content.conventions.convention import MARKDOWN, BodyPlace, Convention, Prepared, list_files
from publisher.content.conventions.excerpt import first_paragraph, text_before
from publisher.content.conventions.jekyll_urls import fill, pattern_of
from publisher.content.conventions.loose_dates import parse_loose_date
from publisher.content.hugo.config_files import read_table
from publisher.content.hugo.site import HugoConfig

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from publisher.content.conventions.convention import Found
    from publisher.content.hugo.discover import ContentFile
    from publisher.content.pages import Page

MARKS = ("_config.yml", "_config.yaml", "_config.toml")
SUFFIXES = (".md", ".markdown", ".mkdown", ".mkdn", ".mkd", ".html")
_NAME = re.compile(r"(?P<date>\d{2,4}-\d{1,2}-\d{1,2})-(?P<slug>.*)")
#: YAML knows these as times of its own, in UTC where no offset is written; Jekyll converts them to the site's zone.
_YAML_TIME = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([Tt]|[ \t]+)\d{1,2}:\d{2}:\d{2}(\.\d*)?")


def read_settings(root: Path) -> HugoConfig:
    """Read _config.yml. Raises ConfigError with its place."""
    name = next((mark for mark in MARKS if (root / mark).is_file()), "")
    table = read_table(root / name, name) if name else {}
    author = table.get("author")
    return HugoConfig(
        title=_text(table.get("title")),
        base_url=(_text(table.get("url")) + _text(table.get("baseurl"))) or "",
        language=_text(table.get("lang")) or _text(table.get("locale")).replace("_", "-"),
        timezone=_text(table.get("timezone")),
        description=_text(table.get("description")),
        author=_text(author.get("name") if isinstance(author, dict) else author),
        content_dir=_text(table.get("source")) or ".",
        static_dirs=(_text(table.get("source")) or ".",),
        build_drafts=table.get("unpublished") is True,
        build_future=table.get("future") is True,
        markdown=MARKDOWN,
        params=MappingProxyType(table),
        table=MappingProxyType(table),
        files=(name,) if name else (),
    )


def discover(root: Path, settings: HugoConfig) -> Found:
    """List what lies in a _posts folder and has a date in its name (and _drafts, where the site shows them)."""
    files, problems = list_files(root, root / settings.content_dir, SUFFIXES)
    drafts = settings.table.get("show_drafts") is True
    return [
        replace(file, kind="page", stem=file.path.stem, folders=_folders(file))
        for file in files
        if ("_posts" in _folders(file) and _NAME.fullmatch(file.path.stem)) or (drafts and "_drafts" in _folders(file))
    ], problems


def _folders(file: ContentFile) -> tuple[str, ...]:
    return tuple(file.key.split("/")[:-1])


def values(front: Mapping[str, Any], file: ContentFile, settings: HugoConfig) -> Mapping[str, Any]:
    """Add what _config.yml's defaults and the file's name and folders say; tags and categories become lists."""
    said = {**_defaults(file, settings), **{key: value for key, value in front.items() if value is not None}}
    name = _NAME.fullmatch(file.path.stem)
    slug = (name["slug"] if name else file.path.stem).rstrip(".")
    said.setdefault("slug", slug)
    said.setdefault("title", " ".join(word.capitalize() for word in slug.split("-")))
    if name and not said.get("date"):
        said["date"] = _file_date(name["date"])
    folders = [folder for folder in file.folders if folder not in {"_posts", "_drafts"}]
    said["categories"] = _unique([*folders, *_list(said.get("categories")), *_list(said.get("category"), whole=True)])
    said["tags"] = _unique([*_list(said.get("tag"), whole=True), *_list(said.get("tags"))])
    return said


def _file_date(text: str) -> str:
    year, month, day = (int(part) for part in text.split("-"))
    # A year of two digits is one of this century.
    return f"{year + 2000 if year < 100 else year:04}-{month:02}-{day:02}"  # noqa: PLR2004 - two digits


def _list(value: Any, *, whole: bool = False) -> list[str]:
    """Read a list, or a text that holds several words (whole: one term)."""
    if isinstance(value, list):
        return [str(item) for item in value if item is not None]
    if isinstance(value, str):
        return [value] if whole else value.split()
    return [] if value is None or isinstance(value, dict) else [str(value)]


def _unique(items: list[str]) -> list[str]:
    return list(dict.fromkeys(items))


def _defaults(file: ContentFile, settings: HugoConfig) -> dict[str, Any]:
    """Look up the front-matter defaults of _config.yml: longer paths, then named types, then later ones win."""
    found: list[tuple[int, bool, int, Mapping[str, Any]]] = []
    blocks = settings.table.get("defaults")
    for number, block in enumerate(blocks if isinstance(blocks, list) else []):
        scope, given = (block.get("scope"), block.get("values")) if isinstance(block, dict) else (None, None)
        if not isinstance(given, dict):
            continue
        scope = scope if isinstance(scope, dict) else {}
        path, kind = _text(scope.get("path")).strip("/"), _text(scope.get("type"))
        if kind in {"", "posts", "post"} and _in_scope(file.key, path):
            found.append((len(path), bool(kind), number, given))
    return {key: value for _, _, _, given in sorted(found, key=lambda one: one[:3]) for key, value in given.items()}


def _in_scope(key: str, path: str) -> bool:
    if "*" in path:
        return fnmatch(key, path) or fnmatch(key, f"{path}/*")
    return not path or key == path or key.startswith(f"{path}/")


def parse_date(value: Any, zone: tzinfo) -> datetime | None:
    """Read a date as Jekyll does: a whole time without an offset is UTC, and all are shown in the site's zone."""
    is_yaml_time = isinstance(value, str) and _YAML_TIME.fullmatch(value.strip())
    moment = parse_loose_date(value, UTC if is_yaml_time else zone)
    try:
        return moment.astimezone(zone) if moment else None
    except OverflowError:
        return moment


def path(page: Page, settings: HugoConfig) -> str:
    """Fill in the site's permalink style or pattern."""
    collections = settings.table.get("collections")
    posts = collections.get("posts") if isinstance(collections, dict) else None
    said = _text(posts.get("permalink")) if isinstance(posts, dict) else ""
    return fill(pattern_of(said or _text(settings.table.get("permalink")) or "date"), page)


def own_path(url: str, page: Page, _settings: HugoConfig) -> str:
    """Fill in a post's own permalink."""
    return fill(url, page)


def prepare(body: BodyPlace) -> Prepared:
    """Resolve Liquid, and leave out kramdown's attribute lists."""
    from publisher.content.conventions.kramdown import without_attribute_lists
    from publisher.content.conventions.liquid_body import resolve_liquid

    resolved = resolve_liquid(body, includes=body.root / body.settings.content_dir / "_includes")
    is_html = body.post.path.suffix.lower() == ".html"
    text = resolved.text if is_html else without_attribute_lists(resolved.text)
    return replace(resolved, text=text, is_html=is_html)


def excerpt(page: Page, settings: HugoConfig) -> str:
    """Give the text before the site's excerpt separator, else the first paragraph."""
    separator = page.params.get("excerpt_separator", settings.table.get("excerpt_separator"))
    if isinstance(separator, str) and separator.strip():
        return text_before(page.split.body, separator)
    return "" if separator == "" else first_paragraph(page.split.body)


def _text(value: Any) -> str:
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


JEKYLL = Convention(
    name="jekyll",
    title="Jekyll",
    marks=MARKS,
    output="_site",
    read_settings=read_settings,
    discover=discover,
    values=values,
    parse_date=parse_date,
    url_keys=("permalink",),
    own_path=own_path,
    path=path,
    excerpt=excerpt,
    title_from_heading=False,
    prepare=prepare,
)

"""A Ghost export: one JSON file that holds every post as HTML, with its tags and authors in tables of their own.

Each post becomes a text of ours (JSON front matter, HTML below), so that it is read like every other.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from publisher.content.conventions.convention import MARKDOWN, BodyPlace, Convention, Found, Prepared
from publisher.content.hugo.discover import ContentFile
from publisher.content.hugo.site import HugoConfig
from publisher.content.urls import directory_path
from publisher.errors import ContentError, Location, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from publisher.content.pages import Page

MAX_EXPORT_BYTES = 500_000_000
#: Ghost writes this where the site's address belongs.
PLACEHOLDER = "__GHOST_URL__"
_COPIED = ("title", "slug", "status", "visibility", "custom_excerpt", "feature_image", "updated_at", "published_at")


@dataclass(frozen=True, slots=True)
class _Export:
    """What an export holds: each post's text by its key, and what was wrong with others."""

    texts: Mapping[str, str]
    problems: tuple[Problem, ...]
    settings: Mapping[str, str]


def find_export(root: Path) -> Path | None:
    """Find a Ghost export in a folder: the last by name of the JSON files that look like one."""
    for path in sorted(root.glob("*.json"), reverse=True):
        try:
            with path.open("rb") as file:
                head = file.read(100_000)
        except OSError:
            continue
        if b'"posts"' in head or (b'"db"' in head and b'"exported_on"' in head):
            return path
    return None


def read_settings(root: Path) -> HugoConfig:
    """Read what the export says of its site: title, description, time zone, language."""
    path = find_export(root)
    said: Mapping[str, str] = {}
    if path:
        try:
            said = _load(path, path.name).settings
        except ContentError:
            # Reported when the posts are listed.
            said = {}
    return HugoConfig(
        title=said.get("title", ""),
        description=said.get("description", ""),
        timezone=said.get("timezone", ""),
        language=said.get("locale", "") or said.get("lang", ""),
        content_dir=path.name if path else ".",
        static_dirs=("content", "static"),
        markdown=MARKDOWN,
    )


def discover(root: Path, settings: HugoConfig) -> Found:
    """List the posts of an export. Raises ContentError if it can't be read, or there is none."""
    said = root / settings.content_dir
    path = said if said.is_file() else find_export(said)
    if path is None:
        hint = "set site.content in publisher.toml to the JSON file that Ghost exported"
        raise ContentError("there is no Ghost export here", at=Location(settings.content_dir), hint=hint)
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
    export = _load(path, name)
    files = [
        ContentFile(path=path, key=key, name=f"{name} ({key})", kind="page", folders=("posts",), stem=key)
        for key in export.texts
    ]
    return files, list(export.problems)


def read_text(path: Path, key: str, name: str) -> str:
    """Give the text of one post. Raises ContentError if the export changed meanwhile."""
    try:
        return _load(path, name).texts[key]
    except KeyError as error:
        raise ContentError("the post is gone from the export", at=Location(name)) from error


def _load(path: Path, name: str) -> _Export:
    try:
        stat = path.stat()
    except OSError as error:
        raise ContentError(f"can't read the export: {error.strerror}", at=Location(name)) from error
    if stat.st_size > MAX_EXPORT_BYTES:
        raise ContentError("the export is too large", at=Location(name), hint="export fewer posts")
    return _parsed(path, name.split(" (", maxsplit=1)[0], stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=2)
def _parsed(path: Path, name: str, _mtime_ns: int, _size: int) -> _Export:
    """Parse an export once for all of its posts."""
    try:
        export = parse_export(json.loads(path.read_bytes().decode("utf-8-sig")), name)
    except json.JSONDecodeError as error:
        raise ContentError(f"not JSON: {error.msg}", at=Location(name, error.lineno, error.colno)) from error
    except (OSError, ValueError, RecursionError) as error:
        raise ContentError(f"can't read the export: {error}", at=Location(name)) from error
    return export


def parse_export(loaded: Any, name: str) -> _Export:
    """Turn the tables of an export into texts of posts. Raises ContentError if there are no posts in it."""
    database = loaded.get("db") if isinstance(loaded, dict) else None
    holder = database[0] if isinstance(database, list) and database else loaded
    data = holder.get("data") if isinstance(holder, dict) else None
    if not isinstance(data, dict) or not isinstance(data.get("posts"), list):
        raise ContentError(
            "this is no Ghost export: it has no posts", at=Location(name), hint="Ghost: Settings → Export"
        )
    tables = _Tables(data)
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for number, post in enumerate(data["posts"], 1):
        if not isinstance(post, dict) or not isinstance(post.get("slug"), str):
            problems.append(Problem(f"post {number} has no slug", Location(name), severity="error", rule="ghost"))
        elif post.get("type", "post") == "post" and not post.get("page"):
            texts[post["slug"]] = _text_of(post, tables)
    settings = {str(row.get("key")): str(row.get("value") or "") for row in tables.rows("settings")}
    return _Export(texts, tuple(problems), settings)


class _Tables:
    """The joins of an export: which tags and authors a post has, in their order."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data
        self.tags = self._join("posts_tags", "tag_id", "tags")
        self.authors = self._join("posts_authors", "author_id", "users")

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        """Give the rows of a table; what is no row is passed over."""
        table = self._data.get(name)
        yield from (row for row in (table if isinstance(table, list) else []) if isinstance(row, dict))

    def _join(self, links: str, key: str, names: str) -> dict[Any, list[str]]:
        by_id = {row.get("id"): str(row.get("name") or "") for row in self.rows(names)}
        found: dict[Any, list[str]] = {}
        for row in sorted(self.rows(links), key=lambda row: (str(row.get("post_id")), _number(row.get("sort_order")))):
            if name := by_id.get(row.get(key)):
                found.setdefault(row.get("post_id"), []).append(name)
        return found


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _text_of(post: Mapping[str, Any], tables: _Tables) -> str:
    front = {key: post[key] for key in _COPIED if post.get(key) not in (None, "")}
    # Ghost's times are UTC, with or without saying so.
    front |= {key: _utc(front[key]) for key in ("published_at", "updated_at") if key in front}
    front["tags"] = [name for name in tables.tags.get(post.get("id"), []) if not name.startswith("#")]
    front["authors"] = tables.authors.get(post.get("id"), [])
    if post.get("canonical_url"):
        front["canonical_url"] = post["canonical_url"]
    if isinstance(front.get("feature_image"), str):
        front["feature_image"] = front["feature_image"].replace(PLACEHOLDER, "")
    return json.dumps(front, ensure_ascii=False) + "\n" + str(post.get("html") or "")


def _utc(moment: Any) -> Any:
    text = str(moment).strip()
    return f"{text}Z" if text[-1:].isdigit() and "+" not in text else moment


def path(page: Page, _settings: HugoConfig) -> str:
    """Serve a post at its slug, Ghost's default."""
    return directory_path((page.slug,), lower=False)


def prepare(body: BodyPlace) -> Prepared:
    """Put the site's address where Ghost left its placeholder; the body is HTML."""
    return Prepared(text=body.text.replace(PLACEHOLDER, body.base_url.rstrip("/")), is_html=True)


GHOST = Convention(
    name="ghost",
    title="a Ghost export",
    read_settings=read_settings,
    discover=discover,
    read_text=read_text,
    url_keys=(),
    path=path,
    title_from_heading=False,
    prepare=prepare,
)

"""Pelican: `Key: value` heads, pelicanconf.py, addresses by ARTICLE_URL, slugs in Latin letters, `{static}` links.

The rules were measured on Pelican 4.12 (tests/judges/conventions/pelican). Articles are Markdown here, never
reStructuredText.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from fnmatch import fnmatch
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from publisher.content.conventions.convention import (
    MARKDOWN,
    BodyPlace,
    Convention,
    FieldError,
    Found,
    Prepared,
    list_files,
)
from publisher.content.conventions.excerpt import plain_text
from publisher.content.conventions.pelican_headers import parse_headers
from publisher.content.conventions.pelican_settings import read_pelican_settings
from publisher.content.conventions.pelican_urls import own_path, path, slugify
from publisher.content.hugo.site import HugoConfig
from publisher.content.media import inside
from publisher.errors import ContentError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from publisher.content.hugo.discover import ContentFile
    from publisher.content.pages import Page

SUFFIXES = (".md", ".markdown", ".mkd", ".mdown")
STATUSES = frozenset({"published", "draft", "hidden", "skip"})
#: A link as Markdown or HTML writes it. Python-Markdown lets its address hold spaces.
_INTERNAL = re.compile(
    r"(?P<open>\]\(\s*<?|\]:\s*<?|(?:href|src|poster)\s*=\s*[\"'])[{|](?P<what>\w+)[|}](?P<value>[^)>\"'\n]*?)(?=\s*[)>\"'\n])"
)
_LANGUAGE_LINE = re.compile(r"(?m)^( {4}|\t):::\w+[^\n]*$")


def read_settings(root: Path) -> HugoConfig:
    """Read pelicanconf.py, and publishconf.py on top. Raises ConfigError with its place."""
    found = read_pelican_settings(root)
    said = found.values
    folder = str(said["PATH"] or ".")
    return HugoConfig(
        title=said["SITENAME"] or "",
        base_url=said["SITEURL"] or "",
        description=said["SITESUBTITLE"] or "",
        author=said["AUTHOR"] or "",
        language=said["DEFAULT_LANG"] or "",
        timezone=said["TIMEZONE"] or "",
        content_dir=folder,
        static_dirs=(folder,),
        build_future=said["WITH_FUTURE_DATES"] is True,
        markdown=replace(MARKDOWN, smart=False),
        table=MappingProxyType(said),
        files=found.files,
    )


def discover(root: Path, settings: HugoConfig) -> Found:
    """List the articles: what lies below ARTICLE_PATHS, but for pages and what is excluded."""
    said = settings.table
    files, problems = list_files(root, root / settings.content_dir, SUFFIXES)
    wanted = [str(path).strip("/") for path in said["ARTICLE_PATHS"] or [""]]
    out = [str(path).strip("/") for path in (*(said["PAGE_PATHS"] or ()), *(said["ARTICLE_EXCLUDES"] or ()))]
    problems += read_pelican_settings(root).problems
    return [
        replace(file, kind="page", stem=file.path.stem, folders=tuple(file.key.split("/")[:-1]))
        for file in files
        if any(_below(file.key, path) for path in wanted) and not any(_below(file.key, path) for path in out)
    ], problems


def _below(key: str, path: str) -> bool:
    return not path or key.startswith(f"{path}/") or fnmatch(key, path)


def values(front: Mapping[str, Any], file: ContentFile, settings: HugoConfig) -> Mapping[str, Any]:
    """Add what the settings, the file's path and its name say. Raises ContentError for what Pelican would refuse."""
    table = settings.table
    said: dict[str, Any] = {"category": table["DEFAULT_CATEGORY"]}
    said.update({str(key).lower(): value for key, value in (table["DEFAULT_METADATA"] or {}).items()})
    said.update(_by_path(file, table))
    said.update({key: value for key, value in front.items() if value not in (None, "")})
    for key in ("tags", "authors", "keywords"):
        if isinstance(said.get(key), str):
            said[key] = _split(said[key])
    if "title" not in said:
        raise FieldError("", "the article has no title, and Pelican skips it", "write `Title: …` at its top")
    said["title"] = plain_text(str(said["title"]), markdown=False)
    if isinstance(said.get("summary"), str | list):
        text = said["summary"] if isinstance(said["summary"], str) else "\n".join(map(str, said["summary"]))
        said["summary"] = plain_text(text)
    status = str(said.get("status", "published")).strip().lower()
    if status not in STATUSES:
        raise FieldError("status", f"no such status: {status}", "write published, draft, hidden or skip")
    for key in ("image", "cover", "featured_image", "og_image", "thumbnail", "header_cover"):
        if isinstance(said.get(key), str):
            said[key] = re.sub(r"^[{|](?:static|attach|filename|photo)[|}]", "", said[key])
    return said


def _split(text: str) -> list[str]:
    """Cut a list at semicolons, or at commas where there are none."""
    return [item.strip() for item in text.split(";" if ";" in text else ",") if item.strip()]


def _by_path(file: ContentFile, table: Mapping[str, Any]) -> dict[str, Any]:
    """Read what EXTRA_PATH_METADATA, FILENAME_METADATA, PATH_METADATA and the folder's name say of a file."""
    found: dict[str, Any] = {}
    for prefix, extra in sorted((table["EXTRA_PATH_METADATA"] or {}).items()):
        if isinstance(extra, dict) and (file.key == prefix or file.key.startswith(f"{str(prefix).rstrip('/')}/")):
            found.update({str(key).lower(): value for key, value in extra.items()})
    named: dict[str, Any] = {}
    checks = [(table["FILENAME_METADATA"], file.path.stem), (table["PATH_METADATA"], file.key)]
    for pattern, text in checks:
        try:
            match = re.match(pattern, text) if pattern else None
        except (re.error, TypeError) as error:
            raise ContentError(f"a pattern in pelicanconf.py is wrong: {error}") from error
        groups = match.groupdict() if match else {}
        named |= {key.lower(): value for key, value in groups.items() if value is not None and key.lower() not in named}
    if table["USE_FOLDER_AS_CATEGORY"] and file.folders:
        named.setdefault("category", file.folders[-1])
    return {**found, **named}


def slug(values: Mapping[str, Any], file: ContentFile, settings: HugoConfig) -> str:
    """Make a slug of the title (or the file's name), as SLUGIFY_SOURCE says. Raises ContentError."""
    by_name = settings.table["SLUGIFY_SOURCE"] == "basename"
    return slugify(file.path.stem if by_name else str(values["title"]), settings.table)


def settle(pages: Iterable[Page]) -> list[Page]:
    """Hide translations: of articles with one slug, only the first language is listed."""
    groups: dict[str, list[Page]] = defaultdict(list)
    for page in pages:
        groups[page.slug].append(page)
    kept: list[Page] = []
    for group in groups.values():
        shown = [page for page in group if not page.hidden]
        original = min(shown, key=lambda page: page.params.get("lang") is not None, default=None)
        for page in group:
            is_other = original is not None and not page.hidden and page.language != original.language
            kept.append(replace(page, hidden="other language") if is_other else page)
    return sorted(kept, key=lambda page: page.file.key)


def prepare(body: BodyPlace) -> Prepared:
    """Turn `{filename}`, `{static}`, `{attach}` and the like into plain links, and drop `:::python` lines."""
    text = _LANGUAGE_LINE.sub("", body.text)

    def link(match: re.Match[str]) -> str:
        return match["open"] + _target(match, body).replace(" ", "%20")

    return Prepared(text=_INTERNAL.sub(link, text))


def _target(match: re.Match[str], body: BodyPlace) -> str:
    what, value = match["what"], match["value"]
    table = body.settings.table
    if what == "attach":
        place = re.sub(r"^https?://[^/]+", "", body.post.url).rpartition("/")[0]
        return f"{place}/{value.rpartition('/')[2] if value.startswith(('/', '..')) else value}"
    if what in {"tag", "category", "author"}:
        return f"/{what}/{slugify(unquote(value), table)}.html"
    if what == "filename" and (found := _article(value, body)):
        return found
    return "/index.html" if what == "index" else value


def _article(value: str, body: BodyPlace) -> str:
    """Find the address of the article that `{filename}` names; "" if it is none (a picture, perhaps)."""
    name, mark, fragment = value.partition("#")
    folder = body.root / body.settings.content_dir
    start = folder if name.startswith("/") else body.post.path.parent
    if not inside(start, unquote(name).lstrip("/")):
        return ""
    try:
        return body.ref(unquote(name)) + mark + fragment
    except ContentError:
        return ""


PELICAN = Convention(
    name="pelican",
    title="Pelican",
    marks=("pelicanconf.py",),
    output="output",
    read_settings=read_settings,
    discover=discover,
    parse=parse_headers,
    values=values,
    url_keys=("url",),
    own_path=own_path,
    slug=slug,
    path=path,
    title_from_heading=False,
    prepare=prepare,
    settle=settle,
)

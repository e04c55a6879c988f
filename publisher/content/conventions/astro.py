"""Astro: collections below src/content, MDX, addresses that a site's own routes decide.

The default here is the one of Astro's blog template, /<collection>/<slug>/; `[site] permalink` says another.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.content.conventions.as_shortcode import as_shortcode, read_arguments
from publisher.content.conventions.convention import (
    MARKDOWN,
    BodyPlace,
    Convention,
    Found,
    Prepared,
    list_files,
)
from publisher.content.conventions.outside_code import outside_code
from publisher.content.hugo.discover import SUFFIXES
from publisher.content.hugo.site import HugoConfig
from publisher.content.urls import directory_path

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.content.pages import Page

MARKS = ("astro.config.mjs", "astro.config.js", "astro.config.ts", "astro.config.cjs", "astro.config.mts")
_SITE = re.compile(r"""\bsite\s*:\s*["'](https?://[^"']+)["']""")
_BASE = re.compile(r"""\bbase\s*:\s*["']([^"']+)["']""")
_MODULE_LINE = re.compile(
    r"(?m)^(?:import\s[^\n]*?['\"][^'\"\n]+['\"];?|export\s+(?:const|let|var|default|function)\b[^\n]*)[ \t]*$"
)
_COMMENT = re.compile(r"\{\s*/\*.*?\*/\s*\}", re.DOTALL)
_CLOSED = re.compile(r"<([A-Z][\w.]*)((?:\s[^<>]*?)?)/>")
_OPEN = re.compile(r"</?([A-Z][\w.]*)(\s[^<>]*)?>")


def read_settings(root: Path) -> HugoConfig:
    """Find the site's address in its configuration, which is JavaScript and is only searched."""
    name = next((mark for mark in MARKS if (root / mark).is_file()), "")
    source = (root / name).read_text(encoding="utf-8", errors="replace") if name else ""
    site, base = _SITE.search(source), _BASE.search(source)
    address = site[1].rstrip("/") + "/" + (base[1].strip("/") if base else "") if site else ""
    content = "src/content" if (root / "src/content").is_dir() or not (root / "src/pages").is_dir() else "src/pages"
    return HugoConfig(
        base_url=address,
        content_dir=content,
        static_dirs=("public",),
        markdown=MARKDOWN,
        files=(name,) if name else (),
    )


def discover(root: Path, settings: HugoConfig) -> Found:
    """List Markdown and MDX; names that begin with "_" are left out, as Astro leaves them out."""
    files, problems = list_files(root, root / settings.content_dir, (*SUFFIXES, ".mdx"))
    return [file for file in files if not any(part.startswith("_") for part in file.key.split("/"))], problems


def path(page: Page, _settings: HugoConfig) -> str:
    """Serve a post below its collection, lower-cased, spaces as hyphens; a slug in front matter stands for the rest."""
    said = page.params.get("slug")
    segments = (*page.file.folders[:1], page.slug) if said else (*page.file.folders, page.file.stem)
    return directory_path(segment.strip().replace(" ", "-") for segment in segments)


def prepare(body: BodyPlace) -> Prepared:
    """Leave Markdown alone. Of MDX keep the text: imports and expressions go, components become shortcodes."""
    if body.post.path.suffix.lower() != ".mdx":
        return Prepared(text=body.text)
    return Prepared(text=outside_code(body.text, _without_jsx))


def _without_jsx(text: str) -> str:
    def blank(match: re.Match[str]) -> str:
        return "\n" * match[0].count("\n")

    def component(match: re.Match[str]) -> str:
        return as_shortcode(match[1].lower(), *read_arguments(match[2]), None) + blank(match)

    text = _COMMENT.sub(blank, _MODULE_LINE.sub("", text))
    return _OPEN.sub(blank, _CLOSED.sub(component, text))


ASTRO = Convention(
    name="astro",
    title="Astro",
    marks=MARKS,
    output="dist",
    read_settings=read_settings,
    discover=discover,
    url_keys=("permalink",),
    path=path,
    prepare=prepare,
    title_from_heading=True,
)

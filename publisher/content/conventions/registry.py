"""Every convention by its name, and which one a folder follows."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from publisher.content.conventions.astro import ASTRO
from publisher.content.conventions.eleventy import ELEVENTY
from publisher.content.conventions.ghost import GHOST, find_export
from publisher.content.conventions.jekyll import JEKYLL
from publisher.content.conventions.obsidian import OBSIDIAN
from publisher.content.conventions.pelican import PELICAN
from publisher.content.conventions.plain import PLAIN
from publisher.content.conventions.zola import ZOLA
from publisher.content.hugo_files import is_hugo_site

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.content.conventions.convention import Convention

CONVENTIONS = {one.name: one for one in (JEKYLL, PELICAN, ZOLA, ELEVENTY, ASTRO, OBSIDIAN, GHOST, PLAIN)}


def convention_named(generator: str) -> Convention | None:
    """Look a convention up by `site.generator`; None for Hugo, which is read by rules of its own."""
    return CONVENTIONS.get(generator)


def detect_generator(root: Path) -> str:
    """Name the generator of the site in a folder by the configuration found there; "plain" if there is none."""
    # Zola and older Hugo sites share the name config.toml.
    if _is_zola(root):
        return ZOLA.name
    if is_hugo_site(root):
        return "hugo"
    for convention in CONVENTIONS.values():
        if any((root / mark).exists() for mark in convention.marks) and not _is_hexo(root, convention):
            return convention.name
    return GHOST.name if find_export(root) else PLAIN.name


def _is_zola(root: Path) -> bool:
    try:
        table = tomllib.loads((root / "config.toml").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return (root / "zola.toml").is_file()
    return "base_url" in table


def _is_hexo(root: Path, convention: Convention) -> bool:
    """Hexo's configuration has the name of Jekyll's, but its posts lie in source/_posts."""
    return convention is JEKYLL and (root / "source" / "_posts").is_dir() and not (root / "_posts").is_dir()

"""Every convention by its name, and which one a folder follows."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import TYPE_CHECKING

from publisher.content.hugo.config_files import is_hugo_site

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from publisher.content.conventions.convention import Convention


@cache
def every_convention() -> Mapping[str, Convention]:
    """Give every convention by its name. They load only here: a Hugo site needs none of them."""
    from publisher.content.conventions.astro import ASTRO
    from publisher.content.conventions.eleventy import ELEVENTY
    from publisher.content.conventions.ghost import GHOST
    from publisher.content.conventions.jekyll import JEKYLL
    from publisher.content.conventions.obsidian import OBSIDIAN
    from publisher.content.conventions.pelican import PELICAN
    from publisher.content.conventions.plain import PLAIN
    from publisher.content.conventions.zola import ZOLA

    return {one.name: one for one in (JEKYLL, PELICAN, ZOLA, ELEVENTY, ASTRO, OBSIDIAN, GHOST, PLAIN)}


def convention_named(generator: str) -> Convention | None:
    """Look a convention up by `site.generator`; None for Hugo, which is read by rules of its own."""
    return None if generator == "hugo" else every_convention().get(generator)


def detect_generator(root: Path) -> str:
    """Name the generator of the site in a folder by the configuration found there; "plain" if there is none."""
    # Zola and older Hugo sites share the name config.toml.
    if _is_zola(root):
        return "zola"
    if is_hugo_site(root):
        return "hugo"
    for convention in every_convention().values():
        if any((root / mark).exists() for mark in convention.marks) and not _is_hexo(root, convention):
            return convention.name
    from publisher.content.conventions.ghost import find_export

    return "ghost" if find_export(root) else "plain"


def _is_zola(root: Path) -> bool:
    try:
        table = tomllib.loads((root / "config.toml").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return (root / "zola.toml").is_file()
    return "base_url" in table


def _is_hexo(root: Path, convention: Convention) -> bool:
    """Hexo's configuration has the name of Jekyll's, but its posts lie in source/_posts."""
    return convention.name == "jekyll" and (root / "source" / "_posts").is_dir() and not (root / "_posts").is_dir()

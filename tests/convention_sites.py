"""Small sites of any generator, written into a folder, and what is read from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from publisher import templates
from publisher.config import Config, parse_config
from publisher.content.load import Renderer, read_site

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.model.post import Post, Rendered, Site

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Folder:
    """A site's folder with its publisher.toml."""

    config: Config

    def site(self) -> Site:
        return read_site(self.config, NOW)

    def posts(self) -> dict[str, Post]:
        return {post.key: post for post in self.site().posts}

    def only(self) -> Post:
        (post,) = self.site().posts
        return post

    def path(self, key: str) -> str:
        """The path of a post's address."""
        return self.posts()[key].url.removeprefix("https://a.example")

    def render(self, key: str = "") -> Rendered:
        post = self.posts()[key] if key else self.only()
        env = templates.environment(templates.FEEDS, self.config.root)
        return Renderer(self.config, "feed", env).render(post)

    def said(self) -> list[str]:
        """Every problem as file:line: message."""
        return [f"{p.at.file}:{p.at.line}: {p.message}" for p in self.site().problems if p.at]


def folder_of(root: Path, generator: str, files: dict[str, str], settings: str = "") -> Folder:
    """Write files below a folder. settings: more lines of [site]."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    head = '[site]\ntitle = "遠方"\nurl = "https://a.example"\ntimezone = "Asia/Taipei"\n'
    toml = f'{head}generator = "{generator}"\n{settings}\n'
    return Folder(parse_config(toml, root / "publisher.toml"))

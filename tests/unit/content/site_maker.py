"""Small sites, written to disk for a test."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from publisher import templates
from publisher.config import Config, load_config
from publisher.content.load import read_site, render_post

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from publisher.model.post import Rendered, Site, Target

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TOML = '[site]\ntitle = "測試站"\nurl = "https://example.tw/blog"\nlanguage = "zh-TW"\ntimezone = "Asia/Taipei"\n'
HEAD = "---\ntitle: 甲\ndate: 2026-02-07\n---\n"


def write_site(root: Path, files: Mapping[str, str | bytes], generator: str = "hugo") -> Config:
    """Write files and a publisher.toml (unless one is among the files) and load the latter."""
    for name, content in {"publisher.toml": f'{TOML}generator = "{generator}"\n', **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return load_config(root)


def read(config: Config) -> Site:
    return read_site(config, NOW)


def render_body(
    root: Path, body: str, target: Target = "feed", files: Mapping[str, str | bytes] | None = None
) -> Rendered:
    """Render one post with this body, on a Hugo site that keeps raw HTML."""
    hugo = "[markup.goldmark.renderer]\nunsafe = true\n"
    config = write_site(root, {"hugo.toml": hugo, "content/posts/a.md": HEAD + body, **(files or {})})
    post = next(post for post in read(config).posts if post.key == "posts/a.md")
    return render_post(post, config, target, templates.environment(templates.FEEDS, root))

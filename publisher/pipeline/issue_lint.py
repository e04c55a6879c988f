"""An issue is held against its own site: the recipe that gives `digest.lint` the pages a link may lead to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin

from publisher.content.load import read_site
from publisher.digest.lint import lint_issue
from publisher.digest.lint_links import KnownLinks
from publisher.pipeline.notes import FOLDER as NOTES
from publisher.syndication.site_feed import FILE_NAMES, PODCAST_NAME, feed_path
from publisher.templates import EMAIL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from publisher.config import Config
    from publisher.errors import Problem
    from publisher.model.issue import Issue
    from publisher.model.post import Post

_ADDRESS = re.compile(r"https?://[^\s\"'<>(){}\\]+")
_WRITTEN = {".j2", ".toml", ".md"}


def lint_for_site(config: Config, issue: Issue, now: datetime) -> tuple[Problem, ...]:
    """Look an issue over, links included (`digest.lint.lint_issue`). now: aware; decides which posts there are."""
    return lint_issue(issue, known_links(config, issue, read_site(config, now).posts))


def known_links(config: Config, issue: Issue, posts: Iterable[Post]) -> KnownLinks:
    """Gather what an issue's links may lead to.

    Pages are the posts, the feeds, the issue's own page, and every file in the output folder. Addresses elsewhere are
    the posts' sources, and whatever the site's own templates, wordings and editor's notes spell out.
    """
    told = tuple(posts)
    feeds = (feed_path(config, name) for name in (*FILE_NAMES.values(), PODCAST_NAME))
    own = {config.site.url, issue.web_url, urljoin(issue.web_url, "../"), *(config.site.url + path for path in feeds)}
    pages = {unquote(url) for url in (*own, *(post.url for post in told))}
    return KnownLinks(
        site_url=config.site.url,
        is_page=lambda url: unquote(url.partition("?")[0]) in pages or _is_built(url, config),
        outside=frozenset((*(post.source_url for post in told if post.source_url), *_spelled_out(config.root))),
    )


def _is_built(url: str, config: Config) -> bool:
    """Tell whether a site's address has a file in the output folder."""
    path = unquote(url.removeprefix(config.site.url).partition("?")[0])
    if ".." in path.split("/"):
        return False
    file = config.output_dir / path
    return file.is_file() or (file / "index.html").is_file()


def _spelled_out(root: Path) -> Iterator[str]:
    """Read the addresses that a person wrote into the site's own templates and notes."""
    for folder in (root / EMAIL, root / NOTES):
        for file in sorted(folder.rglob("*")):
            if file.suffix in _WRITTEN and file.is_file():
                yield from _ADDRESS.findall(file.read_text(encoding="utf-8", errors="replace"))

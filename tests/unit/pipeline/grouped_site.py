"""A site in a folder whose posts have tags and people, and what its builds say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import feedparser

from publisher.config import load_config
from publisher.pipeline.build import build

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.errors import Problem
    from publisher.pipeline.build_report import BuildReport

#: Hugo writes no feed.
HUGO = 'disableKinds = ["RSS"]\n'
NOW = datetime(2026, 10, 8, tzinfo=UTC)
SITE = """
[site]
title = "山城週記"
url = "https://shan.example"
language = "zh-TW"
timezone = "Asia/Taipei"
generator = "hugo"
sections = ["posts"]
"""


class GroupedSite:
    """A site in a folder whose posts have tags and people."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.feeds = root / "public" / "feeds"
        self.settings('by = ["tags"]')

    def settings(self, feeds: str) -> None:
        self.file("publisher.toml", f"{SITE}\n[feeds]\npages = false\n{feeds}\n")

    def file(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def post(self, day: int, more: str, text: str = "內文。") -> None:
        front = f"title: 第{day}天\ndate: 2026-10-{day:02}T08:00:00+08:00\n{more}\n"
        self.file(f"content/posts/{day:02}.md", f"---\n{front}---\n\n{text}\n")

    def build(self) -> BuildReport:
        return build(load_config(self.root), NOW)

    def folders(self) -> list[str]:
        return sorted(path.parent.relative_to(self.feeds).as_posix() for path in self.feeds.rglob("rss.xml"))

    def feed(self, folder: str) -> feedparser.FeedParserDict:
        return feedparser.parse((self.feeds / folder / "rss.xml").read_bytes())

    def titles(self, folder: str) -> list[str]:
        return [entry.title for entry in self.feed(folder).entries]


def lock_of(site: GroupedSite) -> list[str]:
    """Give what publisher.lock says of feeds, without the checks."""
    lines = (site.root / "publisher.lock").read_text().splitlines()
    return [line.rpartition(" check=")[0] for line in lines if line.startswith("feed ")]


def rules_of(problems: tuple[Problem, ...]) -> list[str]:
    return sorted(problem.rule for problem in problems)

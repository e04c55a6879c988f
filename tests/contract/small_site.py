"""A small site with a newsletter, for the suites that send a whole issue."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING

from publisher.audience.address import normalise
from publisher.config import Config, load_config
from publisher.store.open import open_store
from publisher.store.subscribers import NewSubscriber, add_subscribers

if TYPE_CHECKING:
    from pathlib import Path

#: The week of the post below has just ended.
NOW = datetime.fromisoformat("2026-02-09T08:00:00+08:00")

SETTINGS = """
[site]
title = "山邊週報"
url = "https://shanbian.example/"
language = "zh-TW"
timezone = "Asia/Taipei"

[newsletters.weekly]
sender = "山邊週報 <weekly@shanbian.example>"
postal_address = "臺北市某路 1 號"
transport = "{transport}"

[store]
url = "{store}"
"""

POST = """---
title: 雨後的步道
date: 2026-02-05T09:00:00+08:00
description: 石階上都是苔,走得比平常慢。
---
雨停了。
"""


def make_site(
    folder: Path, *, transport: str = "memory", store: str = "sqlite:///publisher.db", more: str = ""
) -> Config:
    """Write the site, and read its settings. more: further tables of publisher.toml."""
    (folder / "content" / "posts").mkdir(parents=True)
    (folder / "content" / "posts" / "rain.md").write_text(POST, encoding="utf-8")
    settings = SETTINGS.format(transport=transport, store=store) + more
    (folder / "publisher.toml").write_text(settings, encoding="utf-8")
    return load_config(folder)


def subscribe(config: Config, *emails: str, checked: bool = True) -> None:
    """Add active subscribers. checked: False puts addresses into the store that the commands would refuse."""
    people = [NewSubscriber(email=email, address=normalise(email) if checked else email) for email in emails]
    with closing(open_store(config.store.url, config.root)) as store, store.begin() as connection:
        add_subscribers(connection, "weekly", people, NOW)


def write_post(config: Config, name: str, date: str, *, guid: str = "", **more: str) -> None:
    """Write a post. date: ISO 8601. more: further lines of its front matter."""
    facts = {"title": name, "date": date, "guid": guid or f"urn:test:{name}", **more}
    front = "".join(f"{key}: {value}\n" for key, value in facts.items())
    (config.content_dir / "posts" / f"{name}.md").write_text(f"---\n{front}---\n{name}。\n", encoding="utf-8")

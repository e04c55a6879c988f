"""A small site whose next issue the preview's tests look at."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from publisher.web.preview_source import PreviewSource
from tests.digest_samples import image_file

if TYPE_CHECKING:
    from pathlib import Path

#: A Thursday at eight in Taipei: the moment at which a week is over.
DUE = datetime(2026, 10, 8, 0, tzinfo=UTC)
SETTINGS = """
[site]
title = "山城週記"
url = "https://shan.example/"
language = "zh-TW"
timezone = "Asia/Taipei"

[feeds]
by = ["tags"]

[newsletters.weekly]
sender = "山城週記 <weekly@shan.example>"
postal_address = "22448 新北市瑞芳區豎崎路 1 號"
weekday = "thursday"
hour = 08:00:00

[newsletters.english]
sender = "weekly@shan.example"
postal_address = "22448 新北市瑞芳區豎崎路 1 號"
language = "en"
weekday = "thursday"
hour = 08:00:00
"""


def write_post(root: Path, name: str, **front: Any) -> None:
    matter = {
        "title": name,
        "date": "2026-10-02T09:00:00+08:00",
        "description": f"{name}的摘要，下了整天的雨。",
        **front,
    }
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in matter.items()]
    file = root / "content" / "posts" / f"{name}.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(["---", *lines, "---", "", f"{name}的內文。", ""]), encoding="utf-8")


def write_template(root: Path, name: str, text: str) -> None:
    file = root / "email_templates" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def a_site(root: Path) -> Path:
    """Write the site: two posts in the week that is over, one in the week that is running."""
    (root / "publisher.toml").write_text(SETTINGS, encoding="utf-8")
    write_post(root, "rain", title="山城的雨天", image="/rain.jpg", image_alt="雨中的車站", tags=["鐵道"])
    write_post(root, "train", title="慢車與時刻表")
    write_post(root, "coming", title="下週才寄的文章", date="2026-10-09T09:00:00+08:00")
    (root / "static").mkdir()
    (root / "static" / "rain.jpg").write_bytes(image_file(kind="JPEG"))
    return root


def a_source(root: Path, now: datetime = DUE) -> PreviewSource:
    return PreviewSource(root, lambda _config: now)

"""Made-up weeks of a newsletter for docs/make_pictures.py: as many posts as asked for, with or without pictures."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

_EXAMPLE = Path(__file__).resolve().parent.parent / "example"
#: Category, title and description of posts, one a line.
_WRITTEN = Path(__file__).with_suffix(".tsv")
_SETTINGS = """[site]
title = "島嶼週記"
url = "https://island.example/"
language = "zh-TW"
timezone = "Asia/Taipei"

[newsletters.weekly]
sender = "島嶼週記 <weekly@island.example>"
postal_address = "島嶼週記編輯室・95092 臺東縣臺東市鐵花路 1 號"
preferences_url = "https://island.example/preferences/"
weekday = "thursday"
hour = 08:00:00
first_number = 41
"""
NOTE = """各位早：

颱風沒有來，可是大家都把週末空了下來，於是這週的文章比平常多。**渡輪的那一篇**寫了三個月，想請你從它讀起；\
山上的幾篇適合睡前。

下週編輯室[搬到鐵花路](https://island.example/posts/moving/)，回信會慢一兩天。
"""
_PLACES = ("東港", "花嶼", "知本", "梨山", "鹿野", "烏石港", "大武", "埔里", "舊城", "三貂角")
_MATTERS = (
    ("海", "{place}的潮汐表，二十年沒有改過"),
    ("山", "{place}那座吊橋，今年換了第三次鋼索"),
    ("食", "{place}早餐店的鐵板，比老闆年紀還大"),
    ("鐵道", "在{place}等一班只停三分鐘的車"),
    ("書", "{place}二手書店裡的借書證"),
    ("城市", "{place}的老戲院要拆了，電影還在放"),
)


def write_week(root: Path, posts: int, *, pictures: bool = True, note: bool = False) -> None:
    """Write a site whose newest week has so many posts."""
    (root / "content/posts").mkdir(parents=True)
    (root / "static").mkdir()
    (root / "publisher.toml").write_text(_SETTINGS, encoding="utf-8")
    scenes = _copy_scenes(root) if pictures else []
    for number, (category, title, description) in enumerate(_stories(posts)):
        front = {"title": title, "categories": [category], "description": description, "weight": int(number == 0)}
        front["date"] = f"2026-10-{7 - number * 7 // max(posts, 7):02}T{20 - number % 12:02}:00:00+08:00"
        if scenes and number % 3 != 1:
            front["image"] = scenes[number % len(scenes)]
        _write_post(root / f"content/posts/{number:02}.md", front, words=900 + number * 517 % 3_000)
    if note:
        (root / "newsletters/weekly").mkdir(parents=True)
        (root / "newsletters/weekly/2026-W41.md").write_text(NOTE, encoding="utf-8")


def _stories(posts: int) -> list[tuple[str, str, str]]:
    made = [(category, title.format(place=place), "") for place in _PLACES for category, title in _MATTERS]
    told = [line.split("\t") for line in _WRITTEN.read_text(encoding="utf-8").splitlines()]
    return [*((category, title, description) for category, title, description in told), *made][:posts]


def _copy_scenes(root: Path) -> list[str]:
    """Copy the example's pictures that are wide enough; gives their addresses."""
    found = sorted(path for path in (_EXAMPLE / "static/images/posts").iterdir() if path.suffix == ".webp")
    for path in found:
        shutil.copy(path, root / "static" / path.name)
    return [f"/{path.name}" for path in found]


def _write_post(file: Path, front: dict[str, object], words: int) -> None:
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in front.items()]
    file.write_text("\n".join(["---", *lines, "---", "", "字" * words, ""]), encoding="utf-8")

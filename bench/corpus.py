"""A made-up Hugo site of any size: equal seed and size give equal bytes, on every machine and Python.

Shape, after a real site of this kind: 7.2 KB a post on average, 0.6 KB of it front matter; 40 tags from 38 % of the
posts down to 5 %, 3 to 5 a post; 8 categories; 15 % of the posts with a table, 35 % with a list, 8 % with code, 30 %
with more quotes than the opening one; 70 % with a YouTube video, 45 % with an Apple podcast.
"""

from __future__ import annotations

import base64
import json
import random
from bisect import bisect
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import accumulate
from typing import TYPE_CHECKING, Final, TypeVar

from bench import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

SITE_TITLE: Final = "島嶼科技筆記"
SITE_URL: Final = "https://blog.example.org/"
SITE_DESCRIPTION: Final = "給忙碌讀者的科技訪談與觀察"
SEED: Final = 20260207

FIRST_DAY: Final = datetime(2019, 1, 1, 6, 0, tzinfo=timezone(timedelta(hours=8)))
#: The posts are spread evenly over this long, with some noise; the last day lies in the past for good.
SPAN_S: Final = 7 * 365 * 86400
#: Bytes of Markdown below the front matter: shortest and longest; the middle is the mean.
BODY_BYTES: Final = (2150, 10450)
#: Exponent that gives the first tag 38 % of the posts and the last one 5 %.
TAG_EXPONENT: Final = 0.58
SHARES: Final = {
    "table": 0.15,
    "list": 0.35,
    "code": 0.08,
    "quote": 0.30,
    "youtube": 0.70,
    "podcast": 0.45,
}

#: A whole WebP picture of 1200 × 630 pixels, all of one colour: each post has one, as real posts do.
PICTURE: Final = base64.b64decode(
    "UklGRkQAAABXRUJQVlA4TDcAAAAvr0SdAAdQqtIUr/8BIUHi//U2Ivqf8Z///Oc///nPf/7zn//85z//+c9//vOf//znP//5z/9zAA=="
)

_TAG_WEIGHTS: Final = tuple(accumulate((rank + 1) ** -TAG_EXPONENT for rank in range(len(words.TAGS))))
_ID_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

T = TypeVar("T")


@dataclass(frozen=True)
class Dice:
    """Chance from a seed. Only `random()` is used: the one method whose sequence Python promises to keep."""

    source: random.Random

    def share(self, name: str) -> bool:
        """Decide whether this post has what SHARES names."""
        return self.source.random() < SHARES[name]

    def number(self, low: int, high: int) -> int:
        """Give a whole number from `low` to `high`, both included."""
        return low + int(self.source.random() * (high - low + 1))

    def pick(self, items: Sequence[T]) -> T:
        """Give one of the items, each as likely as the next."""
        return items[int(self.source.random() * len(items))]

    def text(self, moulds: Sequence[str]) -> str:
        """Fill the slots of one of the moulds."""
        return self.fill(self.pick(moulds))

    def fill(self, mould: str) -> str:
        """Fill the slots of a mould of words.py."""
        return mould.format(
            who=self.pick(words.PEOPLE)[1],
            org=self.pick(words.COMPANIES)[1],
            slug=self.pick(words.COMPANIES)[0],
            place=self.pick(words.PLACES),
            moment=self.pick(words.MOMENTS),
            thing=self.pick(words.THINGS),
            thing2=self.pick(words.THINGS),
            verb=self.pick(words.VERBS),
            judge=self.pick(words.JUDGEMENTS),
            cmd=self.pick(words.COMMANDS),
            n=self.number(3, 60),
            n2=self.number(3, 60),
        )

    def tags(self) -> list[str]:
        """Draw 3 to 5 different tags, common ones more often."""
        wanted = self.number(3, 5)
        drawn: dict[str, None] = {}
        while len(drawn) < wanted:
            drawn[words.TAGS[bisect(_TAG_WEIGHTS, self.source.random() * _TAG_WEIGHTS[-1])]] = None
        return list(drawn)

    def video_id(self) -> str:
        """Make something that looks like the id of a YouTube video."""
        return "".join(self.pick(_ID_LETTERS) for _ in range(11))


def write_site(folder: Path, size: int, seed: int = SEED) -> None:
    """Write the site into `folder`: settings, shortcodes, `size` posts in content/posts, their pictures in static."""
    for name, text in site_files().items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
    posts, pictures = folder / "content" / "posts", folder / "static" / "images" / "posts"
    for place in (posts, pictures):
        place.mkdir(parents=True, exist_ok=True)
    for number in range(size):
        name, text = make_post(number, size, seed)
        (posts / name).write_bytes(text.encode())
        (pictures / name).with_suffix(".webp").write_bytes(PICTURE)


def site_files() -> dict[str, str]:
    """Give the files that are the same at every size: path → text."""
    settings = (
        f'baseURL = "{SITE_URL}"\ntitle = "{SITE_TITLE}"\nlanguageCode = "zh-TW"\nauthor = "編輯室"\n\n'
        f'[params]\ndescription = "{SITE_DESCRIPTION}"\nmainSections = ["posts"]\n\n'
        "[markup.goldmark.renderer]\nunsafe = true\n"
    )
    embed = '<div class="embed"><iframe src="{}" title="{}" loading="lazy"></iframe></div>\n'
    youtube = embed.format("https://www.youtube.com/embed/{{ .Get 0 }}", "YouTube")
    podcast = embed.format("https://embed.podcasts.apple.com/{{ .Get 0 }}", "Apple Podcasts")
    return {
        "hugo.toml": settings,
        "layouts/shortcodes/youtube.html": youtube,
        "layouts/shortcodes/apple-podcast.html": podcast,
        "static/robots.txt": "User-agent: *\nAllow: /\n",
    }


def make_post(number: int, size: int, seed: int) -> tuple[str, str]:
    """Make the post `number` of `size`: its file name and its text. Later numbers have later dates."""
    dice = Dice(random.Random(f"{seed}:{size}:{number}"))
    step_s = SPAN_S / size
    date = FIRST_DAY + timedelta(seconds=int(step_s * (number + 0.8 * dice.source.random())))
    slug = f"{date:%Y%m%d}-{dice.pick(words.COMPANIES)[0]}-{number:05d}"
    video = dice.video_id()
    return f"{slug}.md", _front_matter(dice, date, slug, video) + _body(dice, date, video)


def _front_matter(dice: Dice, date: datetime, slug: str, video: str) -> str:
    def quoted(value: object) -> str:
        return json.dumps(value, ensure_ascii=False)

    values = {
        "title": quoted(dice.text(words.TITLES)),
        "date": date.isoformat(),
        "description": quoted("".join(dice.text(words.SENTENCES[:7]) for _ in range(2))),
        "tags": quoted(dice.tags()),
        "categories": quoted([dice.pick(words.CATEGORIES)]),
        "image": quoted(f"/images/posts/{slug}.webp"),
        "source_url": quoted(f"https://www.youtube.com/watch?v={video}"),
        "source_name": quoted(dice.pick(words.SHOWS)),
        "related_companies": quoted([dice.pick(words.COMPANIES)[0]]),
        "related_people": quoted([dice.pick(words.PEOPLE)[0]]),
        "draft": "false",
    }
    return "---\n" + "".join(f"{key}: {value}\n" for key, value in values.items()) + "---\n\n"


def _body(dice: Dice, date: datetime, video: str) -> str:
    wanted = dice.number(*BODY_BYTES)
    blocks = list(_opening(dice, date, video))
    extras = list(_extras(dice))
    written = sum(len(block.encode()) for block in blocks + extras)
    while written < wanted:
        block = _section(dice) + (f"\n\n{extras.pop()}" if extras else "")
        written += len(block.encode())
        blocks.append(block)
    return "\n\n".join(blocks + extras) + "\n"


def _opening(dice: Dice, date: datetime, video: str) -> Iterator[str]:
    yield f"> 本文整理自{dice.pick(words.SHOWS)} {date.year} 年 {date.month} 月播出的單集。"
    if dice.share("youtube"):
        yield f"{{{{< youtube {video} >}}}}"
    if dice.share("podcast"):
        show, episode = dice.number(10**9, 2 * 10**9), dice.number(10**12, 2 * 10**12)
        yield f'{{{{< apple-podcast "tw/podcast/{dice.pick(words.COMPANIES)[0]}/id{show}?i={episode}" >}}}}'
    yield "---"
    yield _paragraph(dice)


def _extras(dice: Dice) -> Iterator[str]:
    if dice.share("table"):
        rows = [
            (dice.pick(words.THINGS), dice.number(1, 99), dice.pick(words.PLACES)) for _ in range(dice.number(3, 6))
        ]
        lines = "\n".join(f"| {thing} | {number} | {place} |" for thing, number, place in rows)
        yield f"| 項目 | 數值 | 地點 |\n|---|---:|---|\n{lines}"
    if dice.share("list"):
        mark = dice.pick(("- ", "1. "))
        yield "\n".join(mark + dice.text(words.SENTENCES) for _ in range(dice.number(3, 6)))
    if dice.share("code"):
        language, sample = dice.pick(words.CODE_SAMPLES)
        yield f"```{language}\n{dice.fill(sample)}```"
    if dice.share("quote"):
        yield f"> {dice.text(words.SENTENCES)}\n>\n> {dice.text(words.SENTENCES)}"


def _section(dice: Dice) -> str:
    paragraphs = (_paragraph(dice) for _ in range(dice.number(2, 3)))
    return "\n\n".join((f"## {dice.text(words.HEADINGS)}", *paragraphs))


def _paragraph(dice: Dice) -> str:
    plain = [dice.text(words.SENTENCES) for _ in range(dice.number(2, 4))]
    marked = [dice.text(words.MARKED_SENTENCES)] if dice.source.random() < 0.5 else []
    return "".join(plain + marked)

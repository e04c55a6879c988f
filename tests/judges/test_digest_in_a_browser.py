"""A real browser lays out the mail: nothing leaves a phone's screen, and the dark is dark."""

import io
import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from publisher.digest.render import render_digest
from publisher.pipeline.screenshots import BROWSERS, look, page_of, photograph
from tests.digest_samples import ENV, a_digest, a_story

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not any(map(shutil.which, BROWSERS)), reason="no Chromium here"),
]


def measured(html: str, *widths: int) -> list[dict[str, Any]]:
    return look(page_of(html, widths))


@pytest.mark.parametrize(
    "words", ["W" * 200, "字" * 200, "a-very-long-slug-without-any-space/" * 8, "「引號裡的八個字喔」" * 20]
)
def test_nothing_is_wider_than_the_screen(words: str) -> None:
    story = a_story(1, title=words, summary=words, labels=(words, words[:16]))
    html = render_digest(a_digest(story, story, title=words[:30], postal_address=words), ENV).html
    assert [mail["width"] for mail in measured(html, 640, 375, 320)] == [640, 640, 375, 375, 320, 320]


def test_the_dark_is_dark() -> None:
    light, dark = measured(render_digest(a_digest(), ENV).html, 375)
    assert (light["ground"], dark["ground"]) == ("rgb(245, 242, 235)", "rgb(21, 22, 23)")


def test_right_to_left_stories_and_headings_stay_on_the_screen() -> None:
    arabic = {"title": "عنوان طويل بالعربية عن يوم ممطر في الميناء", "summary": "ملخص " * 40, "dir": "rtl"}
    stories = [a_story(number, category=("山", "海")[number % 2]) for number in range(2, 12)]
    digest = a_digest(a_story(1, **arabic), *stories, a_story(12, **arabic), language="ja")
    assert [mail["width"] for mail in measured(render_digest(digest, ENV).html, 640, 320)] == [640, 640, 320, 320]


def test_a_mail_is_photographed_four_times(tmp_path: Path) -> None:
    taken = photograph(render_digest(a_digest(), ENV).html, tmp_path / "shots", "weekly-7")
    assert [path.name for path in taken] == [
        f"weekly-7-{width}-{scheme}.png" for width in (640, 375) for scheme in ("light", "dark")
    ]
    pictures = [Image.open(io.BytesIO(path.read_bytes())).convert("RGB") for path in taken]
    assert [picture.width for picture in pictures] == [640, 640, 375, 375]
    assert [picture.getpixel((2, 2)) for picture in pictures[:2]] == [(245, 242, 235), (21, 22, 23)]

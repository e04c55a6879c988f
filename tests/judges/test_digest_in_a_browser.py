"""A real browser lays out the mail: nothing leaves a phone's screen, and the dark is dark."""

import runpy
import shutil
from pathlib import Path
from typing import Any

import pytest

from publisher.digest.render import render_digest
from tests.digest_samples import ENV, a_digest, a_story

SCRIPT = runpy.run_path(str(Path(__file__).parents[2] / "docs" / "make_pictures.py"))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not any(map(shutil.which, SCRIPT["_BROWSERS"])), reason="no Chromium here"),
]


def look(html: str, *widths: int) -> list[dict[str, Any]]:
    measured: list[dict[str, Any]] = SCRIPT["look"](SCRIPT["page_of"](html, widths))
    return measured


@pytest.mark.parametrize(
    "words", ["W" * 200, "字" * 200, "a-very-long-slug-without-any-space/" * 8, "「引號裡的八個字喔」" * 20]
)
def test_nothing_is_wider_than_the_screen(words: str) -> None:
    story = a_story(1, title=words, summary=words, labels=(words, words[:16]))
    html = render_digest(a_digest(story, story, title=words[:30], postal_address=words), ENV).html
    assert [mail["width"] for mail in look(html, 640, 375, 320)] == [640, 640, 375, 375, 320, 320]


def test_the_dark_is_dark() -> None:
    light, dark = look(render_digest(a_digest(), ENV).html, 375)
    assert (light["ground"], dark["ground"]) == ("rgb(245, 242, 235)", "rgb(21, 22, 23)")

"""Every byte of the other mails, in every language there are words for."""

import os
from pathlib import Path

import pytest

from publisher.digest.letters import Letter, render_announcement, render_letter, render_post_letter
from publisher.digest.note import make_note
from tests.digest_samples import ENV, a_picture, a_story, an_imprint, wording

HERE = Path(__file__).parent / "letters"
LANGUAGES = ("zh-TW", "en", "ja")


def letters_in(language: str) -> dict[str, Letter]:
    words, imprint = wording(language), an_imprint(language, has_preferences=language == "en")
    note, _ = make_note(
        "<p>下週三晚上，<a href='https://shan.example/talk/'>車站二樓</a>見。</p><p>不用報名。</p>", "見。"
    )
    bare = an_imprint(language, postal_address="")
    return {
        "confirm": render_letter("confirm", bare, words, ENV),
        "welcome": render_letter("welcome", imprint, words, ENV),
        "goodbye": render_letter("goodbye", imprint, words, ENV),
        "post": render_post_letter(a_story(picture=a_picture("0123456789abcdef-1200.jpg")), imprint, words, ENV),
        "announcement": render_announcement("第一次讀者聚會", note, imprint, words, ENV),
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_other_mails_are_what_they_were(language: str) -> None:
    for name, letter in letters_in(language).items():
        html = letter.html.replace("><", ">\n<")
        for suffix, found in (("html", html), ("txt", f"{letter.subject}\n{letter.preheader}\n\n{letter.text}")):
            expected = HERE / f"{name}.{language}.{suffix}"
            if os.environ.get("UPDATE_GOLDEN"):
                expected.parent.mkdir(exist_ok=True)
                expected.write_bytes(found.encode())
            assert found == expected.read_bytes().decode()

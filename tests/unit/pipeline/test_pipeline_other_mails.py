from datetime import UTC, datetime
from pathlib import Path

import pytest

from publisher.config import Config, load_config
from publisher.content.load import read_site
from publisher.errors import ContentError
from publisher.pipeline.other_mails import make_announcement, make_letter, make_post_letter
from tests.digest_samples import image_file

NOW = datetime(2026, 10, 8, tzinfo=UTC)
SETTINGS = """
[site]
title = "山城週記"
url = "https://shan.example/"
language = "zh-TW"
[newsletters.weekly]
sender = "weekly@shan.example"
"""


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "publisher.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "content").mkdir()
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "a.png").write_bytes(image_file())
    post = "---\ntitle: 雨天\ndate: 2026-10-01\ndescription: 下雨。\nimage: /a.png\n---\n內文。\n"
    (tmp_path / "content" / "rain.md").write_text(post, encoding="utf-8")
    return load_config(tmp_path)


def test_letters_lead_to_where_the_newsletter_lives(config: Config) -> None:
    assert "https://shan.example/newsletters/weekly/" in make_letter(config, "weekly", "welcome").text
    assert "XXCONFIRMXX" in make_letter(config, "weekly", "confirm").text
    assert "https://shan.example/" in make_letter(config, "weekly", "goodbye").text


def test_only_what_is_on_the_web_says_where(config: Config) -> None:
    assert "在瀏覽器" not in make_letter(config, "weekly", "welcome").html
    (post,) = read_site(config, NOW).posts
    assert "在瀏覽器" in make_post_letter(config, "weekly", post)[0].html


def test_a_post_is_mailed_with_its_picture(config: Config) -> None:
    (post,) = read_site(config, NOW).posts
    letter, pictures, problems = make_post_letter(config, "weekly", post)
    assert letter.subject == "雨天｜山城週記"
    assert problems == ()
    (name,) = pictures
    assert f"https://shan.example/{name}" in letter.html


def test_an_announcement_is_what_its_file_says(config: Config) -> None:
    file = config.root / "talk.md"
    file.write_text(
        "---\ntitle: 聚會\npreheader: 車站見\nmood: 好\n---\n下週三**見**。\n\n| a |\n|---|\n| b |\n", encoding="utf-8"
    )
    letter, problems = make_announcement(config, "weekly", file)
    assert (letter.subject, letter.preheader) == ("聚會", "車站見")
    assert "下週三<strong>見</strong>。" in letter.html
    assert [problem.rule for problem in problems][:2] == ["note-key", "note-element"]


@pytest.mark.parametrize("text", ["---\ntitle: 聚會\n---\n", "沒有標題。\n"])
def test_an_announcement_without_title_or_text_is_refused(config: Config, text: str) -> None:
    file = config.root / "talk.md"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match="needs a title and a text"):
        make_announcement(config, "weekly", file)
    with pytest.raises(ContentError, match="can't be read"):
        make_announcement(config, "weekly", config.root / "none.md")

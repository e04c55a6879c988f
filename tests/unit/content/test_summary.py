import pytest

from publisher.content.summary import count_reading, first_heading, plain_line, reading_minutes


@pytest.mark.parametrize(
    ("text", "characters", "words"),
    [
        ("這是中文，四個字。", 7, 0),
        ("Codex 5.3 it's U.S. 3,200 -- *", 0, 5),
        ("中文 and English 混排", 4, 2),
        ("見 https://a.tw/very/long/address {{< youtube x >}} <b>粗</b>", 2, 0),
        ("", 0, 0),
    ],
)
def test_characters_and_words_are_counted_as_they_are_read(text: str, characters: int, words: int) -> None:
    assert count_reading(text) == (characters, words)


@pytest.mark.parametrize(
    ("text", "minutes"), [("", 1), ("字" * 400, 1), ("字" * 401, 2), ("字" * 400 + " word" * 220, 2)]
)
def test_reading_takes_minutes_by_script(text: str, minutes: int) -> None:
    assert reading_minutes(text) == minutes


def test_the_first_heading_can_stand_for_a_title() -> None:
    assert first_heading("前言\n\n# 標題 #\n\n## 小標\n") == "標題"
    assert first_heading("## 小標\n#無空格\n") == ""


def test_a_line_holds_no_breaks_and_nothing_that_xml_forbids() -> None:
    assert plain_line(" 一\n二\t\x08三 ") == "一 二 三"

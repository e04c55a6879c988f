import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.digest.render import render_digest
from publisher.digest.text_wrap import width_of, wrap_text
from tests.digest_samples import ENV, a_digest, a_story

TEXT = "九月底我帶著一台筆電上了山屋（海拔三千公尺），原本以為沒事可做，結果「離線優先」的同步引擎 sync-engine 寫完了。"


def test_no_line_is_wider_than_asked_for() -> None:
    lines = wrap_text(TEXT, 40).split("\n")
    assert len(lines) > 2
    assert all(width_of(line) <= 42 for line in lines)  # one mark may hang, rather than open the next line
    assert "".join(lines).replace(" ", "") == TEXT.replace(" ", "")


@pytest.mark.parametrize("columns", range(20, 60))
def test_no_line_begins_or_ends_with_what_must_not_stand_there(columns: int) -> None:
    for line in wrap_text(TEXT, columns).split("\n"):
        assert line[0] not in "。，、」）"
        assert line[-1] not in "「（"


def test_addresses_words_and_slots_stay_whole() -> None:
    url = "https://shan.example/posts/a-very-long-slug-with-hyphens/%E5%B1%B1/?a=1&b=2"
    wrapped = wrap_text(f"看這裡：{url} 以及 Donaudampfschifffahrtsgesellschaft 和 XXUNSUBSCRIBEXX 都在", 30)
    for whole in (url, "Donaudampfschifffahrtsgesellschaft", "XXUNSUBSCRIBEXX"):
        assert whole in wrapped


def test_lines_of_a_list_are_indented_below_their_words() -> None:
    wrapped = wrap_text("- one two three four five six seven eight nine ten eleven", 24)
    assert wrapped.split("\n")[1].startswith("  ")
    assert all(width_of(line) <= 24 for line in wrapped.split("\n"))


def test_widths_are_those_of_a_terminal() -> None:
    assert [width_of(text) for text in ("abc", "字", "ｶ", "e\u0301", "")] == [3, 2, 1, 1, 0]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300), st.integers(20, 80))
def test_nothing_but_spaces_is_lost(text: str, columns: int) -> None:
    assert re.sub(r"\s", "", wrap_text(text, columns)) == re.sub(r"\s", "", text)


def test_a_digest_is_wrapped_where_that_is_asked_for() -> None:
    digest = a_digest(a_story(summary=TEXT))
    assert TEXT in render_digest(digest, ENV).text
    wrapped = render_digest(digest, ENV, text_columns=40).text
    assert all(width_of(line) <= 42 or "://" in line for line in wrapped.split("\n"))

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.syndication.summary import first_sentences, fit_bytes


def test_a_short_text_stays_as_it_is() -> None:
    assert first_sentences("短。") == "短。"


def test_a_long_chinese_text_is_cut_after_its_last_whole_sentence() -> None:
    text = "第一句在這裡。第二句說「好！」第三句還沒有說完就太長了"
    assert first_sentences(text, 18) == "第一句在這裡。第二句說「好！」"


def test_a_full_stop_inside_a_number_ends_no_sentence() -> None:
    assert first_sentences("Codex 5.3 is out. It is fast and it is good.", 24) == "Codex 5.3 is out."


def test_a_first_sentence_that_is_too_long_ends_in_an_ellipsis() -> None:
    assert first_sentences("一" * 50, 10) == "一" * 9 + "…"


def test_a_latin_text_is_cut_between_words() -> None:
    assert first_sentences("somewhere over the rainbow way up high", 20) == "somewhere over the…"


def test_a_line_that_an_editor_wrapped_is_joined_without_a_space_in_chinese() -> None:
    assert first_sentences("第一行\n第二行 and\nmore") == "第一行第二行 and more"


@pytest.mark.parametrize("family", ["👩‍👩‍👧‍👦", "👍🏽", "e\u0301", "葛\U000e0100"])
def test_no_visible_character_is_cut_in_two(family: str) -> None:
    for limit in range(12, 40):
        cut = fit_bytes("ab" + family * 10, limit).removesuffix("…")
        assert cut.removeprefix("ab") == family * cut.count(family)


def test_a_text_that_fits_its_bytes_is_not_touched() -> None:
    assert fit_bytes("山" * 1333, 4000) == "山" * 1333


def test_a_text_of_too_many_bytes_is_cut_at_a_character() -> None:
    cut = fit_bytes("山" * 1334, 4000)
    assert cut == "山" * 1332 + "…"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.integers(min_value=3, max_value=60))
def test_whatever_the_text_its_bytes_fit(text: str, limit: int) -> None:
    assert len(fit_bytes(text, limit).encode()) <= limit


@given(st.text(), st.integers(min_value=2, max_value=80))
def test_whatever_the_text_its_sentences_fit(text: str, limit: int) -> None:
    assert len(first_sentences(text, limit)) <= limit

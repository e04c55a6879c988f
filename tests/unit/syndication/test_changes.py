import pytest

from publisher.syndication.changes import is_significant, likeness, sketch_of

TEXT = "".join(f"第{number}站在山的另一邊，我們走了{number * 7}分鐘才到，路上只遇見一隻貓。" for number in range(1, 40))


def test_equal_texts_are_alike_and_others_are_not() -> None:
    assert likeness(sketch_of(TEXT), sketch_of(TEXT)) == 1
    assert likeness(sketch_of(TEXT), sketch_of("an altogether different text " * 30)) < 0.1


def test_markup_and_white_space_count_for_nothing() -> None:
    assert sketch_of("**第一段**，\n\n第二段。") == sketch_of("第一段第二段")


@pytest.mark.parametrize(
    ("after", "significant"),
    [
        (TEXT.replace("第3站", "第三站"), False),
        (TEXT.replace("貓", "狗", 1), False),
        (TEXT + "一句話。", False),
        (TEXT + "後來才知道，那條路早就不通了；我們走的是另一條，地圖上沒有名字。" * 3 + TEXT[::-1][:600], True),
        (TEXT[: len(TEXT) // 2], True),
    ],
)
def test_only_much_is_significant(after: str, significant: bool) -> None:
    assert is_significant(sketch_of(TEXT), sketch_of(after), 0.1) is significant


def test_a_typo_in_a_short_text_is_a_typo() -> None:
    assert not is_significant(sketch_of("今天休息。"), sketch_of("今夭休息。"), 0.1)


def test_a_text_that_nobody_knew_has_not_changed() -> None:
    assert not is_significant("", sketch_of(TEXT), 0.1)


@pytest.mark.parametrize("damaged", ["", "x", "3.!!", "3.A"])
def test_a_damaged_sketch_is_like_nothing(damaged: str) -> None:
    assert likeness(damaged, sketch_of(TEXT)) == 0


def test_texts_of_no_letters_have_a_sketch_too() -> None:
    assert likeness(sketch_of(""), sketch_of("…")) == 1

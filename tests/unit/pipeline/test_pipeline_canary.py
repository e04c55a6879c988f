from __future__ import annotations

from collections import Counter

import pytest

from publisher.pipeline.canary import choose_first

READERS = [
    (number, f"reader{number}@{'gmail.com' if number % 10 else f'small{number % 70}.example'}")
    for number in range(1, 1001)
]


def test_each_domain_has_its_share_of_those_who_go_first() -> None:
    first = choose_first(READERS, 20, "abc")
    assert len(first) == len(set(first)) == 20
    domains = Counter(dict(READERS)[number].partition("@")[2] for number in first)
    assert domains["gmail.com"] == 18


def test_those_who_go_first_are_not_those_who_came_first() -> None:
    first = choose_first(READERS, 20, "abc")
    assert first == sorted(first)
    assert max(first) > 500
    assert first != choose_first(READERS, 20, "another issue")


def test_the_same_question_has_the_same_answer_whatever_the_order() -> None:
    assert choose_first(READERS[::-1], 20, "abc") == choose_first(READERS, 20, "abc")


@pytest.mark.parametrize(("count", "chosen"), [(-1, 0), (0, 0), (1, 1), (999, 999), (1000, 1000), (2000, 1000)])
def test_never_more_than_there_are(count: int, chosen: int) -> None:
    assert len(set(choose_first(READERS, count, "abc"))) == chosen


def test_nobody_is_nobody() -> None:
    assert choose_first([], 5, "abc") == []

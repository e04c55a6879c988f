from publisher.errors import Location, Problem
from publisher.pipeline.doubts import by_place, each_once


def problem(place: str, line: int | None = None, rule: str = "r") -> Problem:
    return Problem("m", Location(place, line), rule=rule)


def test_what_is_said_already_is_not_said_again() -> None:
    assert each_once([problem("a", 1), problem("a", 2), problem("a", 1)]) == (problem("a", 1), problem("a", 2))


def test_of_two_rules_about_one_thing_the_better_speaks() -> None:
    address, guid = problem("a", rule="same-address"), problem("a", 3, "same-guid")
    assert each_once([address, guid]) == (guid,)
    assert each_once([address, problem("b", 3, "same-guid")]) == (address, problem("b", 3, "same-guid"))


def test_problems_are_sorted_by_file_then_line_as_a_number() -> None:
    nowhere = Problem("m")
    shuffled = [problem("b"), problem("a", 10), problem("a", 9), nowhere, problem("a")]
    assert by_place(shuffled) == (nowhere, problem("a"), problem("a", 9), problem("a", 10), problem("b"))

from __future__ import annotations

import inspect
from typing import Any

import pytest

import publisher.errors as errors_module
from publisher.errors import DeliveryError, FeedError, Location, PublisherError, PublisherErrors

PLACE = Location("content/posts/a.md", 3, 7, "date: 2026-01-02 10:00")
SHOWN = """content/posts/a.md:3:7: date has no time zone
   3 | date: 2026-01-02 10:00
hint: write an offset"""


def subclasses() -> list[type[PublisherError]]:
    found = [value for _, value in inspect.getmembers(errors_module, inspect.isclass)]
    return [one for one in found if issubclass(one, PublisherError) and one is not PublisherErrors]


@pytest.mark.parametrize("kind", subclasses(), ids=lambda kind: str(kind.__name__))
def test_every_error_shows_message_place_and_hint(kind: type[PublisherError]) -> None:
    facts: dict[type[PublisherError], dict[str, Any]] = {
        DeliveryError: {"temporary": True},
        FeedError: {"rule": "R7"},
    }
    assert str(kind("date has no time zone", at=PLACE, hint="write an offset", **facts.get(kind, {}))) == SHOWN


def test_every_error_is_drawn_in_the_tree() -> None:
    tree = errors_module.__doc__ or ""
    assert [one.__name__ for one in subclasses() if one.__name__ not in tree] == []


def test_several_errors_are_shown_one_after_the_other() -> None:
    both = PublisherErrors([PublisherError("one"), PublisherError("two", hint="three")])
    assert str(both) == "one\ntwo\nhint: three"


def test_a_place_without_a_line_is_only_the_file() -> None:
    assert str(PublisherError("unreadable", at=Location("a.md"))) == "a.md: unreadable"


def test_an_error_becomes_a_problem_with_the_same_words() -> None:
    error = PublisherError("date has no time zone", at=PLACE, hint="write an offset")
    problem = error.as_problem("date")
    assert str(problem) == str(error)
    assert (problem.severity, problem.rule) == ("error", "date")

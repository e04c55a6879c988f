from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.model.post import Author, Post
from publisher.syndication.groups import MAX_TERMS, term_name, terms_of, values_of
from tests.feed_samples import a_post


def post(day: int, **changes: Any) -> Post:
    return a_post(key=f"posts/{day}.md", published=datetime(2026, 10, day, tzinfo=UTC), **changes)


def test_spellings_that_hugo_takes_for_one_term_are_one_term_named_by_the_oldest_post() -> None:
    posts = [post(3, tags=("ai agent",)), post(2, tags=("NVIDIA", "AI-Agent")), post(1, tags=("Nvidia", "AI Agent"))]
    agent, nvidia = terms_of(posts, "tags")
    assert (agent.name, agent.written, [one.key for one in agent.posts]) == (
        "ai-agent",
        "AI Agent",
        ["posts/3.md", "posts/2.md", "posts/1.md"],
    )
    assert (nvidia.name, nvidia.written, len(nvidia.posts)) == ("nvidia", "Nvidia", 2)


def test_a_post_that_writes_a_term_twice_is_in_it_once() -> None:
    [term] = terms_of([post(1, tags=("Nvidia", "NVIDIA"))], "tags")
    assert (term.written, len(term.posts)) == ("Nvidia", 1)


@pytest.mark.parametrize(
    ("value", "values"),
    [
        (["sam-altman", " jane ", "sam-altman"], ("sam-altman", "jane")),
        ("台積電", ("台積電",)),
        ("a, b", ("a, b",)),
        (2026, ("2026",)),
        ([], ()),
        ("", ()),
        (None, ()),
        ([None, {"name": "x"}, ["y"], "z"], ("z",)),
        (["a\x0bb"], ("ab",)),
    ],
)
def test_any_list_or_single_value_has_terms(value: Any, values: tuple[str, ...]) -> None:
    assert values_of(a_post(params={"related_people": value}), "related_people") == values


def test_a_dot_leads_into_a_table() -> None:
    assert values_of(a_post(params={"extra": {"people": ["a"]}}), "extra.people") == ("a",)
    assert values_of(a_post(params={"extra": "text"}), "extra.people") == ()


def test_what_the_posts_reader_has_resolved_counts() -> None:
    one = a_post(
        tags=("甲",),
        categories=("乙",),
        authors=(Author(name="林"),),
        source_name="山城電台",
        section="posts",
        params={},
    )
    found = [values_of(one, key) for key in ("tags", "categories", "authors", "source_name", "section")]
    assert found == [("甲",), ("乙",), ("林",), ("山城電台",), ("posts",)]


def test_of_a_post_with_far_too_many_terms_the_first_count() -> None:
    terms = terms_of([post(1, tags=tuple(f"t{number:05}" for number in range(10_000)))], "tags")
    assert [term.name for term in terms] == [f"t{number:05}" for number in range(MAX_TERMS)]


@given(st.lists(st.text(), max_size=5))
def test_terms_have_names_of_their_own_and_posts(tags: list[str]) -> None:
    terms = terms_of([post(2, tags=tuple(tags)), post(1, tags=tuple(tags[:2]))], "tags")
    names = [term.name for term in terms]
    assert names == sorted(set(names))
    assert all(term.posts and term.written and term_name(term.written) == term.name for term in terms)

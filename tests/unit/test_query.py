"""The language of saved queries: what it takes, and where it says that something is wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.config_text import place_in_text
from publisher.model.post import Author, Card
from publisher.query import (
    MAX_DEPTH,
    Comparison,
    Every,
    Field,
    Not,
    Query,
    QueryError,
    Some,
    Span,
    fields_of,
    parse_query,
    span_of,
)
from publisher.syndication.queries import chosen_by, is_meant

TAIPEI = ZoneInfo("Asia/Taipei")


def a_post(key: str = "a.md", day: datetime | None = None, **said: Any) -> Card:
    fields = {"tags", "categories", "section", "authors"} & said.keys()
    return Card(
        key=key,
        path=Path(key),
        url=f"https://shan.example/{key}",
        published=day or datetime(2026, 10, 8, tzinfo=UTC),
        **{name: said[name] for name in fields},
        params={name: value for name, value in said.items() if name not in fields},
    )


def means(text: str, post: Card) -> bool:
    return is_meant(parse_query(text), post, TAIPEI)


POST = a_post(
    tags=("台積電", "AI Agent"),
    categories=("半導體",),
    section="posts",
    authors=(Author(name="王珍"),),
    related_companies=["TSMC", "NVIDIA"],
    episode=12,
    rating="4.5",
    featured=True,
    event_date=date(2026, 11, 3),
    extra={"people": ["sam"]},
)


@pytest.mark.parametrize(
    "text",
    [
        '"台積電" in tags and "半導體" in categories',
        '"ai-agent" in tags',
        "'TSMC' in related_companies",
        'section == "posts"',
        'tags == "台積電"',
        'tags != "地圖"',
        '"地圖" not in tags',
        'not ("地圖" in tags or section == "notes")',
        '"王珍" in author',
        "episode == 12 and episode > 11 and episode <= 12 and 12 in episode",
        "rating >= 4 and rating < 5",
        "featured == true and not featured == false",
        '"sam" in extra.people',
        'date == "2026-10-08" and date >= "2026" and date < "2026-11" and date <= "2026-10"',
        'date > "2026-09" and not date > "2026"',
        'event_date == "2026-11" and event_date > "2026-10"',
        '"台積電" IN Tags AND NOT "x" in tags',
        '"x" in tags or "y" in tags or "台積電" in tags',
        '"台積電" in tags or "x" in tags and "y" in tags',
    ],
)
def test_a_query_means_a_post_that_says_so(text: str) -> None:
    assert means(text, POST)
    assert not means(f"not ({text})", POST)


def test_a_day_begins_where_the_site_is() -> None:
    late = a_post(day=datetime(2026, 10, 8, 20, tzinfo=UTC))
    assert means('date == "2026-10-09"', late)


@pytest.mark.parametrize("text", ['audio == "x"', 'audio < "2026"', "audio > 3", 'tags < "2026"', "tags > 1"])
def test_what_a_post_does_not_say_comes_neither_before_nor_behind_anything(text: str) -> None:
    assert not means(text, POST)


def test_the_order_of_posts_stays() -> None:
    posts = [a_post(f"{number}.md", tags=("ai",) if number % 2 else ()) for number in range(6)]
    assert [post.key for post in chosen_by(parse_query('"AI" in tags'), posts, TAIPEI)] == ["1.md", "3.md", "5.md"]


@pytest.mark.parametrize(
    ("text", "offset", "told", "hint"),
    [
        ("", 0, "a test is missing", "in tags"),
        ('"a" in', 6, "a front-matter key is missing", "tags"),
        ("台積電 in tags", 0, "stands in quotes", 'write "台積電" in tags'),
        ('tags in "台積電"', 0, 'before "in"', 'write "台積電" in tags'),
        ('"a" in "tags"', 7, "without quotes", "write tags"),
        ("tags == categories", 8, 'stands in quotes: "categories"', '"categories"'),
        ('tags = "a"', 5, "= means nothing", "=="),
        ('"a" in tags && "b" in tags', 12, "&& means nothing", "and"),
        ("“a” in tags", 0, "“ means nothing", '"'),
        ('("a" in tags', 0, "never closed", ")"),
        ('"a" in tags)', 11, "left over", "and"),
        ('"a" in tags "b" in tags', 12, "left over", "and"),
        ('"a', 0, "no quote at its end", '"'),
        ('date < "2026-02-30"', 7, "neither a date nor a number", "2026-01-31"),
        ('date < "gestern"', 7, "neither a date nor a number", "2026-01-31"),
        ("date < true", 7, "true is neither a date", "2026-01-31"),
        ("tags", 4, "compared with nothing", "in tags"),
        ('"a" tags', 4, '"in" and a front-matter key', "in tags"),
        ("__import__('os') == 1", 10, "compared with nothing", "=="),
    ],
)
def test_what_is_no_query_is_told_with_its_place(text: str, offset: int, told: str, hint: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse_query(text)
    assert told in str(caught.value)
    assert hint in caught.value.hint
    assert caught.value.offset == offset


def test_a_query_may_be_long_but_not_deep() -> None:
    assert isinstance(parse_query(" and ".join(['"a" in tags'] * 5000)), Every)
    for opened in ("(", "not "):
        with pytest.raises(QueryError, match="inside one another"):
            parse_query(opened * (MAX_DEPTH * 100) + '"a" in tags')


def place_of_fault(text: str) -> int:
    """Give where reading a text stops; its end where it is a query."""
    try:
        assert list(fields_of(parse_query(text)))
    except QueryError as error:
        return error.offset
    return len(text)


@given(st.text())
def test_reading_any_text_gives_a_query_or_a_place(text: str) -> None:
    assert 0 <= place_of_fault(text) <= len(text)


_PIECES = st.sampled_from(
    ["(", ")", "and", "or", "not", "in", "tags", "date", "==", "!=", "<", ">=", '"a"', "'2026'", "3", "true", "\\", "é"]
)


@given(st.lists(_PIECES).map(" ".join))
def test_reading_any_words_gives_a_query_or_a_place(text: str) -> None:
    assert 0 <= place_of_fault(text) <= len(text)


KEYS = ("tags", "rating", "held")
VALUES = st.sampled_from(["a", "B b", 'q"', "\\", "台積電", "2026-10-08", "2026", "2026-10"])
POSTS = st.fixed_dictionaries(
    {},
    optional={
        "tags": st.lists(VALUES, max_size=3),
        "rating": st.integers(-3, 3) | st.sampled_from([0.5, "1", "x"]),
        "held": st.dates(date(2025, 12, 1), date(2027, 2, 1)) | st.just("2026-10-08"),
    },
)


def comparisons() -> st.SearchStrategy[Comparison]:
    field = st.sampled_from(KEYS).map(lambda name: Field(name, 0))
    order = st.sampled_from(["<", "<=", ">", ">="])
    spans = st.sampled_from(["2026", "2026-10", "2026-10-08"]).map(span_of)
    equal = st.builds(Comparison, field, st.just("=="), VALUES | st.integers(-3, 3).map(float) | st.booleans())
    return equal | st.builds(Comparison, field, order, spans | st.integers(-3, 3).map(float))


QUERIES: st.SearchStrategy[Query] = st.recursive(
    comparisons(),
    lambda part: st.one_of(
        st.builds(Not, part),
        st.builds(Every, st.lists(part, min_size=2, max_size=3).map(tuple)),
        st.builds(Some, st.lists(part, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)


def written(query: Query) -> str:
    """Write a query down as a person would, with more parentheses than needed."""
    if isinstance(query, Comparison):
        return f"{query.field.name} {query.operator} {literal(query.value)}"
    if isinstance(query, Not):
        return f"not ({written(query.part)})"
    return f" {'and' if isinstance(query, Every) else 'or'} ".join(f"({written(part)})" for part in query.parts)


def literal(value: Any) -> str:
    if isinstance(value, Span):
        days = (value.after - value.first).days
        return f'"{value.first.isoformat()[: 10 if days == 1 else 7 if days < 32 else 4]}"'
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, float) else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def naively(query: Query, said: dict[str, Any]) -> bool:
    """Answer a query with nothing but Python's own operators."""
    if isinstance(query, Not):
        return not naively(query.part, said)
    if isinstance(query, Every):
        return all(naively(part, said) for part in query.parts)
    if isinstance(query, Some):
        return any(naively(part, said) for part in query.parts)
    value = said.get(query.field.name, [])
    return any(
        naively_one(item, query.operator, query.value) for item in (value if isinstance(value, list) else [value])
    )


def naively_one(said: Any, operator: str, wanted: Any) -> bool:
    if isinstance(wanted, Span):
        text = said.isoformat() if isinstance(said, date) else str(said)
        full = {4: text + "-01-01", 7: text + "-01", 10: text}.get(len(text), "")
        if not full[:4].isdigit():
            return False
        low, high = wanted.first.isoformat(), date.fromordinal(wanted.after.toordinal() - 1).isoformat()
        return {"<": full < low, "<=": full <= high, ">": full > high, ">=": full >= low}[operator]
    if isinstance(wanted, float):
        try:
            number = float(said)
        except (TypeError, ValueError):
            return False
        return {"==": number == wanted, "<": number < wanted, "<=": number <= wanted, ">": number > wanted,
                ">=": number >= wanted}[operator]  # fmt: skip
    if isinstance(said, date):
        return span_of(str(wanted)) is not None and said.isoformat().startswith(wanted)
    return str(said).lower().replace(" ", "-") == str(wanted).lower().replace(" ", "-")


@given(QUERIES, POSTS)
def test_a_query_that_was_written_down_answers_as_python_would(query: Query, said: dict[str, Any]) -> None:
    tags = tuple(said.get("tags", ()))
    post = a_post(tags=tags, **{key: value for key, value in said.items() if key != "tags"})
    assert means(written(query), post) == naively(query, said)


@pytest.mark.parametrize(
    ("source", "offset", "place"),
    [
        ("""where = '"a" in tags'""", 7, "tags'"),
        ('where = "\\"a\\" in tags"', 7, 'tags"'),
        ('where = "\\u0022a\\U00000022 in tags"', 7, 'tags"'),
        ('where = """\n  \'a\' in \\\n   tags"""', 7, 'tags"""'),
        ("where = '''\r\n'a'\r\nin tags'''", 7, "tags'''"),
        ("query.x = { title = 'in', where = '  \"a\" in tags' }", 7, "tags' }"),
    ],
)
def test_a_character_of_a_setting_is_found_in_the_file(source: str, offset: int, place: str) -> None:
    line, column, text = place_in_text(f"# 一\n{source}\n", 2, 1, "where", offset)
    assert text[column - 1 :] == place
    assert text == f"# 一\n{source}\n".splitlines()[line - 1]

"""Which posts a saved query (`publisher.query`) means."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from publisher.query import Comparison, Every, Not, Span, span_of
from publisher.syndication.groups import items_of, term_name
from publisher.syndication.xml_text import clean_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

    from publisher.model.post import Card
    from publisher.query import Query
    from publisher.syndication.groups import CardT

#: Under this name, a query asks when a post was first published.
DATE = "date"
#: Under this one, in which language it is, as feeds say it: zh-TW.
LANGUAGE = "language"
#: Fields that any site has, whatever its front matter calls them.
KNOWN_FIELDS = ("tags", "categories", "authors", "section", "source_name", LANGUAGE, DATE)
#: Names of one such value, where people expect to ask for one.
_SINGULAR = {"tag": "tags", "category": "categories", "author": "authors", "lang": LANGUAGE, "source": "source_name"}


def chosen_by(query: Query, posts: Iterable[CardT], zone: ZoneInfo) -> tuple[CardT, ...]:
    """Choose the posts that a query means; their order stays. zone: where its days begin."""
    return tuple(post for post in posts if is_meant(query, post, zone))


def is_meant(query: Query, post: Card, zone: ZoneInfo) -> bool:
    """Tell whether a query means a post. zone: where its days begin.

    Texts are compared as terms are (`groups.term_name`); of a list, one value is enough; what a post does not say
    equals nothing, and comes neither before nor behind anything.
    """
    if isinstance(query, Comparison):
        said = values_under(post, query.field.name, zone)
        return any(_holds(query, value) for value in said)
    if isinstance(query, Not):
        return not is_meant(query.part, post, zone)
    parts = (is_meant(part, post, zone) for part in query.parts)
    return all(parts) if isinstance(query, Every) else any(parts)


def values_under(post: Card, key: str, zone: ZoneInfo) -> tuple[Any, ...]:
    """Give what a post says under a key, for a query; moments as days in `zone`."""
    if key == DATE:
        return (post.published.astimezone(zone).date(),) if post.published else ()
    if _SINGULAR.get(key, key) == LANGUAGE:
        return (post.language,) if post.language else ()
    values = items_of(post, key) or items_of(post, _SINGULAR.get(key, key))
    return tuple(_plain(value, zone) for value in values if value != "")


def _plain(value: Any, zone: ZoneInfo) -> Any:
    if isinstance(value, datetime) and value.tzinfo:
        return value.astimezone(zone).date()
    return clean_text(value).strip() if isinstance(value, str) else value


def _holds(test: Comparison, said: Any) -> bool:
    wanted = test.value
    if isinstance(wanted, Span):
        day = _day_of(said)
        return day is not None and _is_ordered(test.operator, day, wanted.first, wanted.after)
    if isinstance(wanted, float) and not isinstance(wanted, bool):
        number = _number_of(said)
        return number is not None and _is_ordered(test.operator, number, wanted, wanted)
    if isinstance(said, date):
        span = span_of(str(wanted))
        day = _day_of(said)
        return bool(span and day and span.first <= day < span.after)
    return isinstance(said, str | int | float) and term_name(str(said)) == term_name(str(wanted))


def _is_ordered(operator: str, said: Any, first: Any, after: Any) -> bool:
    """Compare with what goes from `first` to just before `after`; with a number, where both are the same."""
    if operator == "<":
        return bool(said < first)
    if operator == "<=":
        return bool(said < after or said == first)
    if operator == ">":
        return bool(said >= after and said != first)
    return bool(said >= first) if operator == ">=" else bool(said == first)


def _day_of(said: Any) -> date | None:
    """Read a day, as dates and texts that begin with one say it."""
    if isinstance(said, datetime):
        return said.date()
    if isinstance(said, date):
        return said
    span = span_of(said[:10]) if isinstance(said, str) else None
    return span.first if span else None


def _number_of(said: Any) -> float | None:
    if isinstance(said, bool) or not isinstance(said, str | int | float):
        return None
    try:
        return float(said)
    except (ValueError, OverflowError):
        return None

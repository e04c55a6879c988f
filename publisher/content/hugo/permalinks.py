"""Hugo's [permalinks]: patterns such as "/:year/:slug/" that decide the addresses of a section's pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from publisher.content.urls import pattern_value, sanitize
from publisher.errors import ConfigError, ContentError

if TYPE_CHECKING:
    from collections.abc import Callable
_TOKEN = re.compile(r"\\:|:(\w+)(\[[^\]]+\])?")
# English on purpose, whatever the locale: Hugo's :monthname is.
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class PermalinkFacts:
    """What the tokens of a pattern can stand for."""

    title: str
    slug: str
    #: In its own offset: a post of 00:30+08:00 belongs to that day.
    date: datetime | None
    #: Names of the sections above the page, outermost first; and what each is called in addresses: slug, title or name.
    sections: tuple[str, ...]
    section_slugs: tuple[str, ...]
    #: File name without suffixes, or the bundle's folder.
    filename: str


def check_pattern(pattern: str) -> str:
    """Give a pattern of publisher.toml back, or raise ConfigError for one that no page could have."""
    facts = PermalinkFacts("t", "s", None, ("s",), ("s",), "f")
    try:
        expand(pattern, facts)
    except ContentError as error:
        raise ConfigError(f"site.permalink: {error.message}", hint=error.hint) from error
    return pattern


def expand(pattern: str, facts: PermalinkFacts) -> str:
    """Fill a pattern in. Raises ContentError for a token that does not exist."""

    def fill(match: re.Match[str]) -> str:
        if not match[1]:
            return ":"
        if match[1] in {"sections", "sectionslugs"}:
            names = facts.sections if match[1] == "sections" else facts.section_slugs
            return "/".join(sanitize(name) for name in _slice(names, match[2] or "[:]"))
        return _value(match[1], facts) + (match[2] or "")

    path = "/".join(part for part in _TOKEN.sub(fill, pattern).split("/") if part)
    ends = pattern.endswith("/") or not re.search(r"\.\w+$", path)
    return f"/{path}/" if ends and path else f"/{path}"


def _value(token: str, facts: PermalinkFacts) -> str:
    if token in _TEXT_TOKENS:
        return _TEXT_TOKENS[token](facts)
    make = _DATE_TOKENS.get(token) or _go_layout(token)
    if make is None:
        known = " ".join(f":{name}" for name in (*_TEXT_TOKENS, "sections", *_DATE_TOKENS))
        raise ContentError(f"the permalink pattern holds an unknown token: :{token}", hint=f"there are {known}")
    return make(facts.date or _NO_DATE)


#: A page without a date counts as one of the first day of the year 1, as in Hugo.
_NO_DATE = datetime(1, 1, 1, tzinfo=UTC)

_TEXT_TOKENS: dict[str, Callable[[PermalinkFacts], str]] = {
    "title": lambda facts: pattern_value(facts.title),
    "slug": lambda facts: _slug(facts) or pattern_value(facts.title),
    "filename": lambda facts: pattern_value(facts.filename),
    "slugorfilename": lambda facts: _slug(facts) or pattern_value(facts.filename),
    "contentbasename": lambda facts: pattern_value(facts.filename),
    "slugorcontentbasename": lambda facts: _slug(facts) or pattern_value(facts.filename),
    "section": lambda facts: sanitize(facts.sections[0]) if facts.sections else "",
    "sectionslug": lambda facts: sanitize(facts.section_slugs[0]) if facts.section_slugs else "",
}

_DATE_TOKENS: dict[str, Callable[[datetime], str]] = {
    "year": lambda date: str(date.year),
    "month": lambda date: f"{date.month:02}",
    "day": lambda date: f"{date.day:02}",
    "monthname": lambda date: MONTHS[date.month - 1],
    "weekday": lambda date: str(date.isoweekday() % 7),
    "weekdayname": lambda date: WEEKDAYS[date.weekday()],
    "yearday": lambda date: str(date.timetuple().tm_yday),
}

#: Parts of Go's reference time, Mon Jan 2 15:04:05 2006; longest first.
_GO_PARTS: tuple[tuple[str, Callable[[datetime], str]], ...] = (
    ("January", _DATE_TOKENS["monthname"]),
    ("Monday", _DATE_TOKENS["weekdayname"]),
    ("2006", lambda date: f"{date.year:04}"),
    ("002", lambda date: f"{date.timetuple().tm_yday:03}"),
    ("Jan", lambda date: MONTHS[date.month - 1][:3]),
    ("Mon", lambda date: WEEKDAYS[date.weekday()][:3]),
    ("06", lambda date: f"{date.year % 100:02}"),
    ("01", _DATE_TOKENS["month"]),
    ("02", _DATE_TOKENS["day"]),
    ("15", lambda date: f"{date.hour:02}"),
    ("04", lambda date: f"{date.minute:02}"),
    ("05", lambda date: f"{date.second:02}"),
    ("1", lambda date: str(date.month)),
    ("2", lambda date: str(date.day)),
)
_GO_PART = re.compile("|".join(name for name, _ in _GO_PARTS))


def _go_layout(token: str) -> Callable[[datetime], str] | None:
    if not _GO_PART.search(token):
        return None
    parts = dict(_GO_PARTS)
    return lambda date: _GO_PART.sub(lambda match: parts[match[0]](date), token)


def _slug(facts: PermalinkFacts) -> str:
    return pattern_value(facts.slug, slashes=True).strip("-") if facts.slug else ""


def _slice(names: tuple[str, ...], brackets: str) -> tuple[str, ...]:
    inner = brackets[1:-1]
    try:
        if ":" in inner:
            low, _, high = inner.partition(":")
            return names[_bound(low, names, 0) : _bound(high, names, len(names))]
        position = _bound(inner, names, 0)
        return names[position : position + 1]
    except ValueError as error:
        raise ContentError(
            f"the permalink pattern holds a bad range: {brackets}", hint="write [1:], [last], [0]…"
        ) from error


def _bound(text: str, names: tuple[str, ...], default: int) -> int:
    """Read a bound of a range; `last` is the position of the last section."""
    if not text:
        return default
    return len(names) - 1 if text == "last" else int(text)

"""Dates as Hugo reads them: which forms it takes, which zone they are in, and which key answers for which date.

No clock and no machine time zone: a date without an offset is in the zone of the site.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The four dates of a page, in the order in which Hugo works them out.
DATE_NAMES = ("date", "lastmod", "publishdate", "expirydate")

#: Front-matter keys (lower-cased) that answer for each date, first match wins (Hugo: configuration, front matter).
DEFAULT_KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "date": ("date", "publishdate", "pubdate", "published", "lastmod", "modified"),
        "lastmod": (":git", "lastmod", "modified", "date", "publishdate", "pubdate", "published"),
        "publishdate": ("publishdate", "pubdate", "published", "date"),
        "expirydate": ("expirydate", "unpublishdate"),
    }
)

_ALIASES = {
    "publishdate": ("pubdate", "published"),
    "lastmod": ("modified",),
    "expirydate": ("unpublishdate",),
}

_ISO = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:[T ](?P<time>\d{2}:\d{2}:\d{2})(?:[.,]\d{1,9})?"
    r"(?:(?P<z>Z)| ?(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2})(?: [A-Z]{1,5})?| UTC)?)?"
)
_ANSI_C = re.compile(r"[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}")
_RFC_1123 = re.compile(r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} (?:[A-Z]{3}|[+-]\d{4})")
_FILE_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:-(\d{2})-(\d{2})-(\d{2}))?(?:[-_ ]+(.*))?")
#: Forms that people write and Hugo refuses, with enough in them to say what to write instead.
_NEARLY = re.compile(
    r"\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?:\s*日)?(?:[Tt\s]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?"
)


class DateError(ValueError):
    """A value that is no date. `hint` says what to write."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Dates:
    """The four dates of a page, aware, in the offset they were written in; None where nothing says."""

    date: datetime | None = None
    lastmod: datetime | None = None
    published: datetime | None = None
    expires: datetime | None = None


def parse_date(value: Any, zone: tzinfo) -> datetime | None:
    """Turn a front-matter value into an aware datetime.

    value: text, a number (Unix seconds), or one of tomllib's types; None and "" give None.
    zone: of dates without an offset; a day alone means its midnight there.
    Raises DateError with a hint.
    """
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=zone)
    if value is None or value == "":
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_seconds(value)
    if isinstance(value, str):
        return _from_text(value.strip(), zone)
    raise DateError(f"not a date: {value!r}", "write 2026-01-31T10:00:00+08:00")


def _from_seconds(value: float) -> datetime:
    try:
        moment = datetime.fromtimestamp(value, tz=UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise DateError(f"not a date: {value}", "write 2026-01-31T10:00:00+08:00") from error
    if 19000101 <= value <= 99991231 or 1900 <= value <= 9999:  # noqa: PLR2004 - looks like a day or a year
        text = str(int(value))
        better = f"{text[:4]}-{text[4:6]}-{text[6:8]}" if len(text) > 4 else f"{text}-01-01"  # noqa: PLR2004 - a year
        raise DateError(f"{text} would mean seconds since 1970", f"write {better}")
    return moment


def _from_text(text: str, zone: tzinfo) -> datetime:
    try:
        if match := _ISO.fullmatch(text):
            return _from_iso(match, zone)
        if re.fullmatch(r"-?\d{4,12}", text):
            return _from_seconds(int(text))
        if _RFC_1123.fullmatch(text):
            from email.utils import parsedate_to_datetime

            moment = parsedate_to_datetime(text)
            return moment if moment.tzinfo else moment.replace(tzinfo=zone)
        if _ANSI_C.fullmatch(text):
            return _from_ansi_c(text, zone)
    except DateError:
        raise
    except (ValueError, OverflowError) as error:
        raise DateError(f"no such date: {text}", "write 2026-01-31T10:00:00+08:00") from error
    raise DateError(f"not a date: {text}", f"write {_suggest(text, zone)}")


def _from_iso(match: re.Match[str], zone: tzinfo) -> datetime:
    # A fraction of a second is accepted and dropped: no feed or mail can say it.
    moment = datetime.fromisoformat(f"{match['day']}T{match['time'] or '00:00:00'}")
    if match["sign"]:
        return moment.replace(tzinfo=_offset(match["sign"], match["hours"], match["minutes"]))
    return moment.replace(tzinfo=UTC if match["z"] or match[0].endswith("UTC") else zone)


@lru_cache(maxsize=100)
def _offset(sign: str, hours: str, minutes: str) -> timezone:
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(offset if sign == "+" else -offset)


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _from_ansi_c(text: str, zone: tzinfo) -> datetime:
    # Not strptime: its month names follow the locale.
    _, month, day, clock, year = text.split()
    hour, minute, second = (int(part) for part in clock.split(":"))
    return datetime(int(year), _MONTHS.index(month) + 1, int(day), hour, minute, second, tzinfo=zone)


def _suggest(text: str, zone: tzinfo) -> str:
    """Write a refused date the way it is accepted, if it is clear enough what is meant."""
    match = _NEARLY.match(text)
    try:
        parts = [int(part or 0) for part in match.groups()] if match else [2026, 1, 31, 10, 0, 0]
        moment = datetime(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], tzinfo=zone)
    except ValueError:
        return "2026-01-31T10:00:00+08:00"
    return moment.isoformat() if not match or match[4] else moment.date().isoformat()


def split_file_date(name: str, zone: tzinfo) -> tuple[datetime | None, str]:
    """Cut `2026-02-07-a-slug` into its date and `a-slug`; (None, name) if it doesn't begin with a date."""
    match = _FILE_DATE.fullmatch(name)
    if not match:
        return None, name
    numbers = [int(part or 0) for part in match.groups()[:6]]
    try:
        moment = datetime(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], tzinfo=zone)
    except ValueError:
        return None, name
    return moment, match[7] or ""


def expand_keys(configured: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    """Work out which keys answer for each date, given Hugo's [frontmatter] table (keys lower-cased)."""
    expanded = dict(DEFAULT_KEYS)
    for name in DATE_NAMES:
        wanted = configured.get(name)
        if isinstance(wanted, str):
            wanted = [wanted]
        if isinstance(wanted, list):
            expanded[name] = tuple(dict.fromkeys(_with_aliases(wanted, name)))
    return MappingProxyType(expanded)


def _with_aliases(wanted: list[Any], name: str) -> list[str]:
    keys: list[str] = []
    for key in (str(item).lower() for item in wanted):
        keys.extend(DEFAULT_KEYS[name] if key == ":default" else (key, *_ALIASES.get(key, ())))
    return keys


@dataclass(frozen=True, slots=True)
class DateSources:
    """Where a page's dates may come from besides its front matter."""

    zone: tzinfo
    #: Keys for each of DATE_NAMES.
    keys: Mapping[str, tuple[str, ...]]
    #: Name of the file or of its bundle's folder, without suffixes.
    file_name: str = ""
    #: Last change of the file on disk; read only where the site's configuration asks for :fileModTime.
    modified: datetime | None = None


def resolve_dates(values: Mapping[str, Any], sources: DateSources) -> tuple[Dates, dict[str, DateError], bool]:
    """Work out the four dates of a page.

    values: its front matter, keys lower-cased.
    Returns the dates, what was wrong with which key, and whether the date came from the file's name.
    Each date found answers for later ones under its own name, as in Hugo.
    """
    known: dict[str, Any] = dict(values)
    errors: dict[str, DateError] = {}
    found: dict[str, datetime | None] = {}
    from_name = False
    for name in DATE_NAMES:
        found[name] = None
        for key in sources.keys.get(name, ()):
            if key not in known and key[0] != ":":
                continue
            moment = _answer(key, known, sources, errors)
            if moment is not None:
                from_name = from_name or (name == "date" and key == ":filename")
                found[name] = known[name] = moment
                break
    dates = Dates(found["date"], found["lastmod"], found["publishdate"], found["expirydate"])
    return dates, errors, from_name


def _answer(key: str, known: Mapping[str, Any], sources: DateSources, errors: dict[str, DateError]) -> datetime | None:
    if key == ":filename":
        return split_file_date(sources.file_name, sources.zone)[0]
    if key == ":filemodtime":
        return sources.modified
    value = known.get(key)
    # `published: false` makes a draft; it is no date.
    if value is None or isinstance(value, bool) or (key == "published" and str(value).lower() in {"true", "false"}):
        return None
    try:
        return parse_date(value, sources.zone)
    except DateError as error:
        errors.setdefault(key, error)
        return None

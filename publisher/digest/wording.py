"""What a mail says in its reader's language: texts, fonts and dates.

The words stand in email_templates/wording/<language>.toml. A site's own file of that name overrides single lines.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from babel.dates import format_date
from jinja2 import TemplateNotFound

from publisher.errors import Location, TemplateError

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

    from jinja2 import Environment

    from publisher.digest.direction import Direction
    from publisher.model.issue import Period

_FOLDER = "wording"
_FALLBACK = "en"
#: A first or last day belongs to a week when its greater part does.
_HALF_A_DAY = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterWords:
    """The texts of one of the other mails; {title} in them is the newsletter's name."""

    subject: str
    heading: str
    lines: tuple[str, ...]
    #: Empty for a mail without one.
    button: str
    #: A quiet line below everything; may be empty.
    aside: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Every text of a mail in one language; each field is a line of wording/<language>.toml."""

    #: Goes into the HTML's lang attributes (BCP 47, with script: it decides which glyphs are drawn).
    lang: str
    #: Which way the language runs: "ltr" or "rtl".
    dir: Direction
    #: For Babel: names of months.
    locale: str
    #: CSS font stack, and the one Outlook for Windows gets (it falls back to Times on names it doesn't know).
    fonts: str
    outlook_fonts: str
    subject: str
    preheader: str
    preheader_joint: str
    number: str
    web: str
    intro_one: str
    intro_many: str
    intro_topics: str
    topics_joint: str
    kicker: str
    minutes: str
    source: str
    read_more: str
    read_more_label: str
    more_heading: str
    more_other: str
    #: Leads from a mail that has no room for all stories to the page that has.
    more_on_web: str
    why: str
    unsubscribe: str
    preferences: str
    feed: str
    untitled: str
    #: Whom a mail greets that doesn't know its reader's name.
    reader: str
    #: Stands between the parts of a line of details.
    separator: str
    #: Date patterns (Unicode LDML): `day`, the two ends of a range in one month or year, and what joins them.
    dates: dict[str, Any]
    #: The other mails: "confirm", "welcome", "goodbye", "post".
    letters: dict[str, LetterWords]

    def day(self, moment: date) -> str:
        """Write a day: "2026 年 10 月 6 日"."""
        return format_date(moment, self.dates["day"], locale=self.locale)

    def days(self, first: date, last: date) -> str:
        """Write a range of days without repeating what both share: "2026 年 10 月 1 日－7 日"."""
        if first == last:
            return self.day(first)
        patterns = [self.dates["day"]] * 2
        if first.year == last.year:
            patterns = self.dates["same_month" if first.month == last.month else "same_year"]
        pair = zip((first, last), patterns, strict=True)
        return str(self.dates["joint"]).join(format_date(day, pattern, locale=self.locale) for day, pattern in pair)

    def period(self, period: Period, zone: ZoneInfo) -> str:
        """Write the days that lie in a period for their greater part, so that a week always has seven."""
        first = (period.start.astimezone(zone) + _HALF_A_DAY).date()
        last = (period.end.astimezone(zone) - _HALF_A_DAY).date()
        return self.days(first, max(first, last))


def load_wording(env: Environment, language: str) -> Wording:
    """Read the words for a language, or for the nearest language there are words for.

    env: the Jinja environment of email_templates/ (its loader knows the site's own folder).
    Raises TemplateError for a file that can't be read or has an unknown or missing line.
    """
    name = f"{_FOLDER}/{_nearest(env, language)}.toml"
    words, own = _read(env, f"builtin/{name}"), _read(env, name)
    merged = {table: _merge(words.get(table, {}), own.get(table, {})) for table in ("dates", "letters")}
    words |= own | merged
    known = {field.name for field in fields(Wording)}
    if unknown := sorted(words.keys() - known):
        raise TemplateError(f"unknown text: {', '.join(unknown)}", at=Location(name))
    if missing := sorted(known - words.keys()):
        raise TemplateError(f"missing text: {', '.join(missing)}", at=Location(name))
    letters = {kind: _letter(kind, lines, name) for kind, lines in words.pop("letters").items()}
    return Wording(**words, letters=letters)


def _merge(words: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Let single lines of tables be overridden, however deep they stand."""
    deeper = {key: _merge(words[key], value) for key, value in own.items() if isinstance(words.get(key), dict)}
    return words | own | deeper


def _letter(kind: str, lines: dict[str, Any], name: str) -> LetterWords:
    try:
        return LetterWords(**lines | {"lines": tuple(lines.get("lines", ()))})
    except TypeError as error:
        raise TemplateError(f"letters.{kind} has an unknown or a missing text: {error}", at=Location(name)) from error


def _nearest(env: Environment, language: str) -> str:
    """Find the wording file for a tag: itself, the same language elsewhere, else English."""
    there = {name.split("/")[-1].removesuffix(".toml") for name in env.list_templates(extensions=["toml"])}
    by_case = {name.lower(): name for name in sorted(there)}
    primary = language.lower().split("-")[0]
    same_language = [name for key, name in by_case.items() if key.split("-")[0] == primary]
    return next(iter([*filter(None, [by_case.get(language.lower())]), *same_language, _FALLBACK]))


def _read(env: Environment, name: str) -> dict[str, Any]:
    assert env.loader is not None
    try:
        source = env.loader.get_source(env, name)[0]
        return tomllib.loads(source)
    except TemplateNotFound:
        return {}
    except tomllib.TOMLDecodeError as error:
        raise TemplateError(f"not valid TOML: {error}", at=Location(name)) from error

"""Dates as people write them for generators that take nearly everything: `2026-02-07 10:00`, `Feb 7, 2026`.

Hugo's forms are read first (`content.dates`). What is left goes to dateutil, but only where day, month and year are all
written: nothing is filled in from a clock.
"""

from __future__ import annotations

import re
from datetime import datetime, tzinfo
from typing import Any

from publisher.content.front_matter.dates import DateError, parse_date

#: Two days that share nothing; what dateutil takes from them was not written.
_FILLERS = (datetime(2000, 1, 31), datetime(1999, 12, 30))  # noqa: DTZ001 - only their numbers count
_CHINESE = re.compile(r"\s*(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日?\s*(.*)", re.DOTALL)
MAX_CHARACTERS = 60


def parse_loose_date(value: Any, zone: tzinfo) -> datetime | None:
    """Turn a front-matter value into an aware datetime, as `content.dates.parse_date` does, from more forms.

    zone: of dates without an offset. Raises DateError with a hint.
    """
    try:
        return parse_date(value, zone)
    except DateError as error:
        # YAML takes 20260207 for a number.
        plain = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
        found = _guess(plain, zone)
        if found is None:
            raise error from None
        return found


def _guess(text: str, zone: tzinfo) -> datetime | None:
    # dateutil costs time to load; hardly a site needs it.
    from dateutil import parser

    if len(text) > MAX_CHARACTERS or not re.search(r"\d{4}", text):
        return None
    chinese = _CHINESE.fullmatch(text)
    plain = "{}-{}-{} {}".format(*chinese.groups()) if chinese else text.replace("_", " ")
    try:
        one, other = (parser.parse(plain, default=filler, tzinfos=_known_zone) for filler in _FILLERS)
    except (ValueError, OverflowError, AttributeError, TypeError):
        return None
    if one != other:
        return None
    return one if one.tzinfo else one.replace(tzinfo=zone)


def _known_zone(name: str | None, offset: int | None) -> int | None:
    """Believe offsets; refuse a zone's letters, which mean other hours in other countries."""
    if name and offset is None:
        raise ValueError(f"unknown zone {name}")
    return offset

"""Slugs and dates as Pelican 4.12.0 made them of the same texts (America/New_York), run once for this table."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from publisher.content.conventions.loose_dates import parse_loose_date
from publisher.content.conventions.pelican_settings import DEFAULTS
from publisher.content.conventions.pelican_urls import slugify


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("A & B < C", "a-b-c"),
        ("ＦＵＬＬ", "full"),
        ("C#/C++", "cc"),
        ("--x--", "-x-"),
        ("日本語 カタカナ", "ri-ben-yu-katakana"),
        ("한국어", "hangugeo"),
        ("Привет", "privet"),
        ("100%_y", "100_y"),
        ("emoji😀", "emoji"),
        ("naïve: x: y", "naive-x-y"),
        ("Don't “quote”", "dont-quote"),
        ("ünï çode", "uni-code"),
        ("spaced   out", "spaced-out"),
        ("a/b\\c", "abc"),
        ("éx", "ex"),
        ("①②", "12"),
        ("ﬁne", "fine"),
    ],
)
def test_a_title_becomes_the_slug_that_pelican_makes(title: str, slug: str) -> None:
    assert slugify(title, DEFAULTS) == slug


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-05 10:00", "2026-01-05T10:00:00-05:00"),
        ("2026-01-05T10:00:00+02:00", "2026-01-05T10:00:00+02:00"),
        ("Mon, 05 Jan 2026 10:00:00 +0100", "2026-01-05T10:00:00+01:00"),
        ("2026-01-05 10:00:30.5", "2026-01-05T10:00:30-05:00"),
        ("05.01.2026", "2026-05-01T00:00:00-04:00"),
        ("01/05/2026", "2026-01-05T00:00:00-05:00"),
        ("2026-01-05 10:00 UTC", "2026-01-05T10:00:00+00:00"),
        ("2026-01-05 10:00 +0800", "2026-01-05T10:00:00+08:00"),
        ("Jan 5 2026", "2026-01-05T00:00:00-05:00"),
        ("5 Jan 2026 3pm", "2026-01-05T15:00:00-05:00"),
        ("2026/1/5", "2026-01-05T00:00:00-05:00"),
        ("2026-1-5 7:05", "2026-01-05T07:05:00-05:00"),
        ("20260105", "2026-01-05T00:00:00-05:00"),
        ("2026-01-05_10:30", "2026-01-05T10:30:00-05:00"),
        ("2026-07-01 00:30", "2026-07-01T00:30:00-04:00"),
    ],
)
def test_a_date_is_the_moment_that_pelican_takes_it_for(text: str, moment: str) -> None:
    found = parse_loose_date(text, ZoneInfo("America/New_York"))
    assert found is not None
    assert found.replace(microsecond=0) == datetime.fromisoformat(moment)

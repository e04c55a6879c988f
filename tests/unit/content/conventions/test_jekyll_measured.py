"""Slugs and dates as Jekyll 4.3.1 made them of the same texts (America/New_York), run once for this table."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from publisher.content.conventions.jekyll import parse_date
from publisher.content.conventions.jekyll_urls import slugify


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("c++ & c#", "c++-&-c"),
        ("a_b", "a_b"),
        ("under_score-x", "under_score-x"),
        ("dots.in.name", "dots.in.name"),
        ("trail.", "trail"),
        ("Ünïcode", "Ünïcode"),
        ("奧特曼談：Codex 5.3", "奧特曼談-Codex-5.3"),
        ("emoji😀x", "emoji-x"),
        ("a--b", "a-b"),
        ("-x-", "x"),
        ("UPPER", "UPPER"),
        ("50% off", "50-off"),
        ("quote'd", "quote'd"),
        ("a,b;c=d", "a,b;c=d"),
        ("comma，全形", "comma-全形"),
        ("tilde~x", "tilde~x"),
        ("at@x", "at@x"),
        ("plus+x", "plus+x"),
        ("é", "é"),
        ("(paren)", "(paren)"),
        ("[br]", "br"),
        ("q!", "q!"),
        ("star*x", "star-x"),
        ("が", "が"),
        ("①", ""),
        ("a  b", "a-b"),
    ],
)
def test_a_file_name_becomes_the_slug_that_jekyll_makes(name: str, slug: str) -> None:
    assert slugify(name.rstrip("."), pretty=True) == slug


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-05 10:00:00 +0200", "2026-01-05T03:00:00-05:00"),
        ("2026-01-05 10:00:00 -0500", "2026-01-05T10:00:00-05:00"),
        ("2026-01-05T23:30:00Z", "2026-01-05T18:30:00-05:00"),
        ("2026-01-05", "2026-01-05T00:00:00-05:00"),
        ("2026-01-05 10:00", "2026-01-05T10:00:00-05:00"),
        ("2026-01-05 3:04:05", "2026-01-04T22:04:05-05:00"),
        ("Jan 5 2026", "2026-01-05T00:00:00-05:00"),
        ("2026-01-05 10:00:00.5", "2026-01-05T05:00:00-05:00"),
        ("2026-01-05 10:00 +0800", "2026-01-04T21:00:00-05:00"),
        ("5 January 2026 14:00", "2026-01-05T14:00:00-05:00"),
        ("2026-07-05 00:30:00", "2026-07-04T20:30:00-04:00"),
        ("2026-07-05", "2026-07-05T00:00:00-04:00"),
        ("20260105", "2026-01-05T00:00:00-05:00"),
        ("2026/01/05", "2026-01-05T00:00:00-05:00"),
        ("2026-01-05 10:00:00 UTC", "2026-01-05T05:00:00-05:00"),
        ("2026-01-05 10:00:00 Z", "2026-01-05T05:00:00-05:00"),
    ],
)
def test_a_date_is_the_moment_that_jekyll_takes_it_for(text: str, moment: str) -> None:
    found = parse_date(text, ZoneInfo("America/New_York"))
    assert found == datetime.fromisoformat(moment)

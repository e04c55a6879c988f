from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content.front_matter.dates import (
    DateError,
    DateSources,
    expand_keys,
    parse_date,
    resolve_dates,
    split_file_date,
)

TAIPEI = ZoneInfo("Asia/Taipei")
EIGHT = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-02-07", "2026-02-07T00:00:00+08:00"),
        ("2026-02-07T10:00:00", "2026-02-07T10:00:00+08:00"),
        ("2026-02-07 10:00:00", "2026-02-07T10:00:00+08:00"),
        ("2026-02-07T10:00:00Z", "2026-02-07T10:00:00+00:00"),
        ("2026-02-07T10:00:00.5-05:00", "2026-02-07T10:00:00-05:00"),
        ("2026-02-07 10:00:00 +0800", "2026-02-07T10:00:00+08:00"),
        ("2026-02-07 10:00:00 +0800 CST", "2026-02-07T10:00:00+08:00"),
        ("Sat, 07 Feb 2026 10:00:00 +0800", "2026-02-07T10:00:00+08:00"),
        ("Sat Feb  7 10:00:00 2026", "2026-02-07T10:00:00+08:00"),
        (1770429600, "2026-02-07T02:00:00+00:00"),
    ],
)
def test_every_form_that_hugo_takes_is_taken(written: object, read: str) -> None:
    moment = parse_date(written, TAIPEI)

    assert moment is not None
    assert moment.isoformat() == read


@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_is_no_date(nothing: object) -> None:
    assert parse_date(nothing, UTC) is None


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("2026-02-07 10:00", "2026-02-07T10:00:00+08:00"),
        ("2026/02/07", "2026-02-07"),
        ("2026-2-7", "2026-02-07"),
        ("2026年2月7日", "2026-02-07"),
        ("2026-02-07t10:00:00z", "2026-02-07T10:00:00+08:00"),
        ("Feb 7, 2026", "2026-01-31"),
        ("2026-02", "2026-01-31"),
        ("2026-02-30", "2026-01-31"),
        (20260207, "2026-02-07"),
        ("2026", "2026-01-01"),
        (True, "2026-01-31"),
        ([1], "2026-01-31"),
        (10**30, "2026-01-31"),
    ],
)
def test_a_refused_date_says_what_to_write(written: object, hint: str) -> None:
    with pytest.raises(DateError) as caught:
        parse_date(written, TAIPEI)

    assert f"write {hint}" in caught.value.hint


def test_each_date_answers_for_the_next() -> None:
    dates, errors, _ = resolve_dates({"posted": "2026-02-07"}, DateSources(UTC, expand_keys({"date": ["posted"]})))

    assert dates.date == dates.lastmod == dates.published == datetime(2026, 2, 7, tzinfo=UTC)
    assert not errors


def test_published_false_is_no_date() -> None:
    dates, errors, _ = resolve_dates({"published": False, "date": "2026-02-07"}, DateSources(UTC, expand_keys({})))

    assert dates.published == datetime(2026, 2, 7, tzinfo=UTC)
    assert not errors


def test_default_expands_to_the_usual_keys() -> None:
    assert expand_keys({"lastmod": ["changed", ":default"]})["lastmod"][:3] == ("changed", ":git", "lastmod")


def test_a_date_in_the_file_name_is_cut_off_its_slug() -> None:
    assert split_file_date("2026-02-07-我的文章", EIGHT) == (datetime(2026, 2, 7, tzinfo=EIGHT), "我的文章")
    assert split_file_date("2026-02-07-09-30-00_x", UTC) == (datetime(2026, 2, 7, 9, 30, tzinfo=UTC), "x")
    assert split_file_date("2026-13-07-x", UTC) == (None, "2026-13-07-x")


@given(st.text(alphabet="0123456789-:TZ+ /.年月日tzFebSat,", max_size=40) | st.integers() | st.floats())
def test_whatever_is_written_a_date_is_aware_or_refused(value: object) -> None:
    try:
        moment = parse_date(value, TAIPEI)
    except DateError:
        return
    else:
        assert moment is None or moment.tzinfo is not None

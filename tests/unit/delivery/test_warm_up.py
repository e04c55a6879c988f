from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from publisher.delivery.warm_up import share_of

TAIPEI = ZoneInfo("Asia/Taipei")
START = date(2026, 11, 1)


@pytest.mark.parametrize(
    ("now", "limit", "day"),
    [
        ("2026-10-20T12:00:00+08:00", 50, 1),
        ("2026-11-01T00:00:00+08:00", 50, 1),
        ("2026-11-01T23:59:59+08:00", 50, 1),
        ("2026-11-02T00:00:00+08:00", 100, 2),
        # The day is that of the site's clock, whatever the machine's.
        ("2026-11-02T16:00:00+00:00", 500, 3),
    ],
)
def test_each_day_has_its_share(now: str, limit: int, day: int) -> None:
    found = share_of(START, (50, 100, 500), datetime.fromisoformat(now), TAIPEI)
    assert found is not None
    share, began = found
    assert (share.limit, share.left, share.day, share.days) == (limit, limit, day, 3)
    assert began <= datetime.fromisoformat(now)
    assert began.astimezone(TAIPEI).hour == 0


def test_after_the_last_day_there_is_no_limit() -> None:
    assert share_of(START, (50, 100, 500), datetime(2026, 11, 4, tzinfo=UTC), TAIPEI) is None


def test_the_end_of_a_share_says_when_it_goes_on() -> None:
    found = share_of(START, (50,), datetime(2026, 11, 1, tzinfo=UTC), TAIPEI)
    assert found is not None
    error = found[0].used_up()
    assert error.temporary
    assert error.message == "today's share of 50 messages is used up (day 1 of 1 of the warm-up)"
    assert error.hint == "send again tomorrow: the rest is kept"

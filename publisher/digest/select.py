"""Which posts an issue tells of: what is new since the last one, by the end of its week, newest first."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from publisher.model.issue import Period

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from zoneinfo import ZoneInfo

    from publisher.config_values import Weekday
    from publisher.model.post import Post

_WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: How YAML, TOML and JSON authors write "yes".
_YES = (True, 1, "true", "yes")


def period_before(now: datetime, zone: ZoneInfo, weekday: Weekday, hour: time) -> Period:
    """Give the last full week that ended at or before `now`.

    now: aware. weekday, hour: when a week ends, as the clocks of `zone` show it.
    Returns UTC times, since aware datetimes of one zone compare by wall clock and so err in the hour that a clock
    repeats. A week with a change of clocks has 167 or 169 hours.
    """
    today = now.astimezone(zone).date()
    days_ago = (today.weekday() - _WEEKDAYS.index(weekday)) % 7
    end_day = today - timedelta(days=days_ago)
    if datetime.combine(end_day, hour, zone).astimezone(UTC) > now.astimezone(UTC):
        end_day -= timedelta(days=7)
    start_day = end_day - timedelta(days=7)
    start, end = (datetime.combine(day, hour, zone).astimezone(UTC) for day in (start_day, end_day))
    return Period(start=start, end=end)


def select_posts(
    posts: Iterable[Post],
    period: Period,
    already: frozenset[str],
    guid_of: Callable[[Post], str],
    *,
    archive: frozenset[str] | None = None,
) -> tuple[Post, ...]:
    """Pick what is new by the end of `period`: no earlier issue told of it, nor left it in the archive; newest first.

    already: guids of all earlier manifests. archive: guids of what was there, and was no news, when earlier issues were
    made; with it, posts that came late or got an older date are news once. None: only posts dated within `period` are.
    Posts of the same second stand in the order of their keys; of posts that claim one guid, the first in this order is
    picked.
    """
    begin = period.start if archive is None else datetime.min.replace(tzinfo=UTC)
    already |= archive or frozenset()
    dated = [(post.published, post) for post in posts if post.published and begin <= post.published < period.end]
    dated.sort(key=lambda pair: pair[1].key)
    dated.sort(key=lambda pair: pair[0].astimezone(UTC), reverse=True)
    picked: dict[str, Post] = {}
    for _, post in dated:
        picked.setdefault(guid_of(post), post)
    return tuple(post for guid, post in picked.items() if guid not in already)


def choose_lead(posts: Sequence[Post], min_width: int) -> Post:
    """Choose the story that an issue opens with.

    posts: newest first, at least one. min_width: what a picture across the mail needs, in pixels.
    The author's word counts most: `featured: true`, then the smallest `weight` (as Hugo orders pages; 0 is none). Else
    the newest post with a picture on this disk that is wide enough, else the newest.
    """
    featured = [post for post in posts if post.params.get("featured") in _YES]
    weighted = sorted((post for post in posts if post.weight > 0), key=lambda post: post.weight)
    pictured = [post for post in posts if post.hero and post.hero.path and post.hero.width >= min_width]
    return next(iter([*featured, *weighted, *pictured, *posts]))

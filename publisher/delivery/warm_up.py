"""How many messages may leave today while a new sender earns its name: a share a day, growing as the settings say.

Pure: the day's date and what was sent before are arguments.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING

from publisher.errors import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from zoneinfo import ZoneInfo


@dataclass(slots=True)
class Share:
    """What one day has room for."""

    #: Day of the schedule, from 1, and how many it has.
    day: int
    days: int
    limit: int
    left: int

    def used_up(self) -> DeliveryError:
        """Make the error that ends a send for today."""
        return DeliveryError(
            f"today's share of {self.limit} messages is used up (day {self.day} of {self.days} of the warm-up)",
            temporary=True,
            hint="send again tomorrow: the rest is kept",
        )


def share_of(start: date, per_day: Sequence[int], now: datetime, zone: ZoneInfo) -> tuple[Share, datetime] | None:
    """Give the share of the day that `now` lies in, nothing of it used, and the moment at which the day began.

    None when the schedule is over. Before its first day, the first day's share counts.
    """
    today = now.astimezone(zone).date()
    day = max(0, (today - start).days)
    if day >= len(per_day):
        return None
    share = Share(day=day + 1, days=len(per_day), limit=per_day[day], left=per_day[day])
    return share, datetime.combine(today, time.min, tzinfo=zone)

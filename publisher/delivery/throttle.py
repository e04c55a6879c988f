"""When the next message may leave: rates for all, rates by recipient domain, and slowing down when asked to.

Pure: whoever asks brings the time, in seconds of any clock that only goes forward.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_RATE = re.compile(r"(?P<number>\d{1,9}(?:\.\d{1,6})?)\s*/\s*(?P<unit>[smhd])")
_UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}

#: Pause between two messages after the first request to slow down; doubled by each further one.
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 60.0
#: What each accepted message leaves of the pause, and what is too short to keep.
EASING, SHORTEST_PAUSE_S = 0.9, 0.02


def parse_rate(text: str) -> float | None:
    """Read "14/s", "600/m", "5000/h" or "20000/d" as messages a second; None where empty. Raises ValueError."""
    if not text.strip():
        return None
    found = _RATE.fullmatch(text.strip())
    if found is None or not float(found["number"]):
        raise ValueError(f'"{text}" is no rate; write 14/s, 600/m, 5000/h or 20000/d')
    return float(found["number"]) / _UNIT_S[found["unit"]]


@dataclass(slots=True)
class Pace:
    """One stream of messages that keeps a distance between them."""

    #: Seconds between two messages, as the settings have it; 0: none.
    interval_s: float = 0.0
    #: Seconds on top, because the server asked.
    pause_s: float = 0.0
    #: Before this moment nothing may leave.
    next_at: float = 0.0

    def wait_s(self, now: float) -> float:
        """Tell how long to wait; 0 or less: not at all."""
        return self.next_at - now

    def take(self, now: float) -> None:
        """Note that a message leaves now. What was not used before is not saved up."""
        self.next_at = max(now, self.next_at) + max(self.interval_s, self.pause_s)

    def slow_down(self, now: float) -> None:
        """Pause twice as long as until now."""
        self.pause_s = min(LONGEST_PAUSE_S, max(FIRST_PAUSE_S, 2 * self.pause_s))
        self.next_at = max(self.next_at, now + self.pause_s)

    def ease(self) -> None:
        """Pause a little less: a message was accepted."""
        self.pause_s = self.pause_s * EASING if self.pause_s > SHORTEST_PAUSE_S else 0.0


@dataclass(slots=True)
class Throttle:
    """The paces of one server: the one for all messages, and those of recipient domains."""

    #: Messages a second; None: no limit.
    rate: float | None = None
    #: By recipient domain in small letters; "*" for all that are not named.
    domain_rates: Mapping[str, float] = field(default_factory=dict)
    _all: Pace = field(init=False)
    _domains: dict[str, Pace] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._all = Pace(_interval(self.rate))

    @property
    def idle(self) -> bool:
        """Whether nothing holds anything back, so that nobody needs to ask."""
        return not (self.rate or self.domain_rates or self._all.pause_s or self._domains)

    def wait_s(self, domain: str, now: float) -> float:
        """Tell how long a message to a domain has to wait; 0 or less: not at all."""
        pace = self._pace(domain)
        return max(self._all.wait_s(now), pace.wait_s(now) if pace else 0.0)

    def take(self, domain: str, now: float) -> None:
        """Note that a message to a domain leaves now."""
        self._all.take(now)
        if pace := self._pace(domain):
            pace.take(now)

    def slow_down(self, now: float, domain: str = "") -> None:
        """Heed a request to slow down: for one domain, or for all."""
        if not domain:
            self._all.slow_down(now)
            return
        self._domains.setdefault(domain, self._pace(domain) or Pace()).slow_down(now)

    def ease(self, domain: str) -> None:
        """Note that a message to a domain was accepted."""
        self._all.ease()
        if pace := self._domains.get(domain):
            pace.ease()
            if not (pace.pause_s or pace.interval_s):
                del self._domains[domain]

    def _pace(self, domain: str) -> Pace | None:
        found = self._domains.get(domain)
        rate = self.domain_rates.get(domain) or self.domain_rates.get("*")
        if found is None and rate:
            found = self._domains[domain] = Pace(_interval(rate))
        return found


def _interval(rate: float | None) -> float:
    return 1 / rate if rate else 0.0

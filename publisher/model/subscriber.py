"""Who reads, and who must not be written to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from datetime import datetime

ConsentState = Literal["pending", "active", "unsubscribed"]
#: Which mails somebody wants: the digest, a mail for each new post, or both. Announcements go to everybody.
Frequency = Literal["weekly", "posts", "both"]
FREQUENCIES: tuple[Frequency, ...] = get_args(Frequency)
SuppressionReason = Literal["unsubscribed", "hard bounce", "too many bounces", "complaint", "manual"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """An address with a consent state, for one newsletter."""

    #: Given by the store; stable, says nothing about the person.
    id: int
    newsletter: str
    #: As the person wrote it; compared by `audience.address.normalise`.
    email: str
    name: str = ""
    state: ConsentState = "active"
    #: When the state was reached, aware.
    since: datetime
    #: What they chose to read, as "tags:鐵道"; empty: everything.
    topics: frozenset[str] = frozenset()
    frequency: Frequency = "weekly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """An address that must not be mailed, whatever lists it is on."""

    email: str
    reason: SuppressionReason
    since: datetime


def selection_key(topics: frozenset[str]) -> str:
    """Name a choice of topics: readers with the same key get the same variant of an issue. Empty: everything."""
    return "\n".join(sorted(topics))


def topics_in(selection: str) -> frozenset[str]:
    """Read the topics out of such a name."""
    return frozenset(filter(None, selection.split("\n")))

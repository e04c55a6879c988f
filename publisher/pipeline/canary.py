"""Who goes first: a few readers, spread over all mail domains.

A systematic sample: readers are put in order by domain, and within each by chance, and every n-th is taken. So each
provider that refuses us shows up by its share of the readers. The chance is a hash of issue and reader, so that whoever
asks twice is told the same.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_ID_BITS = 63


def choose_first(readers: Iterable[tuple[int, str]], count: int, issue_hash: str) -> list[int]:
    """Choose so many readers. Gives their ids in ascending order.

    readers: id and address as it is compared. A million of them take about 60 MB for as long as it lasts.
    """
    if count <= 0:
        return []
    ranked = sorted(_rank(number, address, issue_hash) for number, address in readers)
    step = max(1.0, len(ranked) / count)
    places = [int((place + 0.5) * step) for place in range(min(count, len(ranked)))]
    return sorted(ranked[place] & ((1 << _ID_BITS) - 1) for place in places)


def _rank(number: int, address: str, issue_hash: str) -> int:
    """Put domain, chance and id into one number, which is smaller than a tuple of three."""
    domain = hashlib.blake2b(address.rpartition("@")[2].encode(), digest_size=4).digest()
    chance = hashlib.blake2b(f"{issue_hash}/{number}".encode(), digest_size=4).digest()
    return int.from_bytes(domain + chance, "big") << _ID_BITS | number

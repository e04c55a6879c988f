"""How much of a text has changed since a feed last showed it, told from a sketch of it that fits into a line.

The sketch is a one-permutation MinHash (Li, Owen, Zhang: One Permutation Hashing, NIPS 2012) of the text's runs of
three letters: 64 bytes tell how alike two texts are, to within a few per cent, without the old one being there.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Literal
from zlib import crc32

#: When `updated` of an entry moves: for changes that matter, for any, or only when the author says so.
UpdatePolicy = Literal["significant", "any", "never"]

_BUCKETS = 64
_RUN = 3
#: In a bucket without any run: more than the 26 bits of a value.
_NONE = 1 << 26
#: Spreads neighbouring checksums over all buckets (Knuth's multiplicative hashing).
_SPREAD = 0x9E3779B1
_NO_LETTERS = re.compile(r"[\W_]+")
#: A change of fewer runs is a typo, however short the text: one letter for another is six, a sentence some twenty.
MIN_CHANGED_RUNS = 16


def sketch_of(text: str) -> str:
    """Sketch a text: its number of runs and 64 bytes about them, in ASCII without spaces. Markup counts little."""
    letters = _NO_LETTERS.sub("", text).casefold()
    runs = {letters[at : at + _RUN] for at in range(max(1, len(letters) - _RUN + 1))}
    least = [_NONE] * _BUCKETS
    for run in runs:
        spread = crc32(run.encode("utf-8", "surrogatepass")) * _SPREAD & 0xFFFFFFFF
        bucket, value = spread >> 26, spread & 0x3FFFFFF
        least[bucket] = min(least[bucket], value)
    # Nothing is 0; everything else keeps a byte of its least value.
    marks = bytes(0 if value == _NONE else value % 255 + 1 for value in least)
    return f"{len(runs)}.{base64.urlsafe_b64encode(marks).decode().rstrip('=')}"


def likeness(one: str, other: str) -> float:
    """Tell how alike two sketched texts are: 1 for equal ones, 0 where nothing is shared or a sketch is missing."""
    first, second = _marks(one), _marks(other)
    filled = [(a, b) for a, b in zip(first, second, strict=False) if a or b]
    return sum(a == b for a, b in filled) / len(filled) if filled else 0.0


def is_significant(before: str, after: str, share: float) -> bool:
    """Tell whether a text has changed so much that readers should hear of it.

    before, after: sketches. share: the part of the text, from 0 to 1, that has to be another.
    Without a sketch of the old text, nothing is known, and nothing is said to have changed.
    """
    if not before:
        return False
    alike = likeness(before, after)
    # Of two sets of sizes m and n with likeness J, (m + n)(1 - J)/(1 + J) elements are in one only.
    changed = (_runs(before) + _runs(after)) * (1 - alike) / (1 + alike)
    return 1 - alike >= share and changed >= MIN_CHANGED_RUNS


def _marks(sketch: str) -> bytes:
    encoded = sketch.partition(".")[2]
    try:
        return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    except (binascii.Error, ValueError):
        return b""


def _runs(sketch: str) -> int:
    number = sketch.partition(".")[0]
    return int(number) if number.isdigit() else 0

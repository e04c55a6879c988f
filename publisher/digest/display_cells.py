"""How much room a text takes in a line: in cells, of which a Latin letter takes one and a Chinese character two.

Source: Unicode Standard Annex 11 (East Asian Width). Inboxes cut subjects and preheaders by room, not by characters.
"""

from __future__ import annotations

import unicodedata
from itertools import accumulate

#: Joiners and variation selectors, which draw nothing by themselves.
_NOTHING = {"Mn", "Me", "Cf", "Cc"}


def cells(text: str) -> int:
    """Count the cells of a text."""
    return sum(map(_cells_of, text))


def cut(text: str, width: int) -> str:
    """Give what fits into `width` cells, with "…" at the end (one cell) where something was cut."""
    if cells(text) <= width:
        return text
    kept = sum(used < width for used in accumulate(map(_cells_of, text)))
    return text[:kept].rstrip() + "…"


def _cells_of(character: str) -> int:
    if unicodedata.category(character) in _NOTHING:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1

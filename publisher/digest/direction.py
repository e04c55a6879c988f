"""Which way a text runs: by its first strong character (Unicode Bidirectional Algorithm, rules P2 and P3)."""

from __future__ import annotations

import unicodedata
from typing import Literal

Direction = Literal["ltr", "rtl"]


def direction_of(text: str, otherwise: Direction = "ltr") -> Direction:
    """Tell which way a text runs.

    otherwise: for a text of digits, marks and emoji alone, which runs either way.
    """
    for character in text:
        match unicodedata.bidirectional(character):
            case "L":
                return "ltr"
            case "R" | "AL":
                return "rtl"
    return otherwise

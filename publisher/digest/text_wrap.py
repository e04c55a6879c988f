"""Wrapping plain text to columns, where a wide character takes two (Unicode UAX #11) and addresses are never broken.

Chinese and Japanese may break between any two characters, but no line begins with 。，」 or ends with 「（ (kinsoku:
JIS X 4051; for Chinese, W3C "Requirements for Chinese Text Layout", 3.1.2). Words of other scripts stay whole.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_NEVER_FIRST = frozenset("。，、；：！？．・…—～」』）》〉】〕｝”’!?,.:;)]}%ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々")
_NEVER_LAST = frozenset("「『（《〈【〔｛“‘([{")
_WIDE = frozenset("WF")
#: Whatever can't be broken: an address, a word with the punctuation in it, spaces, or one character.
_PIECE = re.compile(r"https?://\S+|XX[A-Z]+XX|[^\S\n]+|(?:(?![　-鿿가-힯豈-﫿＀-￯])\S)+|.")
_INDENT = re.compile(r"(?:[-*•] |> |\d+[.)] )")


def wrap_text(text: str, columns: int) -> str:
    """Wrap every line of a text to so many columns. Shorter lines, addresses and slots stay as they are."""
    return "\n".join(wrapped for line in text.split("\n") for wrapped in _wrap_line(line, columns))


def width_of(text: str) -> int:
    """Count the columns of a text: wide characters take two, marks that join the one before take none."""
    return sum(
        0 if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me", "Cf"} else 1 + _is_wide(char)
        for char in text
    )


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in _WIDE


def _wrap_line(line: str, columns: int) -> Iterator[str]:
    if width_of(line) <= columns:
        yield line
        return
    lead = _INDENT.match(line)
    indent = " " * len(lead[0]) if lead else ""
    shown = ""
    for unit in _units(line):
        if shown.strip() and width_of(shown + unit.rstrip()) > columns:
            yield shown.rstrip()
            shown = indent + unit.lstrip()
        else:
            shown += unit
    if shown.strip():
        yield shown.rstrip()


def _units(line: str) -> Iterator[str]:
    """Cut a line into what may stand on lines of its own: each piece with what may not follow or precede a break."""
    unit = ""
    for piece in _PIECE.findall(line):
        glued = piece[0] in _NEVER_FIRST or piece.isspace() or not unit or unit[-1] in _NEVER_LAST
        if not glued:
            yield unit
            unit = ""
        unit += piece
    yield unit

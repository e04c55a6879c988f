"""Where a character of a text stands in publisher.toml, whatever quotes, escapes and lines are around it (toml.io)."""

from __future__ import annotations

import re

_OPENED = r"""["']?\s*=\s*(?P<quote>\"{3}|'{3}|"|')"""
#: What is one character, or none, of a text in double quotes.
_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_LINE_GOES_ON = re.compile(r"\\[ \t]*\r?\n\s*")


def place_in_text(source: str, line: int, column: int, key: str, offset: int) -> tuple[int, int, str]:
    """Give line, column and the line itself of a character of a setting's text.

    line, column: of the setting, or of the key whose inline table holds it.  key: the setting's own.
    offset: in characters of the text, white space before it not counted.  The setting itself where it is no text.
    """
    starts = [0, *(found.end() for found in re.finditer(r"\r?\n", source))]
    begin = starts[min(line, len(starts)) - 1] + column - 1
    found = re.compile(re.escape(key) + _OPENED).search(source, begin)
    at = _walk(source, found.end(), offset, found["quote"]) if found else begin
    number = sum(start <= at for start in starts)
    return number, at - starts[number - 1] + 1, re.split(r"\r?\n", source)[number - 1]


def _walk(source: str, at: int, offset: int, quote: str) -> int:
    """Go so many characters into a text that begins at `at`."""
    at = _beyond_white_space(source, at, quote)
    while offset > 0 and at < len(source):
        offset -= 1
        escape = _ESCAPE.match(source, at) if quote[0] == '"' else None
        at = escape.end() if escape else at + (2 if source.startswith("\r\n", at) else 1)
        at = _beyond_folds(source, at, quote)
    return min(at, len(source))


def _beyond_white_space(source: str, at: int, quote: str) -> int:
    while at < len(source) and source[at].isspace():
        at += 1
    folded = _beyond_folds(source, at, quote)
    return at if folded == at else _beyond_white_space(source, folded, quote)


def _beyond_folds(source: str, at: int, quote: str) -> int:
    """Pass over a backslash at the end of a line, and the white space behind it."""
    fold = _LINE_GOES_ON.match(source, at) if quote == '"""' else None
    return fold.end() if fold else at

"""Changes to a Markdown text that leave its code alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_FENCE = re.compile(r" {0,3}(?:> ?)*(`{3,}|~{3,})(.*)")
_SPAN = re.compile(r"(?<!`)(`{1,9})(?!`)(.{1,2000}?)(?<!`)\1(?!`)", re.DOTALL)


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """Apply `change` to the stretches of a Markdown text that are not code: neither fenced nor between backticks."""
    done: list[str] = []
    prose: list[str] = []
    fence = ""
    for line in text.splitlines(keepends=True):
        mark = _FENCE.match(line)
        if fence:
            done.append(line)
            if mark and mark[1].startswith(fence) and not mark[2].strip():
                fence = ""
        elif mark and not (mark[1][0] == "`" and "`" in mark[2]):
            done.append(_outside_spans("".join(prose), change))
            prose.clear()
            done.append(line)
            fence = mark[1]
        else:
            prose.append(line)
    done.append(_outside_spans("".join(prose), change))
    return "".join(done)


def _outside_spans(text: str, change: Callable[[str], str]) -> str:
    parts: list[str] = []
    position = 0
    for span in _SPAN.finditer(text):
        parts += [change(text[position : span.start()]), span[0]]
        position = span.end()
    return "".join((*parts, change(text[position:])))

"""The YAML that nearly every front matter consists of, read in one pass; anything else is left to the real parser.

Read here: `key: value` at the left margin, where the value is nothing, one quoted string without escapes, a plain word
or sentence that begins with a letter, a whole number, an ISO date, a flow list of quoted strings, or a block list of
such strings. What is read equals what `YamlLoader` gives, eight times as fast: on a site of 10 000 posts that is most
of a second. Tests compare the two on generated sources.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: A longer front matter goes to the real parser, which counts what it reads against its limits.
MAX_CHARACTERS: Final = 20_000

#: What YAML itself treats otherwise than other characters, or refuses: control characters, the line breaks of YAML 1.1
#: (U+0085, U+2028, U+2029), byte order marks, halves of surrogate pairs. Looked for once, so that the patterns below
#: need no classes beyond ASCII, which cost much to compile.
_ODD: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
#: Inside quotes: neither the quote itself nor, in double ones, a backslash.
_IN_DOUBLE: Final = r'[^"\\\n]*'
_IN_SINGLE: Final = r"[^'\n]*"
#: Begins with a letter. Possessive, so that no input makes it try twice. A sign that ends a plain scalar only beside a
#: blank (": ", " #") is taken together with what follows it, or not at all.
_PLAIN: Final = r"[^\W\d_](?:[^ \n:\#]++|:(?=[^ \n])|(?<![ ])\#|[ ]++(?=[^ \n\#]))*+"
_DATE: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
_FLOW: Final = rf'\[(?:"{_IN_DOUBLE}"(?:,[ ]?"{_IN_DOUBLE}")*)?\]'
_LINE: Final = re.compile(
    rf"""(?P<key>[A-Za-z_][A-Za-z0-9_-]*):
    (?:[ ]+(?:
        "(?P<double>{_IN_DOUBLE})"|(?P<flow>{_FLOW})|(?P<plain>{_PLAIN}|{_DATE})
        |(?P<whole>[1-9][0-9]{{0,15}}|0)|'(?P<single>{_IN_SINGLE})'
    ))?[ ]*\n
    |\#.*\n|[ ]*\n""",
    re.VERBOSE,
)
_ITEM: Final = re.compile(
    rf"""(?P<margin>[ ]*)-[ ]
    (?:"(?P<double>{_IN_DOUBLE})"|'(?P<single>{_IN_SINGLE})'|(?P<plain>{_PLAIN}))[ ]*\n""",
    re.VERBOSE,
)
_QUOTED: Final = re.compile(rf'"({_IN_DOUBLE})"')
#: Plain words that are no strings.
_WORDS: Final[Mapping[str, bool | None]] = {
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
    "null": None, "Null": None, "NULL": None,
}  # fmt: skip


def scan_yaml(source: str) -> dict[str, Any] | None:
    """Read a front matter. Gives None where it holds anything but the simple YAML above: then parse it whole."""
    if len(source) > MAX_CHARACTERS or _ODD.search(source):
        return None
    values: dict[str, Any] = {}
    position = 0
    while position < len(source):
        line = _LINE.match(source, position)
        if line is None:
            return None
        position = line.end()
        kind = line.lastgroup
        if kind is None:
            continue
        key = line["key"]
        if key in values or key in _WORDS:
            return None
        if kind == "key":
            values[key], position = _block_list(source, position)
        else:
            values[key] = _READERS[kind](line[kind])
    return values


def _block_list(source: str, position: int) -> tuple[list[Any] | None, int]:
    """Read the `- item` lines below a key, and tell where they end; None if there are none: the key's value is null."""
    items: list[Any] = []
    margin = ""
    while (item := _ITEM.match(source, position)) and (item["margin"] == margin or not items):
        margin, kind = item["margin"], item.lastgroup or ""
        items.append(_READERS[kind](item[kind]))
        position = item.end()
    return items or None, position


def _plain(text: str) -> Any:
    return _WORDS.get(text, text)


_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "double": str,
    "single": str,
    "flow": _QUOTED.findall,
    "plain": _plain,
    "whole": int,
}

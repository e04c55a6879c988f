"""Characters that XML 1.0 can't carry, taken out of any value, with a word about where they were.

All three formats get the cleaned text, JSON too, so that they say the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, is_dataclass, replace
from operator import is_not
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

#: Everything outside the production Char of XML 1.0 (section 2.2) that a Python string can hold.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: An XML parser makes one line feed of each of these (section 2.11), a JSON parser does not.
_LINE_END = re.compile("\r\n?")
_UNCLEAN = re.compile(_FORBIDDEN.pattern.replace("[", "[\r", 1))
_CONTEXT_CHARS = 12

ValueT = TypeVar("ValueT")


@dataclass(frozen=True, slots=True)
class Forbidden:
    """One character that had to go."""

    #: The field it stood in, such as "title" or "authors.name".
    where: str
    #: Characters before it in that field.
    offset: int
    character: str
    #: A few characters before it, for finding the place in an editor.
    before: str

    def __str__(self) -> str:
        after = f' after "{self.before}"' if self.before else ""
        return f"{self.where} holds U+{ord(self.character):04X} at character {self.offset}{after}: left out"


def clean_text(text: str) -> str:
    """Take out what XML can't carry, and make every line end a line feed."""
    kept = _FORBIDDEN.sub("", text)
    return _LINE_END.sub("\n", kept) if "\r" in kept else kept


def clean_value(value: ValueT, report: Callable[[Forbidden], None], where: str = "") -> ValueT:
    """Clean every string in a value: a string, a tuple, or a frozen dataclass of such; anything else stays as it is.

    What is clean already is given back itself, not a copy of it.
    """
    cleaned: Any = value
    if isinstance(value, str):
        if _UNCLEAN.search(value):
            for forbidden in _find(value, where):
                report(forbidden)
            cleaned = clean_text(value)
    elif isinstance(value, tuple):
        elements = tuple(clean_value(part, report, where) for part in value)
        cleaned = elements if any(map(is_not, elements, value)) else value
    elif names := _field_names(type(cleaned)):
        below = f"{where}." if where else ""
        parts = {name: getattr(value, name) for name in names}
        changed = {
            name: new for name, part in parts.items() if (new := clean_value(part, report, below + name)) is not part
        }
        cleaned = replace(cleaned, **changed) if changed else value
    return cleaned  # type: ignore[no-any-return]


#: Kind of value → names of its fields.
_FIELDS: dict[type, tuple[str, ...]] = {}


def _field_names(kind: type) -> tuple[str, ...]:
    if kind not in _FIELDS:
        _FIELDS[kind] = tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()
    return _FIELDS[kind]


def _find(text: str, where: str) -> list[Forbidden]:
    return [
        Forbidden(
            where, match.start(), match[0], clean_text(text[max(0, match.start() - _CONTEXT_CHARS) : match.start()])
        )
        for match in _FORBIDDEN.finditer(text)
    ]

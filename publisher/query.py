"""The language of saved queries: `"台積電" in tags and not date < "2026"` becomes a tree. Nothing is ever executed.

query  = both {"or" both}
both   = part {"and" part}
part   = "not" part | "(" query ")" | test
test   = value ["not"] "in" field | field ("==" | "!=" | "<" | "<=" | ">" | ">=") value
value  = text in quotes, '…' or "…" | number | true | false
field  = a front-matter key; a dot leads into a table
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal, NoReturn, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

Operator = Literal["==", "<", "<=", ">", ">="]
_OPERATORS = ("==", "!=", "<", "<=", ">", ">=")
_WORDS = frozenset({"and", "or", "not", "in"})
#: Deeper than anybody writes by hand, and far less deep than Python's own stack.
MAX_DEPTH = 50

_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<number>-?\d+(?:\.\d+)?(?![\w.-]))
      | (?P<name>[^\W\d][\w-]*(?:\.[\w-]+)*)
      | (?P<sign>==|!=|<=|>=|<|>|\(|\))""",
    re.VERBOSE | re.DOTALL,
)
#: A year, a month of it, or a day: years before 1000 are typing errors.
_DATE = re.compile(r"([1-9]\d{3})(?:-(\d\d)(?:-(\d\d))?)?")
#: What people type who have written other languages, or whose keyboard means well.
_MEANT = {
    "=": "==",
    "&&": "and",
    "||": "or",
    "!": "not",
    "“": '"',
    "”": '"',
    "「": '"',
    "」": '"',
    "‘": "'",
    "’": "'",
    "（": "(",
    "）": ")",
}


class QueryError(ValueError):
    """A query that can't be understood. A ValueError, which the reader of publisher.toml collects and locates."""

    def __init__(self, message: str, offset: int, hint: str = "") -> None:
        """offset: of the token at fault, in characters from the query's beginning."""
        super().__init__(message)
        self.offset = offset
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Field:
    """A front-matter key, lower-cased, and where the query names it, in characters."""

    name: str
    offset: int


@dataclass(frozen=True, slots=True)
class Span:
    """A year, a month or a day: its first day, and the first one after it."""

    first: date
    after: date


Value = str | float | bool | Span


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison of what a post says under a key; "in" is "=="."""

    field: Field
    operator: Operator
    #: A Span where it is compared by order and is no number.
    value: Value


@dataclass(frozen=True, slots=True)
class Not:
    """What must not be so."""

    part: Query


@dataclass(frozen=True, slots=True)
class Every:
    """Parts that must all be so."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """Parts of which one must be so."""

    parts: tuple[Query, ...]


Query = Comparison | Not | Every | Some


def parse_query(text: str) -> Query:
    """Read a query. Raises QueryError, and nothing else, for what is none."""
    reader = _Reader(text)
    query = reader.query()
    if reader.kind:
        reader.refuse("something is left over here", 'join tests by "and" or "or"')
    return query


def fields_of(query: Query) -> Iterator[Field]:
    """List the fields that a query names, in its order."""
    if isinstance(query, Comparison):
        yield query.field
    else:
        for part in (query.part,) if isinstance(query, Not) else query.parts:
            yield from fields_of(part)


def span_of(text: str) -> Span | None:
    """Read 2026, 2026-10 or 2026-10-08; None for anything else."""
    found = _DATE.fullmatch(text.strip())
    if not found:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    try:
        first = date(year, month or 1, day or 1)
        if day:
            return Span(first, date.fromordinal(first.toordinal() + 1))
        later = (year, month + 1) if 0 < month < 12 else (year + 1, 1)  # noqa: PLR2004 - December is followed by a year
        return Span(first, date(*later, 1))
    except (ValueError, OverflowError):
        return None


class _Reader:
    """Reads a query from its beginning to its end, one token ahead."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._next = 0
        self._depth = 0
        #: Of the token at hand: text, number, name, sign, word; empty at the end.
        self.kind = ""
        self.written = ""
        self.offset = 0
        self._advance()

    def query(self) -> Query:
        parts = [self._both()]
        while self._takes("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def refuse(self, message: str, hint: str = "") -> NoReturn:
        raise QueryError(message, self.offset, hint)

    def _both(self) -> Query:
        parts = [self._part()]
        while self._takes("and"):
            parts.append(self._part())
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _part(self) -> Query:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self.refuse(f"more than {MAX_DEPTH} parts lie inside one another here", "make several queries of it")
        try:
            if self._takes("not"):
                return Not(self._part())
            return self._group() if self.written == "(" else self._test()
        finally:
            self._depth -= 1

    def _group(self) -> Query:
        opened = self.offset
        self._advance()
        inner = self.query()
        if self.written != ")":
            raise QueryError("this parenthesis is never closed", opened, "write ) behind what belongs together")
        self._advance()
        return inner

    def _test(self) -> Query:
        if not self.kind:
            self.refuse("a test is missing at the end", 'write one such as "AI" in tags')
        if self.kind == "name" and self.written.lower() not in {"true", "false"}:
            return self._comparison()
        value = self._value()
        negated = self._takes("not")
        if not self._takes("in"):
            self.refuse('"in" and a front-matter key belong behind a value', 'write "AI" in tags')
        test = Comparison(self._field(), "==", value)
        return Not(test) if negated else test

    def _comparison(self) -> Query:
        name, at = self.written, self.offset
        field = self._field()
        if self.kind == "word" and self.written.lower() in {"in", "not"}:
            self._takes("not")
            self._takes("in")
            if self.kind == "text":
                raise QueryError('the value stands before "in"', at, f"write {self.written} in {name}")
            raise QueryError("a text stands in quotes", at, f'write "{name}" in {self.written or "tags"}')
        if self.written not in _OPERATORS:
            self.refuse(f"{name} is compared with nothing", f'write "…" in {name}, or {name} == "…"')
        operator = self.written
        self._advance()
        value_at = self.offset
        value = self._value()
        if operator in {"==", "!="}:
            test = Comparison(field, "==", value)
            return test if operator == "==" else Not(test)
        return Comparison(field, cast("Operator", operator), _ordered(value, value_at))

    def _field(self) -> Field:
        if self.kind == "text":
            self.refuse("a front-matter key belongs here, without quotes", f"write {self.written[1:-1] or 'tags'}")
        if self.kind != "name":
            self.refuse("a front-matter key is missing here", "write one such as tags, categories or date")
        field = Field(self.written.lower(), self.offset)
        self._advance()
        return field

    def _value(self) -> Value:
        kind, token = self.kind, self.written
        if kind == "name" and token.lower() in {"true", "false"}:
            self._advance()
            return token.lower() == "true"
        if kind == "name":
            self.refuse(f'a text stands in quotes: "{token}"', f'write "{token}"')
        if kind not in {"text", "number"}:
            self.refuse("a value is missing here", 'write a text in quotes, such as "AI", or a number')
        self._advance()
        return float(token) if kind == "number" else re.sub(r"\\(.)", r"\1", token[1:-1], flags=re.DOTALL)

    def _takes(self, word: str) -> bool:
        if self.kind != "word" or self.written.lower() != word:
            return False
        self._advance()
        return True

    def _advance(self) -> None:
        start = self._next
        while start < len(self._text) and self._text[start].isspace():
            start += 1
        self.offset = start
        found = _TOKEN.match(self._text, start)
        if found:
            self.kind, self.written, self._next = str(found.lastgroup), found[0], found.end()
            if self.kind == "name" and self.written.lower() in _WORDS:
                self.kind = "word"
        elif start == len(self._text):
            self.kind = self.written = ""
        else:
            self._refuse_character(start)

    def _refuse_character(self, start: int) -> NoReturn:
        if self._text[start] in "\"'":
            self.refuse("this text has no quote at its end", f"write another {self._text[start]} behind it")
        meant = next((sign for sign in _MEANT if self._text.startswith(sign, start)), "")
        if meant:
            self.refuse(f"{meant} means nothing here", f"write {_MEANT[meant]}")
        self.refuse(
            f"{self._text[start]!r} means nothing here", 'write queries such as "AI" in tags and date >= "2026"'
        )


def _ordered(value: Value, offset: int) -> Value:
    """Make a value into one that others can come before and behind."""
    if isinstance(value, float) and not isinstance(value, bool):
        return value
    span = span_of(value) if isinstance(value, str) else None
    if span is None:
        shown = str(value).lower() if isinstance(value, bool) else f'"{value}"'
        raise QueryError(f"{shown} is neither a date nor a number", offset, 'write "2026-01-31", "2026-01" or "2026"')
    return span

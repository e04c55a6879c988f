"""The data at the top of a post: YAML, TOML or JSON, typed as Hugo types it.

Keys are lower-cased at every level, as Hugo does. The parsers of `loaders` load where the simple YAML that most posts
have is not enough.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from publisher.content.front_matter.yaml_subset import scan_yaml
from publisher.errors import ContentError, Location

if TYPE_CHECKING:
    from collections.abc import Sequence

Kind = Literal["yaml", "toml", "json", ""]

MAX_CHARACTERS = 1_000_000

_FENCES = {"yaml": "---", "toml": "+++"}
_OPENING = {"yaml": re.compile(r"---[ \t]*\r?\n"), "toml": re.compile(r"\+\+\+[ \t]*\r?\n")}
_CLOSING = {"yaml": re.compile(r"---(?!-)[ \t]*"), "toml": re.compile(r"\+\+\+(?!\+)[ \t]*")}


@dataclass(frozen=True, slots=True)
class Split:
    """A file cut in two: the front matter as it is written, and the Markdown."""

    kind: Kind
    #: The front matter without its fences; empty if there is none.
    source: str
    #: Line of the file on which `source` begins; the first line is 1.
    source_line: int
    body: str
    #: Line of the file on which `body` begins.
    body_line: int


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What a file says about itself, and the Markdown below."""

    split: Split
    #: Keys lower-cased at every level. Dates stay as written (YAML, JSON) or are tomllib's own types (TOML).
    values: dict[str, Any]


def parse_front_matter(text: str, file: str) -> FrontMatter:
    """Read the front matter of a post.

    text: the whole file. file: its name for messages.
    A file without front matter has no values; that is not an error here.
    Raises ContentError with file:line:column for a block that is never closed, can't be parsed, or is no table.
    """
    clean = text.removeprefix("\ufeff")
    cut = split_front_matter(clean, file)
    if len(cut.source) > MAX_CHARACTERS:
        raise broken("the front matter is too large", cut, file, hint="is its closing line in the right place?")
    simple = scan_yaml(cut.source) if cut.kind == "yaml" else None
    if simple is not None:
        return FrontMatter(cut, {key.lower(): value for key, value in simple.items()})
    if not cut.kind:
        return FrontMatter(cut, {})
    from publisher.content.front_matter.loaders import load_values

    return FrontMatter(cut, load_values(clean, cut, file))


def split_front_matter(text: str, file: str = "") -> Split:
    """Cut a file into front matter and body. Raises ContentError if the front matter is opened and never closed."""
    clean = text.removeprefix("\ufeff")
    start = _first_character(clean)
    kind = kind_of(clean)
    if kind == "json":
        return _split_json(clean, start, file)
    opening = _OPENING[kind].match(clean, start) if kind else None
    if opening is None:
        return Split("", "", 1, clean, 1)
    closing = _closing(kind, clean, opening.end())
    first_line = clean.count("\n", 0, start) + 1
    if closing is None:
        fence = clean[start : start + 3]
        at = Location(file, first_line, 1, fence)
        hint = f"write a line of {fence} below the last key"
        raise ContentError("the front matter is never closed", at=at, hint=hint)
    source = clean[opening.end() : closing.start()]
    return _cut(kind, source, first_line + 1, clean, closing.end())


def _closing(kind: Kind, text: str, start: int) -> re.Match[str] | None:
    """Find the line that closes a front matter, which begins at `start`, the beginning of a line."""
    # Not by a regular expression alone, which would try at every character.
    while not (found := _CLOSING[kind].match(text, start)):
        end = text.find("\n" + _FENCES[kind], start)
        if end < 0:
            return None
        start = end + 1
    return found


def _split_json(text: str, start: int, file: str) -> Split:
    line = text.count("\n", 0, start) + 1
    try:
        _, end = json.JSONDecoder().raw_decode(text, start)
    except json.JSONDecodeError as error:
        at = Location(file, error.lineno, error.colno, _line_of(text, error.lineno))
        raise ContentError(f"the front matter is not JSON: {error.msg}", at=at) from error
    except (ValueError, RecursionError) as error:
        raise ContentError(f"the front matter is not JSON: {error}", at=Location(file, line, 1)) from error
    return _cut("json", text[start:end], line, text, end)


def _cut(kind: Kind, source: str, source_line: int, text: str, end: int) -> Split:
    """Make a Split; the body begins right behind the closing fence, or on the next line when nothing follows there."""
    end += 2 if text.startswith("\r\n", end) else 1 if text.startswith("\n", end) else 0
    return Split(kind, source, source_line, text[end:], text.count("\n", 0, end) + 1)


def kind_of(text: str) -> Kind:
    """Tell by its first line how a file's front matter is written; empty if it has none."""
    start = _first_character(text)
    if _OPENING["yaml"].match(text, start):
        return "yaml"
    if _OPENING["toml"].match(text, start):
        return "toml"
    return "json" if text.startswith("{", start) and not text.startswith("{{", start) else ""


def _first_character(text: str) -> int:
    """Find where a text begins behind white space."""
    return len(text) - len(text.lstrip()) if text[:1].isspace() else 0


def locate(split: Split, file: str, path: Sequence[str | int] = ()) -> Location:
    """Find the place of a value in the file, for a message.

    path: keys (lower-cased) and list indexes from the top; the nearest place known is given when it can't be found.
    """
    found: tuple[int, int] | None = None
    if path and split.kind == "yaml":
        from publisher.content.front_matter.yaml_loader import find_yaml_value

        found = find_yaml_value(split.source, path)
    elif path and split.kind:
        found = _find_key(split, str(path[0]))
    line, column = found or (1, 1)
    return place(split, file, line, column)


def place(split: Split, file: str, line: int, column: int) -> Location:
    """Turn a place inside the front matter (first line 1) into one in the file."""
    return Location(file, split.source_line + line - 1, column, _line_of(split.source, line))


def _find_key(split: Split, key: str) -> tuple[int, int] | None:
    """Find a value in TOML or JSON by its key: good enough for a message, as neither library tells places."""
    sign = ":" if split.kind == "json" else "="
    found = re.search(rf'(?im)(?:^|[\s{{,])"?{re.escape(key)}"?\s*{sign}\s*', split.source)
    if not found:
        return None
    line = split.source.count("\n", 0, found.end()) + 1
    return line, found.end() - (split.source.rfind("\n", 0, found.end()) + 1) + 1


def _line_of(source: str, line: int) -> str | None:
    lines = source.split("\n")
    return lines[line - 1].rstrip("\r") if 0 < line <= len(lines) else None


def broken(message: str, cut: Split, file: str, hint: str | None = None) -> ContentError:
    """Make the error of a front matter that is wrong as a whole."""
    return ContentError(message, at=place(cut, file, 1, 1), hint=hint)

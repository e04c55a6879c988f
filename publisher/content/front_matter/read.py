"""The data at the top of a post: YAML, TOML or JSON, typed as Hugo types it.

python-frontmatter picks the handler; the handlers are ours, because its own lose a byte order mark, TOML and one-line
JSON, and let PyYAML turn `12:30` into 750 and `yes` into True. Keys are lower-cased at every level, as Hugo does.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import frontmatter
import yaml
from frontmatter.default_handlers import BaseHandler

from publisher.content.front_matter.errors import Fault, toml_fault, yaml_fault
from publisher.content.front_matter.yaml_loader import YamlLoader, find_yaml_value, refuse_deep_nesting
from publisher.content.front_matter.yaml_subset import scan_yaml
from publisher.errors import ContentError, Location

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Kind = Literal["yaml", "toml", "json", ""]

#: A front matter with more values than this, aliases counted each time they are used, is an attack or an accident.
MAX_VALUES = 200_000
MAX_DEPTH = 64
MAX_CHARACTERS = 1_000_000

_HINTS = {
    "YAML": "put quotes around a value that holds `: ` or begins with [ { @ ` * & ! % |, and close every quote",
    "TOML": 'put quotes around every text: title = "…"',
}
_OPENING = {"yaml": re.compile(r"---[ \t]*\r?\n"), "toml": re.compile(r"\+\+\+[ \t]*\r?\n")}
_CLOSING = {"yaml": re.compile(r"(?m)^---(?!-)[ \t]*"), "toml": re.compile(r"(?m)^\+\+\+(?!\+)[ \t]*")}


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


class _Handler(BaseHandler):
    """What python-frontmatter asks of a handler, answered by `split_front_matter` and `_LOADERS`."""

    def __init__(self, kind: Literal["yaml", "toml", "json"]) -> None:
        self.kind = kind

    def detect(self, text: str) -> bool:
        return _kind_of(text) == self.kind

    def split(self, text: str) -> tuple[str, str]:
        cut = split_front_matter(text)
        return cut.source, cut.body

    def load(self, fm: str) -> dict[str, Any]:
        loaded = _LOADERS[self.kind](fm)
        return loaded if isinstance(loaded, dict) else {"": loaded} if loaded is not None else {}


def _load_yaml(source: str) -> Any:
    refuse_deep_nesting(source)
    # YamlLoader is a SafeLoader: it builds plain values only.
    return yaml.load(source, Loader=YamlLoader)  # noqa: S506 - see above


_LOADERS: dict[str, Callable[[str], Any]] = {"yaml": _load_yaml, "toml": tomllib.loads, "json": json.loads}
HANDLERS = tuple(_Handler(kind) for kind in ("yaml", "toml", "json"))


def parse_front_matter(text: str, file: str) -> FrontMatter:
    """Read the front matter of a post.

    text: the whole file. file: its name for messages.
    A file without front matter has no values; that is not an error here.
    Raises ContentError with file:line:column for a block that is never closed, can't be parsed, or is no table.
    """
    clean = text.removeprefix("\ufeff")
    cut = split_front_matter(clean, file)
    if len(cut.source) > MAX_CHARACTERS:
        raise _broken("the front matter is too large", cut, file, hint="is its closing line in the right place?")
    simple = scan_yaml(cut.source) if cut.kind == "yaml" else None
    if simple is not None:
        return FrontMatter(cut, {key.lower(): value for key, value in simple.items()})
    handler = frontmatter.detect_format(clean, HANDLERS) if cut.kind else None
    return FrontMatter(cut, _values(handler, cut, file) if handler else {})


def _values(handler: BaseHandler, cut: Split, file: str) -> dict[str, Any]:
    """Parse a front matter whole. Raises ContentError, located."""
    try:
        loaded = handler.load(cut.source)
    except yaml.YAMLError as error:
        raise _fault_in("YAML", yaml_fault(error, cut.source), cut, file) from error
    except json.JSONDecodeError as error:
        at = place(cut, file, error.lineno, error.colno)
        raise ContentError(f"the front matter is not JSON: {error.msg}", at=at) from error
    except tomllib.TOMLDecodeError as error:
        raise _fault_in("TOML", toml_fault(error, cut.source), cut, file) from error
    except (ValueError, RecursionError) as error:
        raise _broken(f"the front matter can't be read: {error}", cut, file) from error
    if "" in loaded:
        raise _broken("the front matter is not a table of keys and values", cut, file, hint="write `title: …`")
    try:
        return _Lowered().table(loaded)
    except ValueError as error:
        raise _broken(str(error), cut, file) from error


def split_front_matter(text: str, file: str = "") -> Split:
    """Cut a file into front matter and body. Raises ContentError if the front matter is opened and never closed."""
    clean = text.removeprefix("\ufeff")
    start = _first_character(clean)
    kind = _kind_of(clean)
    if kind == "json":
        return _split_json(clean, start, file)
    opening = _OPENING[kind].match(clean, start) if kind else None
    if opening is None:
        return Split("", "", 1, clean, 1)
    closing = _CLOSING[kind].search(clean, opening.end())
    first_line = clean.count("\n", 0, start) + 1
    if closing is None:
        fence = clean[start : start + 3]
        at = Location(file, first_line, 1, fence)
        hint = f"write a line of {fence} below the last key"
        raise ContentError("the front matter is never closed", at=at, hint=hint)
    source = clean[opening.end() : closing.start()]
    return _cut(kind, source, first_line + 1, clean, closing.end())


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


def _kind_of(text: str) -> Kind:
    start = _first_character(text)
    if _OPENING["yaml"].match(text, start):
        return "yaml"
    if _OPENING["toml"].match(text, start):
        return "toml"
    return "json" if text.startswith("{", start) and not text.startswith("{{", start) else ""


def _first_character(text: str) -> int:
    """Find where a text begins behind white space."""
    return len(text) - len(text.lstrip()) if text[:1].isspace() else 0


class _Lowered:
    """Lower-cases keys at every level, within a budget: YAML aliases can make a small file huge."""

    def __init__(self) -> None:
        self.left = MAX_VALUES

    def table(self, values: dict[Any, Any], depth: int = 0) -> dict[str, Any]:
        return {str(key).lower(): self._value(value, depth + 1) for key, value in values.items()}

    def _value(self, value: Any, depth: int) -> Any:
        self.left -= 1
        if self.left < 0 or depth > MAX_DEPTH:
            raise ValueError("the front matter is too large or too deep (does it use YAML aliases?)")
        if isinstance(value, dict):
            return self.table(value, depth)
        return [self._value(item, depth + 1) for item in value] if isinstance(value, list) else value


def locate(split: Split, file: str, path: Sequence[str | int] = ()) -> Location:
    """Find the place of a value in the file, for a message.

    path: keys (lower-cased) and list indexes from the top; the nearest place known is given when it can't be found.
    """
    found: tuple[int, int] | None = None
    if path and split.kind == "yaml":
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


def _fault_in(language: str, fault: Fault, cut: Split, file: str) -> ContentError:
    at = place(cut, file, fault.line, fault.column)
    return ContentError(f"the front matter is not {language}: {fault.message}", at=at, hint=_HINTS[language])


def _broken(message: str, cut: Split, file: str, hint: str | None = None) -> ContentError:
    return ContentError(message, at=place(cut, file, 1, 1), hint=hint)

"""Where a broken front matter is broken and what is wrong there: at the value, not where a parser gave up.

Lines and columns count from 1, inside the front matter.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import yaml

from publisher.content.front_matter.yaml_loader import YamlLoader

if TYPE_CHECKING:
    import tomllib

#: What libyaml was doing when it found the end of something missing: the thing that was begun is to be mended.
_BEGUN = ("quoted scalar", "flow sequence", "flow mapping", "simple key")


class Fault(NamedTuple):
    """What is wrong, and where."""

    message: str
    line: int
    column: int


def yaml_fault(error: yaml.YAMLError, source: str) -> Fault:
    """Say where YAML breaks: an unclosed quote at its opening, a control character where it stands."""
    if isinstance(error, yaml.MarkedYAMLError):
        what = error.problem or error.context or "syntax error"
        mark = error.problem_mark or error.context_mark
        began = error.context_mark if any(thing in (error.context or "") for thing in _BEGUN) else None
        # An unknown escape is wrong where it stands; what is never closed is wrong where it was opened.
        mark = began if began and "escape" not in what else _quote_left_open(source, mark) or mark
        what = f"{what} ({error.context})" if mark is began and began else what
        return Fault(what, mark.line + 1, mark.column + 1) if mark else Fault(what, 1, 1)
    if found := yaml.reader.Reader.NON_PRINTABLE.search(source):
        return Fault(f"a control character, U+{ord(found[0]):04X}", *_line_and_column(source, found.start()))
    return Fault(str(error).split("\n", maxsplit=1)[0], 1, 1)


def _quote_left_open(source: str, found: yaml.Mark | None) -> yaml.Mark | None:
    """Find the quote that was closed only by the opening one of a later line, where the error was noticed."""
    suspect = None
    try:
        for token in yaml.scan(source, Loader=YamlLoader):
            if found is None or (token.start_mark.line, token.start_mark.column) > (found.line, found.column):
                break
            if isinstance(token, yaml.ScalarToken) and token.style in ("'", '"'):
                suspect = token.start_mark if token.end_mark.line > token.start_mark.line else None
                ended = token.end_mark.line
    except yaml.YAMLError:
        pass
    return suspect if suspect and found and ended == found.line else None


def toml_fault(error: tomllib.TOMLDecodeError, source: str) -> Fault:
    """Say where TOML breaks; what is open at the end of the text is blamed where it begins."""
    what = re.sub(r" \(at [^)]*\)", "", str(error))
    if found := re.search(r"at line (\d+), column (\d+)", str(error)):
        return Fault(what, int(found[1]), int(found[2]))
    for fence in ('"""', "'''"):
        if source.count(fence) % 2:
            return Fault(what, *_line_and_column(source, source.rfind(fence)))
    keys = list(re.finditer(r"(?m)^[ \t]*[\w.\"-]+[ \t]*=[ \t]*", source))
    return Fault(what, *_line_and_column(source, keys[-1].end() if keys else 0))


def _line_and_column(source: str, offset: int) -> tuple[int, int]:
    return source.count("\n", 0, offset) + 1, offset - source.rfind("\n", 0, offset)

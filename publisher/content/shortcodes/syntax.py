"""Hugo's shortcodes, `{{< name args >}}` and `{{% name args %}}`, as a tree: what they say, not what they look like.

The grammar was measured on Hugo 0.168. What Hugo refuses becomes a problem and a `Call` without a name, never text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from publisher.errors import Location, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_OPEN = re.compile(r"\{\{([<%])")
_ESCAPED = re.compile(r"\{\{([<%])[ \t]*/\*(.*?)\*/[ \t]*([>%])\}\}", re.DOTALL)
_NAME = re.compile(r"\s*(?P<close>/)?\s*(?P<name>[\w./-]*[\w-])")
_SPACE = re.compile(r"\s*")
_QUOTED = re.compile(r'"((?:[^"\\\n]|\\.)*)"|`([^`]*)`')
_KEY = re.compile(r"([\w-]+)\s*=\s*")
_BARE = re.compile(r"[\w.-]+")
#: After "=" anything goes up to white space: src=https://x?a=b, w=50%.
_BARE_VALUE = re.compile(r"(?:(?!/?[>%]\}\})[^\s\"`])+")

#: Deeper than this nobody nests; such a call stands alone.
MAX_NESTING = 100
#: A text with more mistakes than this is another language; the first ones tell enough.
MAX_ERRORS = 20

Arguments = tuple[Any, ...] | dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One shortcode as it stands in a text."""

    #: Lower-cased; empty for one that can't be read.
    name: str
    args: Arguments
    #: `{{% %}}`: what comes out is Markdown, not HTML.
    markdown: bool
    #: What stands between it and its closing tag; None if there is no closing tag.
    inner: tuple[Node, ...] | None
    #: Place in the text it was read from.
    offset: int
    #: Position among the shortcodes beside it, from 0.
    ordinal: int = 0

    def get(self, key: int | str, default: Any = "") -> Any:
        """Look an argument up by position or by name."""
        if isinstance(self.args, dict):
            return self.args.get(key, default) if isinstance(key, str) else default
        return self.args[key] if isinstance(key, int) and 0 <= key < len(self.args) else default


Node = str | Call


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text as text and calls, and what could not be read."""

    nodes: tuple[Node, ...]
    #: Message and offset.
    errors: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class _Tag:
    name: str
    args: Arguments
    markdown: bool
    closing: bool
    closed: bool
    start: int
    end: int


class _BadTagError(ValueError):
    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


def parse_shortcodes(text: str) -> Parsed:
    """Read all shortcodes of a text, in code too, as Hugo does. Never raises."""
    flat, errors = _scan(text)
    nodes, more = _pair(flat)
    return Parsed(_numbered(nodes), tuple(sorted([*errors, *more], key=lambda error: error[1])))


def _scan(text: str) -> tuple[list[str | _Tag], list[tuple[str, int]]]:
    """Cut a text into text and single tags."""
    flat: list[str | _Tag] = []
    errors: list[tuple[str, int]] = []
    done = 0
    while match := _OPEN.search(text, done):
        flat.append(text[done : match.start()])
        if escaped := _ESCAPED.match(text, match.start()):
            flat.append(f"{{{{{escaped[1]}{escaped[2]}{escaped[3]}}}}}")
            done = escaped.end()
            continue
        try:
            tag = _read_tag(text, match)
        except _BadTagError as error:
            errors.append((str(error), error.offset))
            tag = _Tag("", (), markdown=False, closing=False, closed=True, start=match.start(), end=_skip(text, match))
        flat.append(tag)
        done = tag.end
    flat.append(text[done:])
    return [part for part in flat if part != ""], errors


def _skip(text: str, match: re.Match[str]) -> int:
    """Find where a tag that can't be read ends: at its own end mark, else at the end of its line."""
    another = _OPEN.search(text, match.end())
    limit = another.start() if another else len(text)
    end = text.find(_end_mark(match), match.end(), limit)
    line_end = text.find("\n", match.end(), limit)
    return end + len(_end_mark(match)) if end >= 0 else line_end if line_end >= 0 else limit


def _end_mark(match: re.Match[str]) -> str:
    return ">}}" if match[1] == "<" else "%}}"


def _read_tag(text: str, match: re.Match[str]) -> _Tag:
    name = _NAME.match(text, match.end())
    if not name:
        raise _BadTagError("a shortcode has no name", match.start())
    end_mark = _end_mark(match)
    args, position = _read_args(text, name.end(), match)
    closed = text.startswith("/", position)
    return _Tag(
        name=name["name"].lower(),
        args=args,
        markdown=match[1] == "%",
        closing=bool(name["close"]),
        closed=closed,
        start=match.start(),
        end=position + closed + len(end_mark),
    )


def _read_args(text: str, position: int, opening: re.Match[str]) -> tuple[Arguments, int]:
    end_mark = _end_mark(opening)
    named: dict[str, Any] = {}
    listed: list[Any] = []
    while True:
        start = position = _end_of(_SPACE, text, position)
        if text.startswith((end_mark, "/" + end_mark), position):
            return named or tuple(listed), position
        if position >= len(text) or text.startswith(("{{<", "{{%"), position):
            raise _BadTagError(f"a shortcode is never closed: {end_mark} is missing", opening.start())
        if key := _KEY.match(text, position):
            value, position = _read_value(text, key.end(), _BARE_VALUE)
            named[key[1].lower()] = value
        else:
            value, position = _read_value(text, position, _BARE)
            listed.append(value)
        if named and listed:
            raise _BadTagError("a shortcode mixes named and unnamed arguments", start)


def _end_of(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position


def _read_value(text: str, position: int, bare: re.Pattern[str]) -> tuple[Any, int]:
    if quoted := _QUOTED.match(text, position):
        value = quoted[1].replace('\\"', '"') if quoted[1] is not None else quoted[2]
        return value, quoted.end()
    if found := bare.match(text, position):
        return _typed(found[0]), found.end()
    shown = text[position : position + 20].split("\n", maxsplit=1)[0]
    raise _BadTagError(f"a shortcode's argument can't be read: {shown}", position)


def _typed(bare: str) -> Any:
    """Give a bare word the type that Hugo gives it; `007` stays text."""
    if bare in {"true", "false"}:
        return bare == "true"
    if re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", bare):
        return int(bare)
    return float(bare) if re.fullmatch(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,17}", bare) else bare


@dataclass(slots=True)
class _Frame:
    """An opening tag that may still find its end, and what followed it so far."""

    tag: _Tag | None
    nodes: list[Node]


def _pair(flat: Sequence[str | _Tag]) -> tuple[list[Node], list[tuple[str, int]]]:
    """Match opening and closing tags. An opening tag without an end stands alone; an end without one is an error."""
    stack = [_Frame(None, [])]
    errors: list[tuple[str, int]] = []
    for part in flat:
        if isinstance(part, str):
            stack[-1].nodes.append(part)
        elif part.closing:
            if not _close(stack, part.name):
                errors.append((f"nothing is open that {{{{< /{part.name} >}}}} could close", part.start))
        elif part.closed:
            # `<.../>` is a call with an empty inside; one that can't be read has none.
            stack[-1].nodes.append(_call(part, () if part.name else None))
        elif len(stack) > MAX_NESTING:
            stack[-1].nodes.append(_call(part, None))
        else:
            stack.append(_Frame(part, []))
    while len(stack) > 1:
        _flatten(stack)
    return stack[0].nodes, errors


def _close(stack: list[_Frame], name: str) -> bool:
    if not any(frame.tag and frame.tag.name == name for frame in stack):
        return False
    while (tag := stack[-1].tag) is None or tag.name != name:
        _flatten(stack)
    frame = stack.pop()
    stack[-1].nodes.append(_call(tag, tuple(frame.nodes)))
    return True


def _flatten(stack: list[_Frame]) -> None:
    """Let the innermost open tag stand alone: what followed it was not its inside."""
    frame = stack.pop()
    if frame.tag:
        stack[-1].nodes.append(_call(frame.tag, None))
    stack[-1].nodes.extend(frame.nodes)


def _call(tag: _Tag, inner: tuple[Node, ...] | None) -> Call:
    return Call(tag.name, tag.args, tag.markdown, inner, tag.start)


def _numbered(nodes: Sequence[Node]) -> tuple[Node, ...]:
    numbered: list[Node] = []
    count = 0
    for node in nodes:
        if isinstance(node, Call):
            inner = None if node.inner is None else _numbered(node.inner)
            numbered.append(replace(node, inner=inner, ordinal=count))
            count += 1
        else:
            numbered.append(node)
    return tuple(numbered)


def place_in_text(text: str, offset: int, file: str, first_line: int) -> Location:
    """Turn an offset in a body into file:line:column. first_line: the line of the file that the body begins on."""
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    line = text[start : end if end >= 0 else len(text)]
    return Location(file, first_line + text.count("\n", 0, offset), offset - start + 1, line)


def syntax_problems(parsed: Parsed, text: str, file: str, first_line: int) -> list[Problem]:
    """Locate what could not be read."""
    hint = "write {{< name argument >}} or {{< name key=value >}}"
    return [
        Problem(message, place_in_text(text, offset, file, first_line), hint, "error", rule="shortcode-syntax")
        for message, offset in parsed.errors[:MAX_ERRORS]
    ]


def named_arguments(args: Arguments) -> Mapping[str, Any]:
    """Give the named arguments; none for a call with positions."""
    return args if isinstance(args, dict) else {}

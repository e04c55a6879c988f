"""Go's template language, as far as shortcodes of real sites use it: text and actions become a tree.

What is not covered raises `UnreadableTemplateError`; the shortcode then falls to one of ours. Nothing is guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any


class UnreadableTemplateError(Exception):
    """The template does something that is not covered here."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A string, number, boolean or nil."""

    value: Any


@dataclass(frozen=True, slots=True)
class Chain:
    """`.Get`, `$x.Title`, `(…).Name`, `printf`: where it starts, and the fields that follow."""

    #: "." for the current value, "$name" for a variable, "" for a function, or a pipeline in parentheses.
    start: str | Pipeline
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Command:
    """An operand, and what it is called with."""

    head: Literal | Chain
    args: tuple[Literal | Chain, ...]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands, each handing its value to the next; with the variables it is assigned to."""

    commands: tuple[Command, ...]
    variables: tuple[str, ...] = ()
    #: `$x := …` makes a new variable, `$x = …` changes the one there is.
    declares: bool = True


@dataclass(frozen=True, slots=True)
class Output:
    """`{{ … }}`: prints its value, unless it assigns it."""

    pipeline: Pipeline


@dataclass(frozen=True, slots=True)
class Block:
    """`if`, `with` or `range`, with what follows `else`."""

    word: str
    pipeline: Pipeline
    body: tuple[TemplateNode, ...]
    otherwise: tuple[TemplateNode, ...]


TemplateNode = str | Output | Block

_ACTION = re.compile(
    r"\{\{(-(?=\s))?\s*(/\*.*?\*/|(?:\"(?:[^\"\\]|\\.)*\"|`[^`]*`|'(?:[^'\\]|\\.)'|(?!\}\}).)*?)\s*((?<=\s)-)?\}\}",
    re.DOTALL,
)
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>"(?:[^"\\]|\\.)*"|`[^`]*`)
    | (?P<number>[-+]?\d+(?:\.\d+)?(?![\w]))
    | (?P<assign>:=|=(?!=))
    | (?P<mark>[|(),])
    | (?P<variable>\$\w*)
    | (?P<field>\.\w+)
    | (?P<dot>\.)
    | (?P<word>\w+)
    )""",
    re.VERBOSE,
)
_BLOCKS = frozenset({"if", "with", "range"})
_REFUSED = frozenset({"define", "template", "block", "partial", "partialcached", "return", "break", "continue", "try"})


def parse_template(source: str) -> tuple[TemplateNode, ...]:
    """Parse a template. Raises UnreadableTemplateError."""
    parts = _Parts(source)
    nodes, end = parts.body()
    if end is not None:
        raise UnreadableTemplateError(f"{{{{ {end} }}}} without a beginning")
    return nodes


class _Parts:
    """The texts and actions of a template, read once from front to back."""

    def __init__(self, source: str) -> None:
        self._items: list[tuple[str, str]] = []
        done = 0
        trim = False
        for match in _ACTION.finditer(source):
            text = source[done : match.start()]
            text = text.lstrip() if trim else text
            self._items.append(("text", text.rstrip() if match[1] else text))
            if not match[2].startswith("/*"):
                self._items.append(("action", match[2].strip()))
            trim, done = bool(match[3]), match.end()
        rest = source[done:]
        self._items.append(("text", rest.lstrip() if trim else rest))
        if "{{" in "".join(text for kind, text in self._items if kind == "text"):
            raise UnreadableTemplateError("an action that can't be read")
        self._next = 0

    def body(self) -> tuple[tuple[TemplateNode, ...], str | None]:
        """Read nodes up to `end`, `else` or the end of the template; the action that ended them comes along."""
        nodes: list[TemplateNode] = []
        while self._next < len(self._items):
            kind, text = self._items[self._next]
            self._next += 1
            if kind == "text":
                nodes.append(text)
                continue
            word = text.split(maxsplit=1)[0] if text else ""
            if word in {"end", "else"}:
                return tuple(nodes), text
            if word.lower() in _REFUSED:
                raise UnreadableTemplateError(f"{{{{ {word} }}}} is not covered")
            nodes.append(self._block(word, text) if word in _BLOCKS else Output(parse_pipeline(text)))
        return tuple(nodes), None

    def _block(self, word: str, text: str) -> Block:
        pipeline = parse_pipeline(text[len(word) :])
        body, end = self.body()
        if end is None:
            raise UnreadableTemplateError(f"{{{{ {word} }}}} without an end")
        otherwise: tuple[TemplateNode, ...] = ()
        if end.startswith("else"):
            rest = end[4:].strip()
            if rest:
                # `else if …` ends with the `end` of the block it belongs to.
                return Block(word, pipeline, body, (self._block(rest.split(maxsplit=1)[0], rest),))
            otherwise, end = self.body()
            if end is None or end.startswith("else"):
                raise UnreadableTemplateError(f"{{{{ {word} }}}} without an end")
        return Block(word, pipeline, body, otherwise)


def parse_pipeline(text: str) -> Pipeline:
    """Parse what stands between the braces."""
    tokens = _tokens(text)
    pipeline, position = _pipeline(tokens, 0)
    if position != len(tokens):
        raise UnreadableTemplateError(f"can't be read: {text}")
    return pipeline


def _tokens(text: str) -> list[tuple[str, str, bool]]:
    """Cut an expression into kind, text, and whether white space stands before it."""
    tokens = []
    position = 0
    text = text.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if not match or match.end() == position:
            raise UnreadableTemplateError(f"can't be read: {text[position : position + 30]}")
        kind = str(match.lastgroup)
        tokens.append((kind, match[kind], match.start(kind) > position))
        position = match.end()
    return tokens


def _pipeline(tokens: list[tuple[str, str, bool]], position: int) -> tuple[Pipeline, int]:
    variables: list[str] = []
    declares = True
    assign = next((at for at, token in enumerate(tokens[position:], position) if token[0] == "assign"), None)
    if assign is not None and all(token[0] == "variable" or token[1] == "," for token in tokens[position:assign]):
        variables = [token[1] for token in tokens[position:assign] if token[0] == "variable"]
        declares = tokens[assign][1] == ":="
        position = assign + 1
    commands = []
    while True:
        command, position = _command(tokens, position)
        commands.append(command)
        if position >= len(tokens) or tokens[position][1] != "|":
            return Pipeline(tuple(commands), tuple(variables), declares), position
        position += 1


def _command(tokens: list[tuple[str, str, bool]], position: int) -> tuple[Command, int]:
    operands: list[Literal | Chain] = []
    while position < len(tokens) and tokens[position][1] not in {"|", ")"}:
        operand, position = _operand(tokens, position)
        operands.append(operand)
    if not operands:
        raise UnreadableTemplateError("an empty command")
    return Command(operands[0], tuple(operands[1:])), position


_WORDS = {"true": True, "false": False, "nil": None}


def _operand(tokens: list[tuple[str, str, bool]], position: int) -> tuple[Literal | Chain, int]:
    kind, text, _ = tokens[position]
    position += 1
    start: str | Pipeline
    fields: list[str] = []
    if kind == "string":
        return Literal(_unquote(text)), position
    if kind == "number":
        return Literal(float(text) if "." in text else int(text)), position
    if kind == "word" and text in _WORDS:
        return Literal(_WORDS[text]), position
    if text == "(":
        start, position = _pipeline(tokens, position)
        if position >= len(tokens) or tokens[position][1] != ")":
            raise UnreadableTemplateError("a parenthesis is never closed")
        position += 1
    elif kind in {"variable", "dot"}:
        start = text
    elif kind == "field":
        start, fields = ".", [text[1:]]
    elif kind == "word":
        start, fields = "", [text]
    else:
        raise UnreadableTemplateError(f"can't be read: {text}")
    while position < len(tokens) and tokens[position][0] == "field" and not tokens[position][2]:
        fields.append(tokens[position][1][1:])
        position += 1
    return Chain(start, tuple(fields)), position


def _unquote(text: str) -> str:
    if text.startswith("`"):
        return text[1:-1]
    return re.sub(r"\\(.)", lambda match: {"n": "\n", "t": "\t"}.get(match[1], match[1]), text[1:-1])

"""Which ways of which `{% if %}` and `{% for %}` of the shipped templates a run went.

Jinja makes Python of a template: an `if` that starts on line 18 goes on at 19 when it holds, and elsewhere when it
does not. So the lines that follow each other while a template runs tell the ways that were taken.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from jinja2 import Environment

from publisher.templates import builtin_dir, environment

_QUESTION = re.compile(r"\{%[-+]? *((?:if|elif|for) .*?) *[-+]?%\}")
#: What Jinja makes of one. What the lookahead leaves out is the frame that Jinja puts around every template.
_MADE_OF_QUESTION = re.compile(
    r" *(?:if|elif|for) (?!0:|l_\d+_\w+ is missing:|parent_template |name, parent_block |event )"
)

#: By file: pairs of lines of the Python that Jinja made, the second None for the end.
Steps = dict[str, set[tuple[int, int | None]]]


@dataclass(frozen=True, order=True)
class Branch:
    """One question that a template asks."""

    template: str
    line: int
    #: The question, as the template asks it.
    text: str
    python_line: int
    #: A loop is asked for its inside only: it always ends.
    loop: bool

    def untaken(self, steps: set[tuple[int, int | None]]) -> list[str]:
        """Say which answers never came."""
        taken = {after == self.python_line + 1 for before, after in steps if before == self.python_line}
        wanted = {True: "never true"} if self.loop else {True: "never true", False: "never false"}
        told = (said for answer, said in wanted.items() if answer not in taken)
        return [f"{self.template}:{self.line}: {said}: {self.text}" for said in told]


def branches_of(kind: str) -> list[Branch]:
    """Find every branch of the shipped templates of a kind ("feeds", "email_templates")."""
    folder = builtin_dir(kind)
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.j2"))
    return [branch for name in names for branch in branches_in(environment(kind, None), name, f"{kind}/{name}")]


def branches_in(env: Environment, name: str, shown_as: str) -> list[Branch]:
    """Find every branch of one template, in the order in which it asks."""
    assert env.loader is not None
    source, filename, _ = env.loader.get_source(env, name)
    python = str(env.compile(source, name, filename, raw=True)).split("\n")
    template = env.get_template(name)
    asked = [(number, code.strip()) for number, code in enumerate(python, start=1) if _MADE_OF_QUESTION.match(code)]
    lines = [template.get_corresponding_lineno(number) for number, _ in asked]
    return [
        Branch(shown_as, line, _question(source, line, lines[:place].count(line)), number, code.startswith("for "))
        for place, (line, (number, code)) in enumerate(zip(lines, asked, strict=True))
    ]


def _question(source: str, line: int, place: int) -> str:
    """Find the question in a template's line, by its place among the line's questions."""
    found = _QUESTION.findall(source.split("\n")[line - 1])
    return str(found[place]) if place < len(found) else "(a question of several lines)"


@contextmanager
def watch() -> Iterator[Steps]:
    """Record the steps of every template that runs within the block."""
    steps: Steps = defaultdict(set)

    def on_call(frame: FrameType, event: str, arg: Any) -> Any:
        name = frame.f_code.co_filename
        return _follow(steps[_short(name)], frame.f_lineno) if name.endswith(".j2") else None

    before = sys.gettrace()
    sys.settrace(on_call)
    try:
        yield steps
    finally:
        sys.settrace(before)


def _follow(steps: set[tuple[int, int | None]], start: int) -> Any:
    """Make a trace function for one call, or one resumption of a generator."""
    last = start

    def on_line(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal last
        if event in {"line", "return"}:
            now = frame.f_lineno if event == "line" else None
            steps.add((last, now))
            last = now or last
        return on_line

    return on_line


def _short(filename: str) -> str:
    """Name a template as branches do: from its kind's folder on."""
    for kind in ("feeds", "email_templates"):
        if Path(filename).is_relative_to(builtin_dir(kind)):
            return f"{kind}/{Path(filename).relative_to(builtin_dir(kind)).as_posix()}"
    return filename

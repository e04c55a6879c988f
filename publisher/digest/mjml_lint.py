"""What MJML's parser accepts in silence: tags and attributes that do not exist, values in units that are not taken.

mjml-python drops all of that without a word, so a template is held against MJML's own tables (client_data/mjml.json)
before it is rendered: its source, with file, line and column, not the MJML that came out of it.
"""

from __future__ import annotations

import difflib
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.digest.client_data import mjml_tables
from publisher.errors import Location, Problem
from publisher.templates import EMAIL, builtin_dir

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jinja2 import Environment

#: Stands for what only Jinja knows.
_UNKNOWN = "\ufffc"
_EXPRESSION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_STATEMENT = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
#: Tags without a component of their own; None: any attribute (the defaults of others).
_WITHOUT_COMPONENT: dict[str, frozenset[str] | None] = {
    "mjml": frozenset({"lang", "dir", "owa"}),
    "mj-all": None,
    "mj-class": None,
    "mj-selector": frozenset({"path"}),
    "mj-html-attribute": frozenset({"name"}),
}
#: Every component takes these.
_EVERYWHERE = frozenset({"css-class", "mj-class"})
#: Children whose attributes are defaults for tags of that name, not their own.
_DEFAULTS = "mj-attributes"


def lint_own_templates(env: Environment) -> tuple[Problem, ...]:
    """Lint the MJML templates that a site has put in the place of shipped ones."""
    assert env.loader is not None
    shipped = builtin_dir(EMAIL)
    problems: list[Problem] = []
    for name in env.list_templates(filter_func=lambda name: name.endswith(".mjml.j2") and name[:8] != "builtin/"):
        source, file, _ = env.loader.get_source(env, name)
        if file and not Path(file).is_relative_to(shipped):
            problems += lint_template(source, f"{EMAIL}/{name}")
    return tuple(problems)


def lint_template(source: str, file: str) -> tuple[Problem, ...]:
    """Hold the source of an MJML template against MJML's tables.

    source: with its Jinja. file: as it is to be named.
    What Jinja will write is not known here and not judged. A tag that does not exist is an error; an attribute or value
    that MJML ignores is a warning.
    """
    reader = _Reader(source, file)
    reader.feed(mask_jinja(source))
    return tuple(reader.problems)


def mask_jinja(source: str) -> str:
    """Take Jinja out of a template, and leave every other character at its line and column."""
    return _EXPRESSION.sub(
        lambda found: _blank(found[0], _UNKNOWN), _STATEMENT.sub(lambda found: _blank(found[0], " "), source)
    )


def _blank(text: str, mark: str) -> str:
    return re.sub(r"[^\n]", mark, text)


class _Reader(HTMLParser):
    """Goes through the tags of one template."""

    def __init__(self, source: str, file: str) -> None:
        super().__init__(convert_charrefs=False)
        self.problems: list[Problem] = []
        self._lines = source.splitlines()
        self._file = file
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._in_text() or not tag.startswith("mj") or _UNKNOWN in tag:
            return
        place = self._place(0)
        parent = self._open[-1] if self._open else ""
        self.problems += [*check_tag(tag, place), *(check_child(tag, parent, place) if parent else [])]
        if parent == _DEFAULTS:
            attrs = [(name, value) for name, value in attrs if name != "name" or tag != "mj-class"]
        text = self.get_starttag_text() or ""
        for name, value in attrs:
            self.problems += check_attribute(tag, name, value or "", self._place(_offset(text, name)))
        self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        depth = len(self._open)
        self.handle_starttag(tag, attrs)
        del self._open[depth:]

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def _in_text(self) -> bool:
        """Tell whether the innermost open component holds HTML, where MJML's tags mean nothing."""
        return bool(self._open) and bool(mjml_tables()["components"].get(self._open[-1], {}).get("text"))

    def _place(self, offset: int) -> Location:
        """Turn an offset into the tag that is being read into a place in the template."""
        line, column = self.getpos()
        before = (self.get_starttag_text() or "")[:offset]
        below = before.count("\n")
        column = len(before) - before.rfind("\n") if below else column + offset + 1
        return Location(self._file, line + below, column, self._lines[line + below - 1])


def _offset(tag_text: str, attribute: str) -> int:
    found = re.search(rf"\s({re.escape(attribute)})(?=[\s=/>])", tag_text, re.IGNORECASE)
    return found.start(1) if found else 0


def check_tag(tag: str, place: Location) -> Iterator[Problem]:
    """Find out whether MJML has a tag."""
    if tag == "mj-include":
        hint = 'write {% include "…" %}: mjml-python loses widths in what mj-include brings in'
        yield Problem("<mj-include> is not used here", place, hint, "error", "mjml-tag")
    elif tag not in _WITHOUT_COMPONENT and tag not in mjml_tables()["components"]:
        names = (*mjml_tables()["components"], *_WITHOUT_COMPONENT)
        yield Problem(
            f"MJML has no <{tag}>; it would vanish from the mail", place, _near(tag, names), "error", "mjml-tag"
        )


def check_child(tag: str, parent: str, place: Location) -> Iterator[Problem]:
    """Find out whether a tag may stand in another."""
    allowed = mjml_tables()["children"].get(parent)
    if allowed and tag not in allowed and tag in mjml_tables()["components"]:
        hint = f"<{parent}> takes {', '.join(f'<{name}>' for name in allowed)}"
        yield Problem(f"<{tag}> can't stand in <{parent}>", place, hint, rule="mjml-nesting")


def check_attribute(tag: str, name: str, value: str, place: Location) -> Iterator[Problem]:
    """Find out whether a tag takes an attribute, and with such a value."""
    known = attributes_of(tag)
    if known is None or _UNKNOWN in name:
        return
    if name not in known:
        yield Problem(f'<{tag}> takes no attribute "{name}"', place, _near(name, known), rule="mjml-attribute")
        return
    kind = mjml_tables()["components"].get(tag, {}).get("attributes", {}).get(name, "string")
    if _UNKNOWN not in value and not fits(value, kind):
        yield Problem(
            f'{name}="{value}" of <{tag}> is not understood', place, f"it takes {_said(kind)}", rule="mjml-value"
        )


def attributes_of(tag: str) -> frozenset[str] | None:
    """Name the attributes that a tag takes; None where any goes, or where nobody knows."""
    if tag in _WITHOUT_COMPONENT:
        return _WITHOUT_COMPONENT[tag]
    component = mjml_tables()["components"].get(tag)
    return _EVERYWHERE | component["attributes"].keys() if component else None


def fits(value: str, kind: str) -> bool:
    """Tell whether a value is of a type, written as MJML does: unit(px,%){1,4}, color, enum(left,right)."""
    return _pattern(kind).fullmatch(value) is not None


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    name, _, rest = kind.partition("(")
    inner, _, count = rest.partition(")")
    choices = inner.split(",")
    match name:
        case "unit" | "unitWithNegative":
            return _unit_pattern(choices, count or "{1}", sign="-?" if name == "unitWithNegative" else "")
        case "enum":
            return re.compile("|".join(map(re.escape, choices)))
        case "color":
            names = "|".join(mjml_tables()["colors"])
            return re.compile(rf"#[0-9a-f]{{3}}(?:[0-9a-f]{{3}})?|rgba?\([\d.,\s]+\)|{names}", re.IGNORECASE)
        case "boolean":
            return re.compile("true|false")
        case "integer":
            return re.compile(r"\d+")
    return re.compile(".*", re.DOTALL)


def _unit_pattern(units: list[str], count: str, *, sign: str) -> re.Pattern[str]:
    """Make the pattern of a length; an empty unit is a bare number, "auto" a word."""
    written = "|".join(re.escape(unit) for unit in units if unit != "auto")
    one = rf"(?:{sign}(?:\d+(?:\.\d+)?|\.\d+)(?:{written})|0{'|auto' if 'auto' in units else ''})"
    return re.compile(rf"(?:{one}(?: +|$)){count}")


def _said(kind: str) -> str:
    """Say a type of MJML's in words."""
    name, _, rest = kind.partition("(")
    choices = [choice or "a bare number" for choice in rest.partition(")")[0].split(",")]
    if name == "enum":
        return " or ".join(choices)
    if name.startswith("unit"):
        return f"lengths in {' or '.join(choices)}"
    return {"color": "a colour: #1E2022, rgb(…) or a name", "boolean": "true or false", "integer": "a whole number"}[
        name
    ]


def _near(word: str, words: Iterable[str]) -> str | None:
    found = difflib.get_close_matches(word, sorted(words), n=1)
    return f"did you mean {found[0]}?" if found else None

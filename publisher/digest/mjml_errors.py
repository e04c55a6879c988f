"""From what the MJML parser says to the template and line that a person has to mend.

mrml names byte offsets of the rendered MJML, if anything, and they may lie behind the fault: hence "near".
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from lxml import etree

from publisher.errors import Location, TemplateError

if TYPE_CHECKING:
    from jinja2 import Environment

_PLACE = re.compile(r" at position (\d+):(\d+)")
_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}")
_HINT = "MJML is read as XML: every tag closes, <br /> with its slash, < written &lt;"


def mjml_error(message: str, mjml: str, env: Environment, page: str = "digest.mjml.j2") -> TemplateError:
    """Make a TemplateError of a parser's message.

    mjml: the rendered MJML. env: where the templates came from. page: the template that was rendered.
    The error names the template line nearest to the place, and quotes the MJML there.
    """
    place = _PLACE.search(message)
    said = _PLACE.sub("", message).replace(" in root template", "")
    row = mjml.encode()[: int(place[1])].count(b"\n") if place else _first_fault(mjml)
    lines = mjml.splitlines()
    if row is None or row >= len(lines):
        return TemplateError(f"the MJML can't be read: {said}", at=Location(page), hint=_HINT)
    line = lines[row].strip()
    at = _find_line(line, env, page)
    return TemplateError(f"the MJML can't be read: {said}, near line {row + 1}: {line[:120]}", at=at, hint=_HINT)


def _first_fault(mjml: str) -> int | None:
    """Find the first line that is no XML, for messages without a place; entities and single "&" are fine in MJML."""
    parser = etree.XMLParser(recover=True, resolve_entities=False)
    with suppress(etree.XMLSyntaxError):
        etree.fromstring(mjml.replace("&", " ").encode(), parser)
    return next((entry.line - 1 for entry in parser.error_log), None)


def _find_line(line: str, env: Environment, page: str) -> Location:
    """Find the template line that a line of MJML most likely came from: the one with the most text in common."""
    assert env.loader is not None
    best, most = Location(page), 0
    for name in env.list_templates(filter_func=lambda name: name.endswith(".j2") and not name.startswith("builtin/")):
        source = env.loader.get_source(env, name)[0]
        for number, text in enumerate(source.splitlines(), 1):
            common = _common(text, line)
            if common > most:
                best, most = Location(f"email_templates/{name}", number, 1, text), common
    return best


def _common(template_line: str, line: str) -> int:
    """Count the characters that a template line itself contributes to `line`; 0 when it can't have made it."""
    pieces = [piece.strip() for piece in _JINJA.split(template_line) if piece.strip()]
    position = 0
    for piece in pieces:
        position = line.find(piece, position)
        if position < 0:
            return 0
        position += len(piece)
    return sum(map(len, pieces))

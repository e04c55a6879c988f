"""Headings get the ids that Hugo gives them, so that links into a page lead where they do on the site."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from publisher.content.html.tree import HEADINGS, is_bare_link, text_of

if TYPE_CHECKING:
    from publisher.content.html.tree import Element

_ATTRIBUTES = re.compile(
    r"[ \t]*\{[ \t]*((?:[#.][\w:-]+|[\w-]+=(?:\"[^\"]*\"|“[^”]*”|[\w-]+))(?:[ \t]+[^{}]*)?)\}[ \t]*$"
)


def give_ids(tree: Element, kind: str = "github", *, attributes: bool = True) -> None:
    """Give each heading its id, and take `{#id .class}` off its end; attributes: whether that is done.

    kind: Hugo's autoIDType: github, github-ascii, blackfriday; empty: only ids that are stated.
    """
    seen: set[str] = set()
    for heading in tree.iter(*HEADINGS):
        stated = _take_attributes(heading) if attributes else ""
        text = _words(heading)
        if heading.get("id") or not (stated or (kind and text.strip())):
            continue
        name = stated or _unique(heading_id(text, kind) or "heading", seen)
        seen.add(name)
        heading.set("id", name)


def _words(heading: Element) -> str:
    """Take what counts for the id: text, and what stands for pictures; not the addresses of bare links."""
    if not len(heading):
        return heading.text or ""
    text = text_of(heading) + "".join(image.get("alt") or "" for image in heading.iter("img"))
    for link in heading.iter("a"):
        text = text.replace(link.text or "", "", 1) if is_bare_link(link) else text
    return text


def heading_id(text: str, kind: str = "github") -> str:
    """Make an id as GitHub and Hugo do: letters, digits and "_" lower-cased; spaces and "-" become "-".

    kind: "github-ascii" leaves out what is not ASCII; "blackfriday" keeps all numbers, and one "-" for other signs.
    """
    if kind == "blackfriday":
        words = "".join(_lower(char) if unicodedata.category(char)[0] in "LN" else " " for char in text).split()
        return "-".join(words)
    text = text.strip()
    if kind == "github-ascii":
        text = unicodedata.normalize("NFD", text).encode("ascii", "ignore").decode("ascii")
    return text.translate(_ID_CHARACTERS)


class _IdCharacters(dict[int, str]):
    """What becomes of a character in an id: found out once for each."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        self[code] = made = _lower(char) if char == "_" or _is_kept(char) else "-" if char in " -\n" else ""
        return made


_ID_CHARACTERS = _IdCharacters()


def _lower(char: str) -> str:
    """Lower one character as Go does: to one character, even "İ"."""
    return char.lower()[0]


def _is_kept(char: str) -> bool:
    category = unicodedata.category(char)
    return category[0] == "L" or category == "Nd"


def _unique(name: str, seen: set[str]) -> str:
    number, free = 0, name
    while free in seen:
        number += 1
        free = f"{name}-{number}"
    return free


def _take_attributes(heading: Element) -> str:
    """Cut `{#id .class key="value"}` off a heading's end; only the id is kept."""
    last = heading[-1] if len(heading) else None
    text = (heading.text if last is None else last.tail) or ""
    match = _ATTRIBUTES.search(text) if "{" in text else None
    if not match:
        return ""
    rest = text[: match.start()]
    if last is None:
        heading.text = rest
    else:
        last.tail = rest
    found = re.search(r"#([\w:-]+)", match[1])
    return found[1] if found else ""

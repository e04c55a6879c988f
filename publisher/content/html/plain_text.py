"""A post's HTML as plain text, for mails without HTML and for excerpts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.content.html.tree import Element

_BLOCKS = frozenset(
    {"p", "div", "section", "blockquote", "ul", "ol", "dl", "table", "figure", "pre", "hr", "h1", "h2", "h3", "h4",
     "h5", "h6", "details"}
)  # fmt: skip
_LINES = frozenset({"li", "tr", "dt", "dd", "figcaption", "summary", "caption", "br"})
#: Marks what stands for something embedded (feeds/embed.html.j2).
EMBED = "data-embed"
MAX_DEPTH = 500
_SILENT = frozenset({"script", "style", "audio", "video", "picture", "img"})


#: Of white space, whatever is not a single space; of line breaks, those with a space beside them.
_SPACES = re.compile(r"[ \t\u00a0](?:(?<! )[ \t\u00a0]*|[ \t\u00a0]+)")
_BREAK = re.compile(r"[ \n](?:(?<= ) *\n *|(?<=\n) +)")


def tree_to_text(tree: Element, limit: int | None = None) -> str:
    """Write a tree as text: blank lines between blocks, "- " before list items, nothing for pictures and media.

    limit: how many characters are enough; what is behind them is left out.
    """
    parts: list[str] = []
    length = 0
    for part in _written(tree, depth=0):
        parts.append(part)
        length += len(part.strip())
        if limit is not None and length >= limit:
            break
    text = _BREAK.sub("\n", _SPACES.sub(" ", "".join(parts)))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _written(element: Element, depth: int) -> Iterator[str]:
    tag = element.tag
    if depth > MAX_DEPTH or not isinstance(tag, str) or tag in _SILENT or element.get(EMBED) is not None:
        return
    block = tag in _BLOCKS
    if block or tag in _LINES:
        yield "\n\n" if block else "\n"
    if tag == "li":
        yield "- "
    if tag in {"td", "th"} and element.getprevious() is not None:
        yield " | "
    if text := element.text:
        yield text if tag == "pre" else _flow(text)
    for child in element:
        yield from _written(child, depth + 1)
        if text := child.tail:
            yield _flow(text)
    if block:
        yield "\n\n"


def _flow(text: str) -> str:
    """Take out the line breaks of a text that was not written for them."""
    return re.sub(r"\s*\n\s*", " ", text) if "\n" in text else text

"""A post's HTML as plain text, for mails without HTML and for excerpts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_BLOCKS = frozenset(
    {"p", "div", "section", "blockquote", "ul", "ol", "dl", "table", "figure", "pre", "hr", "h1", "h2", "h3", "h4",
     "h5", "h6", "details"}
)  # fmt: skip
_LINES = frozenset({"li", "tr", "dt", "dd", "figcaption", "summary", "caption", "br"})
#: Marks what stands for something embedded (feeds/embed.html.j2).
EMBED = "data-embed"
MAX_DEPTH = 500
_SILENT = frozenset({"script", "style", "audio", "video", "picture", "img"})


def tree_to_text(tree: HtmlElement) -> str:
    """Write a tree as text: blank lines between blocks, "- " before list items, nothing for pictures and media."""
    parts: list[str] = []
    _write(tree, parts, depth=0)
    text = re.sub(r"[ \t\u00a0]+", " ", "".join(parts))
    text = re.sub(r" *\n *", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _write(element: HtmlElement, parts: list[str], depth: int) -> None:
    if depth > MAX_DEPTH or not isinstance(element.tag, str) or element.tag in _SILENT or EMBED in element.attrib:
        return
    block, line = element.tag in _BLOCKS, element.tag in _LINES
    parts.append("\n\n" if block else "\n" if line else "")
    if element.tag == "li":
        parts.append("- ")
    if element.tag in {"td", "th"} and element.getprevious() is not None:
        parts.append(" | ")
    parts.append(_flow(element.text, keep=element.tag == "pre"))
    for child in element:
        _write(child, parts, depth + 1)
        parts.append(_flow(child.tail, keep=False))
    parts.append("\n\n" if block else "")


def _flow(text: str | None, *, keep: bool) -> str:
    """Give a text its line breaks only where it was written for them."""
    return (text or "") if keep else re.sub(r"\s*\n\s*", " ", text or "")

"""Lists where comrak builds another tree than Hugo: task lists with blank lines, terms that share a definition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from publisher.content.html.tree import Element


def repair_lists(tree: Element) -> None:
    """Give task lists and definition lists the shape that Hugo gives them."""
    for item in tree.iter("li"):
        _move_box_into_paragraph(item)
    for term in list(tree.iter("dt")):
        _split_term(term)


def _move_box_into_paragraph(item: Element) -> None:
    """Put a loose item's box in front of its words: it stands alone above them otherwise."""
    first = [child for child in list(item)[:2] if isinstance(child.tag, str)]
    if [child.tag for child in first] != ["input", "p"] or (first[0].tail or "").strip():
        return
    box, paragraph = first
    item.remove(box)
    box.tail = f" {paragraph.text or ''}"
    paragraph.text = None
    paragraph.insert(0, box)


def _split_term(term: Element) -> None:
    """Make a term of every line: `a`, `b` and `: what both mean` are two terms."""
    if len(term) or "\n" not in (term.text or "").strip():
        return
    lines = (term.text or "").strip().split("\n")
    term.text = lines[0].strip()
    for line in reversed(lines[1:]):
        another = etree.Element("dt")
        another.text = line.strip()
        term.addnext(another)

"""Footnotes as Hugo writes them: ids `fn:1` and `fnref:1`, a rule above the list, a way back behind each note."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from publisher.content.html.tree import Element

_BACK = "↩\ufe0e"
_NO_BREAK = "\u00a0"


def rewrite_footnotes(tree: Element) -> None:
    """Turn comrak's footnotes into Hugo's."""
    section = next((part for part in tree.iter("section") if "data-footnotes" in part.attrib), None)
    if section is None:
        return
    numbers = _number_references(tree)
    for note in list(section.iter("li")):
        number = numbers.get(note.get("id") or "")
        if number:
            note.set("id", f"fn:{number}")
            _rewrite_ways_back(note, number)
    section.tag = "div"
    section.attrib.clear()
    section.set("class", "footnotes")
    section.insert(0, etree.Element("hr"))


def _number_references(tree: Element) -> dict[str, str]:
    """Give references their new ids. Returns each note's old id and its number."""
    numbers: dict[str, str] = {}
    seen: dict[str, int] = {}
    for reference in list(tree.iter("a")):
        mark = reference.getparent()
        if "data-footnote-ref" not in reference.attrib or mark is None:
            continue
        note, number = (reference.get("href") or "#")[1:], reference.text or ""
        numbers[note] = number
        count = seen[number] = seen.get(number, -1) + 1
        mark.attrib.clear()
        mark.set("id", f"fnref{count or ''}:{number}")
        reference.attrib.clear()
        reference.set("href", f"#fn:{number}")
        reference.set("class", "footnote-ref")
    return numbers


def _rewrite_ways_back(note: Element, number: str) -> None:
    ways = [link for link in note.iter("a") if "data-footnote-backref" in link.attrib]
    for count, way in enumerate(ways):
        for child in list(way):
            way.remove(child)
        way.text = _BACK
        way.attrib.clear()
        way.set("href", f"#fnref{count or ''}:{number}")
        way.set("class", "footnote-backref")
        _end_with_no_break(way)


def _end_with_no_break(way: Element) -> None:
    """Tie the way back to the last word, so that it never stands alone on a line."""
    before, parent = way.getprevious(), way.getparent()
    if before is not None:
        before.tail = (before.tail or "").rstrip(" ") + _NO_BREAK
    elif parent is not None:
        parent.text = (parent.text or "").rstrip(" ") + _NO_BREAK

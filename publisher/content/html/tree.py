"""HTML fragments as trees and back (lxml), and the questions that several rules ask of a tree."""

from __future__ import annotations

import re
from typing import TypeAlias, cast

from lxml import etree

from publisher.content.html.characters import FORBIDDEN, FORBIDDEN_REFERENCE

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml has no other name for it

#: Elements whose text is written for machines or stands as it is.
VERBATIM = frozenset({"code", "pre", "script", "style", "textarea", "math", "svg"})
#: Blocks that Markdown makes and fills with inline text; text elsewhere comes from raw HTML.
TEXT_BLOCKS = frozenset({"p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "td", "th", "dt", "dd"})
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "source", "track", "wbr"})

_PARSER = etree.HTMLParser(encoding="utf-8", huge_tree=True)
_START, _END = "<div>", "</div>"
#: Name of elements that stand for nothing until `drop_marks` takes them out.
MARK = "mark-of-ours"
_WORDS = etree.XPath("string()")
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)[^>]*>")


def parse(fragment: str) -> Element:
    """Parse a fragment into a `div` that stands for nothing. Never fails: what can't be parsed is dropped.

    So is every character that XML forbids: no tree can hold it.
    """
    fragment = FORBIDDEN_REFERENCE.sub("", FORBIDDEN.sub("", fragment))
    source = f"<html><body>{_START}{fragment}{_END}</body></html>".encode()
    try:
        body = etree.fromstring(source, _PARSER).find("body")
    except etree.XMLSyntaxError:
        body = None
    if body is None:
        return etree.Element("div")
    first = body[0] if len(body) else body
    if first.tag == "div" and not body.text:
        if len(body) == 1 and not first.tail:
            return first
        # A stray </div> in raw HTML ended our own early; what follows it still belongs to the text.
        first.tag = MARK
        drop_marks(body)
    body.tag = "div"
    body.attrib.clear()
    return body


def serialise(tree: Element) -> str:
    """Write what is inside the wrapper that `parse` made."""
    written = etree.tostring(tree, encoding="unicode", method="html", with_tail=False)
    return written[len(_START) : -len(_END)]


def is_whole(fragment: str) -> bool:
    """Tell whether a fragment closes every element that it opens, and no other."""
    opened: list[str] = []
    for closing, name in _TAG.findall(fragment):
        if not closing:
            opened += () if name in VOID else (name,)
        elif not opened or opened.pop() != name:
            return False
    return not opened


def depth_of(tree: Element) -> int:
    """Count how deep elements are nested."""
    depth = deepest = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


def attributes_of(element: Element) -> list[tuple[str, str]]:
    """Give an element's attributes and their values; a comment has none."""
    return cast("list[tuple[str, str]]", element.items())


def text_of(element: Element) -> str:
    """Give all text inside an element, without that of comments."""
    return str(_WORDS(element))


def is_bare_link(element: Element) -> bool:
    """Tell whether a link shows the address it leads to."""
    return element.tag == "a" and bool(element.text) and (element.get("href") or "").endswith(element.text or "")


def drop_keeping_tail(element: Element) -> None:
    """Remove an element and what is inside it; the text behind it stays."""
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    if element.tail and before is not None:
        before.tail = (before.tail or "") + element.tail
    elif element.tail:
        parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def replace_with(element: Element, tree: Element) -> None:
    """Put what is inside a wrapper where an element stands, as soon as `drop_marks` takes the wrapper out."""
    parent = element.getparent()
    if parent is not None:
        tree.tag, tree.tail = MARK, element.tail
        parent.replace(element, tree)


def drop_marks(tree: Element) -> None:
    """Take out all marks, and leave what is inside them. One by one, each would be looked up among its siblings."""
    etree.strip_tags(tree, MARK)

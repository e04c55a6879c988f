"""HTML fragments as trees and back (lxml), and the questions that several rules ask of a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from lxml import etree, html

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

#: Elements whose text is written for machines or stands as it is.
VERBATIM = frozenset({"code", "pre", "script", "style", "textarea", "math", "svg"})
#: Blocks that Markdown makes and fills with inline text; text elsewhere comes from raw HTML.
TEXT_BLOCKS = frozenset({"p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "td", "th", "dt", "dd"})
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "source", "track", "wbr"})


def parse(fragment: str) -> HtmlElement:
    """Parse a fragment into a `div` that stands for nothing. Never fails: what can't be parsed is dropped."""
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
    source = f"<html><body><div>{fragment}</div></body></html>".encode("utf-8", "replace")
    try:
        document = etree.fromstring(source, parser)
    except etree.XMLSyntaxError:
        return cast("HtmlElement", html.Element("div"))
    body = document.find("body")
    wrapper = html.Element("div")
    if body is not None:
        wrapper.text = body.text
        # A stray </div> in raw HTML ends our own early; what follows it still belongs to the text.
        for child in list(body):
            wrapper.append(child)
        first = wrapper[0] if len(wrapper) else None
        if first is not None and first.tag == "div" and not wrapper.text:
            first.drop_tag()
    return cast("HtmlElement", wrapper)


def serialise(tree: HtmlElement) -> str:
    """Write what is inside the wrapper that `parse` made."""
    start = (tree.text or "").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return start + "".join(etree.tostring(child, encoding="unicode", method="html") for child in tree)


def blocks(tree: HtmlElement) -> Iterator[HtmlElement]:
    """Walk the blocks that hold inline text."""
    return (element for element in tree.iter(*TEXT_BLOCKS))


def is_bare_link(element: HtmlElement) -> bool:
    """Tell whether a link shows the address it leads to."""
    return element.tag == "a" and bool(element.text) and (element.get("href") or "").endswith(element.text)


def drop_keeping_tail(element: HtmlElement) -> None:
    """Remove an element and what is inside it; the text behind it stays."""
    element.drop_tree()


def replace_with(element: HtmlElement, fragment: str) -> None:
    """Put a fragment where an element stands."""
    new = parse(fragment)
    parent = element.getparent()
    if parent is None:
        return
    index = parent.index(element)
    nodes = list(new)
    tail = element.tail or ""
    element.tail = None
    parent.remove(element)
    for offset, node in enumerate(nodes):
        parent.insert(index + offset, node)
    if nodes:
        nodes[-1].tail = (nodes[-1].tail or "") + tail
    _append_text(parent, index, (new.text or "") + ("" if nodes else tail))


def _append_text(parent: HtmlElement, index: int, text: str) -> None:
    """Add text in front of the child at `index`."""
    if not text:
        return
    if index == 0:
        parent.text = (parent.text or "") + text
    else:
        before = parent[index - 1]
        before.tail = (before.tail or "") + text

"""An editor's note: what somebody writes by hand at the top of an issue, as a mail can carry it."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree, html
from markupsafe import Markup

if TYPE_CHECKING:
    from lxml.html import HtmlElement

#: What every mail client shows alike. Anything else is unwrapped, and told.
_KEPT = frozenset(
    {"p", "br", "a", "strong", "b", "em", "i", "del", "s", "code", "ul", "ol", "li", "blockquote", "sub", "sup"}
)
#: Unwrapped without a word: nothing is lost.
_NEUTRAL = frozenset(
    {"div", "span", "section", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "small", "u", "mark", "ruby"}
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_ALLOWED_ATTRIBUTES = frozenset({"href", "dir", "lang", "start"})
#: One paragraph of so many characters is set in the middle, as the composed opening words are.
_SHORT = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """An editor's note, ready for both forms of a mail."""

    #: Well-formed XML, as MJML wants it: paragraphs, lists, quotations, links.
    markup: Markup
    #: The same as plain text.
    text: str
    #: Line of the inbox, where the editor wrote one.
    subject: str = ""
    preheader: str = ""

    @property
    def short(self) -> bool:
        """Whether it is one short paragraph."""
        return len(self.markup.striptags()) <= _SHORT and self.markup.count("<p") == 1 and self.markup.count("<li") == 0


def make_note(fragment: str, text: str, *, subject: str = "", preheader: str = "") -> tuple[Note, tuple[str, ...]]:
    """Make a note of clean HTML.

    fragment: as `content` renders a post for mail: cleaned, addresses absolute. text: the same as plain text, below
    which the links' addresses are listed.
    Returns the note and the names of elements that a note can't carry, such as "img": their words stay, they go.
    """
    root = html.fragment_fromstring(fragment, create_parent="div")
    for heading in root.iter(*_HEADINGS):
        _embolden(heading)
    lost = sorted({str(element.tag) for element in root.iterdescendants("*")} - _KEPT - _NEUTRAL)
    etree.strip_tags(root, *(_NEUTRAL - {"div"} - set(_HEADINGS)), *lost, etree.Comment)
    _unwrap_divs(root)
    for element in root.iterdescendants():
        _clean_attributes(element)
    links = [
        f"{' '.join(link.text_content().split())}\n{link.get('href')}" for link in root.iter("a") if link.get("href")
    ]
    words = "\n\n".join(filter(None, [text.strip(), *links]))
    note = Note(markup=Markup(_as_xml(root)), text=words, subject=subject, preheader=preheader)
    return note, tuple(lost)


def _embolden(heading: HtmlElement) -> None:
    """Turn a heading into a bold paragraph: the mail's own headings are its stories'."""
    strong = html.Element("strong")
    strong.text = heading.text
    strong.extend(copy.copy(child) for child in heading)
    for child in list(heading):
        heading.remove(child)
    heading.text, heading.tag = None, "p"
    heading.append(strong)


def _unwrap_divs(root: HtmlElement) -> None:
    for element in list(root.iterdescendants("div")):
        element.tag = "p" if not len(element) else element.tag
    etree.strip_tags(root, "div")


def _clean_attributes(element: HtmlElement) -> None:
    for name in set(element.attrib) - _ALLOWED_ATTRIBUTES:
        del element.attrib[name]


def _as_xml(root: HtmlElement) -> str:
    """Write what is inside as XML: MJML takes no unclosed <br>."""
    for element in root.iterdescendants():
        if element.tag != "br" and element.text is None and not len(element):
            element.text = ""
    written = etree.tostring(root, method="xml", encoding="unicode")
    return re.sub(r"^<div>|</div>$|^<div/>$", "", written)

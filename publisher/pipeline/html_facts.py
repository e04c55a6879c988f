"""What two pieces of HTML must share to say the same: their text, and the addresses they lead to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote

from publisher.content.html.embeds import public_embed
from publisher.content.html.tree import drop_keeping_tail, parse, text_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from publisher.content.html.tree import Element

_SPACE = re.compile(r"\s+")
_NOT_TEXT = ("script", "style", "noscript", "template")
_UNSAFE = ("javascript:", "data:", "vbscript:")


@dataclass(frozen=True, slots=True)
class HtmlFacts:
    """A fragment's text and addresses."""

    #: Without any white space: Chinese has none, and generators break lines where they like.
    text: str
    #: In their order, unescaped; of a frame, the page that a person would open.
    addresses: tuple[str, ...]
    #: Those of them that stand in frames.
    framed: frozenset[str]


def facts_of(fragment: str, cards: Collection[str] = ()) -> HtmlFacts:
    """Read a fragment.

    cards: addresses that stand in place of a frame; a paragraph with nothing but a link to one of them is no text.
    """
    tree = parse(fragment)
    for element in list(tree.iter(*_NOT_TEXT)):
        drop_keeping_tail(element)
    framed: list[str] = []
    addresses: list[str] = []
    for element in tree.iter():
        if isinstance(element.tag, str) and (address := _address(element)):
            addresses.append(address)
            framed += [address] if element.tag == "iframe" else []
    for numbers in cast("list[Element]", tree.xpath("//table[contains(@class, 'lntable')]//td[1]")):
        drop_keeping_tail(numbers)
    for paragraph in list(tree.iter("p")):
        if _is_card(paragraph, cards):
            drop_keeping_tail(paragraph)
    return HtmlFacts(squeeze(text_of(tree)), tuple(addresses), frozenset(framed))


def squeeze(text: str) -> str:
    """Take all white space out of a text."""
    return _SPACE.sub("", text)


def _address(element: Element) -> str:
    value = (element.get("href") or element.get("src") or "").strip()
    if value.lower().startswith(_UNSAFE):
        return ""
    if element.tag == "iframe" and value:
        value = public_embed(value, "").url
    return unquote(value)


def _is_card(paragraph: Element, cards: Collection[str]) -> bool:
    links = [child for child in paragraph if child.tag == "a"]
    alone = (
        len(paragraph) == len(links) == 1 and not (paragraph.text or "").strip() and not (links[0].tail or "").strip()
    )
    return alone and _address(links[0]) in cards

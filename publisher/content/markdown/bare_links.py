"""Addresses that stand bare in a text become links, and end where a reader of Chinese would say they end.

Hugo's rules: an address begins after white space or one of `*_~("'>`, holds ASCII only, and gives up punctuation at
its end; unlike there, a double quote ends it too. Where `after_cjk` is set, it may also begin right after a Chinese
character or sign.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from lxml import etree

from publisher.content.html.tree import TEXT_BLOCKS, VERBATIM, attributes_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.content.html.tree import Element

_HOST = r"[-a-zA-Z0-9@:%._+~#=]{1,256}\.[a-z]+(?::\d{1,5})?"
_REST = r"(?:[/#?][-a-zA-Z0-9@:%_+.~#$!?&/=();,'^{}\[\]`]*)?"
_MAIL = r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9-]*[a-zA-Z0-9])+"
# Not behind =" or =': that is an attribute of raw HTML. The first letter comes first: it is what is found fastest.
_AFTER = r"(?<![^\s*_~(\"'>].)(?<!=[\"'].)"
_AFTER_CJK = r"(?<![^\s*_~(\"'>\u2e80-\uffef].)(?<!=[\"'].)"


@cache
def _bare(*, after_cjk: bool, mails: bool) -> re.Pattern[str]:
    """Make the pattern of what is set aside. mails: whether mail addresses may be among it, which take long to find."""
    after = _AFTER_CJK if after_cjk else _AFTER
    address = rf"{after}(?:(?<=h)ttps?://|(?<=f)tp://|(?<=w)ww\.){_HOST}{_REST}"
    signs = rf"[hfw<](?:{address}|(?<=<)<(?!<))"
    return re.compile(rf"{signs}|(?<![^\s(])(?:{_MAIL})(?![-_])" if mails else signs)


@dataclass(frozen=True, slots=True)
class SetAside:
    """A Markdown text whose addresses are replaced by words that no rule of Markdown touches."""

    text: str
    #: Word to address.
    addresses: Mapping[str, str]
    #: What every word begins with.
    prefix: str


def set_aside(text: str, *, after_cjk: bool = False) -> SetAside:
    """Replace bare addresses by words, wherever they stand: `put_back` knows what is code or an attribute."""
    if not any(sign in text for sign in ("://", "www.", "@", "<<")):
        return SetAside(text, {}, "")
    prefix = "hburl"
    while prefix in text:
        prefix += "q"
    addresses: dict[str, str] = {}

    def replace(match: re.Match[str]) -> str:
        # "<<" is a sign of typography, and would begin raw HTML in "<<x>>".
        address = match[0] if match[0] == "<<" else _trimmed(_unquoted(match, text))
        if not address or _holds_markup(match[0]):
            return match[0]
        word = f"{prefix}{len(addresses)}x"
        addresses[word] = address
        return word + match[0][len(address) :]

    return SetAside(_bare(after_cjk=after_cjk, mails="@" in text).sub(replace, text), addresses, prefix)


def _holds_markup(address: str) -> bool:
    """Tell whether a backtick or bracket in it belongs to the Markdown around it; such an address is left alone."""
    return "`" in address or address.count("]") > address.count("[")


def _unquoted(match: re.Match[str], text: str) -> str:
    """End an address that stands between single quotes at the second one."""
    return match[0].split("'")[0] if text[: match.start()].endswith("'") else match[0]


def _trimmed(address: str) -> str:
    """Take punctuation off the end, and closing parentheses that nothing opened."""
    while address:
        if address[-1] in "?!.,:*_~" or (address[-1] == ")" and address.count(")") > address.count("(")):
            address = address[:-1]
        elif entity := re.search(r"&[a-zA-Z0-9]+;$", address):
            address = address[: entity.start()]
        else:
            break
    return address


def put_back(tree: Element, links: SetAside, *, linkify: bool = True) -> None:
    """Put every address back where its word stands: as a link in text, as it was everywhere else."""
    if not links.addresses:
        return
    word = re.compile(rf"{links.prefix}\d+x")
    for element in list(tree.iter()):
        for name, value in attributes_of(element):
            if links.prefix in value:
                element.set(name, word.sub(lambda match: _plain(match, links), value))
        if links.prefix in (element.text or "") and isinstance(element.tag, str):
            _put_back_text(element, None, word, links, as_links=linkify and _takes_links(element))
        parent = element.getparent() if links.prefix in (element.tail or "") else None
        if parent is not None:
            _put_back_text(parent, element, word, links, as_links=linkify and _takes_links(parent))


def _plain(match: re.Match[str], links: SetAside) -> str:
    return links.addresses.get(match[0], match[0])


def _takes_links(element: Element) -> bool:
    """Tell whether text in an element may hold links: in a block of Markdown's, outside links and code."""
    here: Element | None = element
    while here is not None:
        if here.tag in VERBATIM or here.tag == "a":
            return False
        if here.tag in TEXT_BLOCKS:
            return True
        here = here.getparent()
    return False


def _put_back_text(
    parent: Element, after: Element | None, word: re.Pattern[str], links: SetAside, *, as_links: bool
) -> None:
    """Handle one text: the one that `parent` begins with, or the one behind its child `after`."""
    text = (parent.text if after is None else after.tail) or ""
    if not as_links:
        _set_text(parent, after, word.sub(lambda match: _plain(match, links), text))
        return
    pieces = re.split(f"({word.pattern})", text)
    _set_text(parent, after, pieces[0])
    index = 0 if after is None else parent.index(after) + 1
    for name, tail in zip(pieces[1::2], pieces[2::2], strict=True):
        address = links.addresses.get(name, name)
        if address == "<<":
            _add_text(parent, index, address + tail)
            continue
        link = _link(address)
        link.tail = tail
        parent.insert(index, link)
        index += 1


def _add_text(parent: Element, index: int, text: str) -> None:
    """Add text behind what stands before the child at `index`."""
    if index:
        parent[index - 1].tail = (parent[index - 1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def _set_text(parent: Element, after: Element | None, text: str) -> None:
    if after is None:
        parent.text = text
    else:
        after.tail = text


def _link(address: str) -> Element:
    link = etree.Element("a")
    if "://" in address:
        link.set("href", address)
    else:
        link.set("href", f"https://{address}" if address.startswith("www.") else f"mailto:{address}")
    link.text = address
    return link

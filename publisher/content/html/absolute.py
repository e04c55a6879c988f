"""Every address in a post's HTML becomes absolute, and everything framed becomes a link.

Root-relative addresses go below the site's address, as in Hugo's feeds; relative ones lead to the file they name:
in the bundle, beside the post, in the static folder, or another post's Markdown file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote, urlsplit

from lxml import etree

from publisher.content.html.lazy_media import drop_written_out, load_at_once
from publisher.content.html.trackers import drop_trackers
from publisher.content.html.tree import HEADINGS, drop_keeping_tail, drop_marks, parse, replace_with
from publisher.content.media import MediaPlaces, PagePlace, absolute, address_of, is_on_site

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.content.html.tree import Element
    from publisher.model.post import Target

#: Where the elements that may leave keep addresses. `image` is what HTML reads as `img`.
_SAFE_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_ADDRESSES = {
    "a": ("href",),
    "audio": ("src",),
    "blockquote": ("cite",),
    "del": ("cite",),
    "image": ("src",),
    "img": ("src",),
    "ins": ("cite",),
    "q": ("cite",),
    "source": ("src",),
    "track": ("src",),
    "video": ("src", "poster"),
}
#: Where embedding HTML keeps the address of what it embeds.
_FRAMES = {"iframe": "src", "embed": "src", "object": "data", "frame": "src"}
_READ_OVER = re.compile(r"[\t\n\r]+")
_ELEMENTS_WITH_ID = etree.XPath("descendant::*[@id]")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRules:
    """What an address in a post is relative to."""

    page: PagePlace
    places: MediaPlaces
    target: Target
    #: What every id in this post begins with, so that none clashes when posts share a page or a mail.
    id_prefix: str
    #: Address of a post by the Markdown file that a link names; "" if that is no post.
    post_url: Callable[[str], str]
    #: A link card for the address inside a frame, and its title.
    card: Callable[[str, str], str]


def finish_tree(tree: Element, rules: LinkRules) -> int:
    """Make a post's tree fit to leave its site. Gives the number of pictures that can't leave it."""
    load_at_once(tree)
    lost = drop_written_out(tree)
    frames_to_cards(tree, rules)
    drop_trackers(tree)
    _settle_boxes(tree, rules.target)
    ids = _prefix_ids(tree, rules)
    for element in tree.iter(*_ADDRESSES):
        for name in _ADDRESSES[element.tag]:
            if value := (element.get(name) or "").strip():
                element.set(name, _settle(value, rules, ids))
    for element in tree.iter("img", "image", "source"):
        if candidates := element.get("srcset"):
            element.set("srcset", _settle_srcset(candidates, rules, ids))
    return lost


def frames_to_cards(tree: Element, rules: LinkRules) -> None:
    """Replace iframes, and what came before them, by link cards. A frame without an address vanishes."""
    for element in list(tree.iter(*_FRAMES)):
        address = (element.get(_FRAMES[str(element.tag)]) or "").strip()
        if is_on_site(address):
            address = address_of(address, rules.page, rules.places)
        if not re.match(r"(https?:)?//[^/\s]", address):
            drop_keeping_tail(element)
            continue
        replace_with(element, parse(rules.card(absolute(address), element.get("title") or "")))
    drop_marks(tree)


def _settle_boxes(tree: Element, target: Target) -> None:
    """Keep a task list's boxes in feeds, write them as characters elsewhere; drop every other input."""
    for box in list(tree.iter("input")):
        if box.get("type") != "checkbox":
            drop_keeping_tail(box)
        elif target != "feed":
            box.tail = ("☑" if "checked" in box.attrib else "☐") + (box.tail or "")
            drop_keeping_tail(box)
        else:
            box.set("disabled", "")
            if "checked" in box.attrib:
                box.set("checked", "")


def _prefix_ids(tree: Element, rules: LinkRules) -> frozenset[str]:
    """Prefix the ids; a mail needs only those of footnotes. Returns the ids that links may name on the spot.

    Many feed readers drop ids, so there a link inside the post leads to the post's own page; mail clients keep them.
    """
    kept: set[str] = set()
    for element in _with_id(tree):
        name = element.get("id") or ""
        is_note = re.match(r"fn(ref\d*)?:", name)
        if rules.target == "email" and not is_note:
            del element.attrib["id"]
            continue
        element.set("id", rules.id_prefix + name)
        if rules.target == "email" and is_note and element.tag not in HEADINGS:
            kept.add(name)
    return frozenset(kept)


def _with_id(tree: Element) -> list[Element]:
    return cast("list[Element]", _ELEMENTS_WITH_ID(tree))


def address_outside(address: str, rules: LinkRules) -> str:
    """Give an address of a post's text as it holds outside the site; the post's own where it leads to no page."""
    found = _settle(address, rules, frozenset())
    return found if urlsplit(found).scheme in _SAFE_SCHEMES else rules.page.permalink


def _settle(address: str, rules: LinkRules, ids: frozenset[str]) -> str:
    # Browsers read over these, in the middle of "javascript:" too (URL standard, 4.4).
    address = _READ_OVER.sub("", address)
    if address.startswith("#"):
        # In mails footnotes are followed on the spot; all other places are found on the site.
        return f"#{rules.id_prefix}{address[1:]}" if address[1:] in ids else absolute(rules.page.permalink + address)
    try:
        scheme = urlsplit(address).scheme
    except ValueError:
        return rules.page.permalink
    if scheme and scheme not in {"http", "https"}:
        return address
    path, mark, rest = _cut(address)
    if not scheme and path.lower().endswith((".md", ".markdown", ".mdown")) and (url := rules.post_url(unquote(path))):
        return absolute(url + mark + rest)
    return address_of(address, rules.page, rules.places)


def _cut(address: str) -> tuple[str, str, str]:
    found = re.search(r"[?#]", address)
    return (address[: found.start()], found[0], address[found.end() :]) if found else (address, "", "")


def _settle_srcset(value: str, rules: LinkRules, ids: frozenset[str]) -> str:
    """Make each candidate of a srcset absolute (HTML, 4.8.4.2.2: candidates are separated by a comma and a space)."""
    candidates = re.findall(r"([^\s,]\S*[^\s,]|[^\s,])(\s+[^\s,]+)?\s*(?:,|$)", value.strip())
    return ", ".join(
        _settle(url, rules, ids) + (f" {size.strip()}" if size.strip() else "") for url, size in candidates
    )

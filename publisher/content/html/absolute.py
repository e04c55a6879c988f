"""Every address in a post's HTML becomes absolute, and everything framed becomes a link.

Root-relative addresses go below the site's address, as in Hugo's feeds; relative ones lead to the file they name:
in the bundle, beside the post, in the static folder, or another post's Markdown file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from publisher.content.html.lazy_media import load_at_once
from publisher.content.html.trackers import drop_trackers
from publisher.content.html.tree import HEADINGS, drop_keeping_tail, replace_with
from publisher.content.media import MediaPlaces, PagePlace, absolute, resolve

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.html import HtmlElement

    from publisher.model.post import Target

URL_ATTRIBUTES = ("href", "src", "poster", "cite")
#: Where embedding HTML keeps the address of what it embeds.
_FRAMES = {"iframe": "src", "embed": "src", "object": "data", "frame": "src"}


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


def finish_tree(tree: HtmlElement, rules: LinkRules) -> None:
    """Make a post's tree fit to leave its site."""
    load_at_once(tree)
    frames_to_cards(tree, rules)
    drop_trackers(tree)
    _settle_boxes(tree, rules.target)
    ids = _prefix_ids(tree, rules)
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        for name in URL_ATTRIBUTES:
            if value := (element.get(name) or "").strip():
                element.set(name, _settle(value, rules, ids))
        if value := element.get("srcset"):
            element.set("srcset", _settle_srcset(value, rules, ids))


def frames_to_cards(tree: HtmlElement, rules: LinkRules) -> None:
    """Replace iframes, and what came before them, by link cards. A frame without an address vanishes."""
    for element in list(tree.iter(*_FRAMES)):
        address = (element.get(_FRAMES[str(element.tag)]) or "").strip()
        if address.startswith("/") and not address.startswith("//"):
            address = resolve(address, rules.page, rules.places).url
        if not re.match(r"(https?:)?//[^/\s]", address):
            drop_keeping_tail(element)
            continue
        replace_with(element, rules.card(absolute(address), element.get("title") or ""))


def _settle_boxes(tree: HtmlElement, target: Target) -> None:
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


def _prefix_ids(tree: HtmlElement, rules: LinkRules) -> frozenset[str]:
    """Prefix the ids; a mail needs only those of footnotes. Returns the ids that links may name on the spot.

    Many feed readers drop ids, so there a link inside the post leads to the post's own page; mail clients keep them.
    """
    kept: set[str] = set()
    for element in tree.iter():
        name = element.get("id") if isinstance(element.tag, str) else None
        if name is None:
            continue
        is_note = re.match(r"fn(ref\d*)?:", name)
        if rules.target == "email" and not is_note:
            del element.attrib["id"]
            continue
        element.set("id", rules.id_prefix + name)
        if rules.target == "email" and is_note and element.tag not in HEADINGS:
            kept.add(name)
    return frozenset(kept)


def _settle(address: str, rules: LinkRules, ids: frozenset[str]) -> str:
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
    if not scheme and path.lower().endswith((".md", ".markdown", ".mdown")) and (url := rules.post_url(path)):
        return absolute(url + mark + rest)
    return resolve(address, rules.page, rules.places).url


def _cut(address: str) -> tuple[str, str, str]:
    found = re.search(r"[?#]", address)
    return (address[: found.start()], found[0], address[found.end() :]) if found else (address, "", "")


def _settle_srcset(value: str, rules: LinkRules, ids: frozenset[str]) -> str:
    """Make each candidate of a srcset absolute (HTML, 4.8.4.2.2: candidates are separated by a comma and a space)."""
    candidates = re.findall(r"([^\s,]\S*[^\s,]|[^\s,])(\s+[^\s,]+)?\s*(?:,|$)", value.strip())
    return ", ".join(
        _settle(url, rules, ids) + (f" {size.strip()}" if size.strip() else "") for url, size in candidates
    )

"""Where a mail's links lead: to a page of the site that exists, to an address that somebody wrote down, or nowhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from publisher.errors import Problem
from publisher.model.message import SLOTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lxml import etree

_SHOWN_ADDRESS = re.compile(r"(?:https?://)?((?:[\w-]+\.)+[a-z]{2,})(?:[/?#]\S*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLinks:
    """What links may lead to."""

    #: Address of the site; ends in "/".
    site_url: str
    #: Tells whether an address of the site is one of its pages: a post, a feed, a file that was built.
    is_page: Callable[[str], bool]
    #: Addresses on other sites that somebody wrote down: a post's source, a link in a template.
    outside: frozenset[str] = frozenset()


def lint_links(root: etree._Element, known: KnownLinks | None) -> Iterator[Problem]:
    """Find links that lead nowhere, or elsewhere than they say.

    known: None judges the addresses' form alone.
    """
    seen: set[str] = set()
    for link in root.iter("a"):
        href = (link.get("href") or "").strip()
        if href in SLOTS or href.startswith("mailto:"):
            continue
        words = " ".join("".join(str(text) for text in link.itertext()).split())
        yield from _disguise(href, words)
        if href not in seen:
            seen.add(href)
            yield from _form(href, words) or _target(href, known)


def _form(href: str, words: str) -> list[Problem]:
    """Judge an address by itself."""
    if href.startswith("https://"):
        return []
    shown = f'"{words[:40]}" leads to {href or "nothing"}'
    if href.startswith("http://"):
        hint = "write https://: filters and readers distrust the other"
        return [Problem(f"a link is not encrypted: {shown}", hint=hint, rule="mail-link")]
    return [
        Problem(f"a link has no whole address: {shown}", hint="write https://…", severity="error", rule="mail-link")
    ]


def _target(href: str, known: KnownLinks | None) -> list[Problem]:
    """See whether there is something at an address."""
    if known is None:
        return []
    address = unquote(href.partition("#")[0])
    if address.startswith(known.site_url) or address + "/" == known.site_url:
        if known.is_page(href.partition("#")[0]):
            return []
        hint = "build the site first; if the page is new, its file has to lie in the output folder"
        return [Problem(f"a link leads to a page that the site does not have: {href}", hint=hint, rule="mail-link")]
    if address in {unquote(outside) for outside in known.outside}:
        return []
    hint = "a post's source and what your templates name are known; this came from elsewhere"
    return [Problem(f"a link leads to an address that nobody wrote down: {href}", hint=hint, rule="mail-link")]


def _disguise(href: str, words: str) -> list[Problem]:
    """Compare the domain that a link shows with the one it leads to: filters take a difference for fraud."""
    shown = _SHOWN_ADDRESS.fullmatch(words)
    host = (urlsplit(href).hostname or "").removeprefix("www.")
    if not shown or not host or shown[1].lower().removeprefix("www.") == host:
        return []
    return [Problem(f"a link shows {shown[1]} and leads to {host}", severity="error", rule="mail-spam")]

"""A mail as a screen reader goes through it: headings in order, words for every picture and link, a language."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from publisher.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_FILE_NAME = re.compile(r"\S+\.(?:jpe?g|png|gif|webp|avif|svg)", re.IGNORECASE)


def lint_reading(root: etree._Element) -> Iterator[Problem]:
    """Find what somebody who listens to the mail would miss."""
    yield from _headings(list(root.iter(*_HEADINGS)))
    for image in root.iter("img"):
        yield from _picture(image)
    for link in root.iter("a"):
        if link.get("href") and not _said(link):
            yield Problem(f"a link without words: {link.get('href')}", rule="mail-reading", severity="error")
    if not root.get("lang"):
        hint = 'write lang="{{ w.lang }}" on <mjml>: it decides which voice reads and which glyphs are drawn'
        yield Problem("the mail does not say its language", hint=hint, rule="mail-reading")


def _headings(headings: list[etree._Element]) -> Iterator[Problem]:
    levels = [int(heading.tag[1]) for heading in headings]
    if levels.count(1) != 1:
        hint = "the newsletter's name is the only h1, each story's title an h2"
        yield Problem(f"the mail has {levels.count(1)} h1", hint=hint, rule="mail-reading", severity="error")
    elif levels[0] != 1:
        yield Problem("a heading stands before the h1", rule="mail-reading")
    for before, (level, heading) in pairwise([(0, None), *zip(levels, headings, strict=True)]):
        if before[0] and level > before[0] + 1 and heading is not None:
            title = "".join(str(text) for text in heading.itertext()).strip()[:40]
            yield Problem(f"an h{level} follows an h{before[0]}: {title}", rule="mail-reading")
    for heading in headings:
        if not _said(heading):
            yield Problem(f"an empty {heading.tag}", rule="mail-reading")


def _picture(image: etree._Element) -> Iterator[Problem]:
    alt = image.get("alt")
    if alt is None:
        yield Problem(f"a picture without alt: {image.get('src')}", rule="mail-reading", severity="error")
    elif _FILE_NAME.fullmatch(alt.strip()):
        hint = "say what it shows: image_alt in the front matter"
        yield Problem(f"a picture's alt is a file's name: {alt}", hint=hint, rule="mail-reading")


def _said(element: etree._Element) -> str:
    """Give what a screen reader says of an element."""
    words = (element.get("aria-label") or "") + "".join(str(text) for text in element.itertext())
    return (words + "".join(image.get("alt") or "" for image in element.iter("img"))).strip()

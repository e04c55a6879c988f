"""Rules that mail clients set, checked on every mail before it is frozen.

What would spoil the mail raises a TemplateError, since only a template can break it; a doubt is a Problem.
Sources: Can I Email; Gmail drops <style> beyond 16 KB and clips a mail beyond about 102 KB.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from publisher.errors import Problem, TemplateError
from publisher.model.message import SLOTS, UNSUBSCRIBE

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMIT_BYTES = 100_000
WARN_BYTES = 90_000
_STYLE_BYTES = 16_384
_RESIDUE = ("{{", "}}", "{%", "%}", "{#")
_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)
_ABSOLUTE = re.compile(r"(?:https?://|mailto:)\S")
_HEADING = "exactly one h1 names the newsletter to a screen reader"


def check_html(html: str, words: str) -> tuple[Problem, ...]:
    """Check a mail's HTML.

    words: what the posts themselves say; a post about templates may show braces.
    Returns doubts; raises TemplateError with every rule that is broken.
    """
    broken = [*_broken_in_source(html), *_broken_in_tree(html), *_residue(re.sub(_STYLE, "", html), words)]
    if broken:
        raise TemplateError("the mail breaks rules of mail clients: " + "; ".join(broken))
    size = len(html.encode())
    if size >= WARN_BYTES:
        return (Problem(f"the mail has {size} bytes; Gmail clips it at 100 KB", rule="mail-size"),)
    return ()


def check_text(text: str, words: str, needed: str = UNSUBSCRIBE) -> None:
    """Check a mail's plain text: that the slot it needs is there, and that nothing of a template is left."""
    for broken in _residue(text, words):
        raise TemplateError(f"the mail's text: {broken}")
    if needed not in text:
        raise TemplateError(f"the mail's text lacks {needed}", hint=f"put {needed} where the link belongs")


def count_slots(before: str, after: str, needed: str = UNSUBSCRIBE) -> None:
    """See that each slot stands in the HTML as often as in the MJML it was made from, and that `needed` is there."""
    if needed not in before:
        raise TemplateError(
            f"the mail lacks {needed}", hint=f'put <a href="{needed}"> where the link belongs: the mail needs it'
        )
    for slot in SLOTS:
        wanted, found = before.count(slot), after.count(slot)
        if wanted != found:
            raise TemplateError(f"{slot} stood {wanted} times in the MJML and stands {found} times in the HTML")


def _broken_in_source(html: str) -> Iterator[str]:
    """Check what a parser would hide."""
    if not html.startswith("<!DOCTYPE html>"):
        yield "no doctype"
    if html.count("<!--[if") != html.count("<![endif]-->"):
        yield "a conditional comment for Outlook is not closed"
    styles: list[str] = re.findall(_STYLE, html)
    if sum(len(style.encode()) for style in styles) >= _STYLE_BYTES:
        yield "more than 16 KB in <style>"
    dark = [style for style in styles if "prefers-color-scheme" in style]
    if not dark or not all("!important" in style for style in dark):
        yield "no rules for the dark"


def _residue(mail: str, words: str) -> Iterator[str]:
    """Find what a template engine should have replaced."""
    for mark in _RESIDUE:
        if mark in mail and mark not in words:
            at = mail.index(mark)
            yield f"a piece of a template is left: {mail[max(0, at - 20) : at + 40]}"
            return


def _broken_in_tree(html: str) -> Iterator[str]:
    root = etree.fromstring(html.encode(), etree.HTMLParser(encoding="utf-8"))
    if len(root.findall(".//h1")) != 1:
        yield _HEADING
    for image in root.iter("img"):
        yield from _broken_in_image({str(name): str(value) for name, value in image.attrib.items()})
    for link in root.iter("a"):
        href = link.get("href", "")
        if href not in SLOTS and not _ABSOLUTE.match(href):
            yield f'a link is not absolute: "{href}"'


def _broken_in_image(image: dict[str, str]) -> Iterator[str]:
    source = image.get("src", "")
    if not image.get("width", "").isdecimal():
        yield f"a picture without width in pixels: {source}"
    if "alt" not in image:
        yield f"a picture without alt: {source}"
    if not _ABSOLUTE.match(source):
        yield f"a picture without absolute address: {source}"

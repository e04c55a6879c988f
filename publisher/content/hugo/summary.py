"""The summary that Hugo itself would put into its feed: for comparing with it (`verify`), not for readers.

Ours for readers are cut at sentences; Hugo takes whole paragraphs until it has counted 70 words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.content.html.tree import parse, serialise, text_of
from publisher.content.markdown.convert import MORE, to_html
from publisher.content.summary import CJK_CHARACTER

if TYPE_CHECKING:
    from publisher.content.html.tree import Element
    from publisher.content.hugo.site import HugoConfig


@dataclass(frozen=True, slots=True)
class HugoSummary:
    """A summary as HTML, and whether there is more to read."""

    html: str
    truncated: bool


def hugo_summary(body: str, html: str, stated: str, settings: HugoConfig) -> HugoSummary:
    """Work out Hugo's summary of a page.

    body: its Markdown. html: what Hugo makes of all of it. stated: `summary` of its front matter.
    What stands above `<!--more-->` comes first, then the front matter, then the first paragraphs.
    """
    above, more, below = body.partition(MORE)
    if more:
        return HugoSummary(to_html(above, settings.markdown).strip(), bool(below.strip()))
    if stated:
        tree = parse(to_html(stated, settings.markdown))
        only = tree[0] if len(tree) == 1 and tree[0].tag == "p" else None
        return HugoSummary((serialise(tree) if only is None else _inside(only)).strip(), truncated=False)
    return _first_paragraphs(html, settings)


def _first_paragraphs(html: str, settings: HugoConfig) -> HugoSummary:
    tree = parse(html)
    runes = settings.has_cjk_language and CJK_CHARACTER.search(html) is not None
    counted = 0
    for index, block in enumerate(tree):
        paragraphs = block.iter("p") if isinstance(block.tag, str) else ()
        counted += sum(count_words(text_of(paragraph), runes=runes) for paragraph in paragraphs)
        if counted >= settings.summary_length:
            rest = list(tree)[index + 1 :]
            for later in rest:
                tree.remove(later)
            return HugoSummary(serialise(tree).strip(), truncated=bool(rest))
    return HugoSummary(html.strip(), truncated=False)


def _inside(element: Element) -> str:
    wrapper = parse("")
    wrapper.text = element.text
    wrapper.extend(list(element))
    return serialise(wrapper)


def count_words(text: str, *, runes: bool) -> int:
    """Count words as Hugo does: by white space; where `runes`, each character of a word that is not plain ASCII."""
    words = text.split()
    if not runes:
        return len(words)
    return sum(1 if word.isascii() else len(word) for word in words)

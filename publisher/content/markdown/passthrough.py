"""Texts between signs that a site keeps from Markdown (markup.goldmark.extensions.passthrough): formulas, above all."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher.content.html.tree import attributes_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from publisher.content.html.tree import Element

#: An opening sign and the closing one.
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Kept:
    """A Markdown text whose formulas are replaced by words that no rule of Markdown touches."""

    text: str
    #: Word → formula with its signs.
    formulas: Mapping[str, str] = field(default_factory=dict)
    prefix: str = ""


def keep_from_markdown(text: str, block: tuple[Pair, ...], inline: tuple[Pair, ...]) -> Kept:
    """Replace formulas by words. block: pairs that may hold blank lines; inline: pairs that end with the paragraph."""
    pairs = dict(inline) | dict(block)
    if not any(opening in text for opening in pairs):
        return Kept(text)
    prefix = "hbkept"
    while prefix in text:
        prefix += "q"
    formulas: dict[str, str] = {}
    pieces, position = [], 0
    for start, end in _spans(text, pairs, {opening for opening, _ in block}):
        word = f"{prefix}{len(formulas)}x"
        formulas[word] = text[start:end]
        pieces += [text[position:start], word]
        position = end
    return Kept("".join([*pieces, text[position:]]), formulas, prefix)


def _spans(text: str, pairs: Mapping[str, str], across: set[str]) -> Iterator[tuple[int, int]]:
    """Find the formulas. Each search goes on where the last one ended, so that no text costs more than its length."""
    openings = re.compile("|".join(re.escape(sign) for sign in sorted(pairs, key=len, reverse=True)))
    ahead: dict[str, int] = {}
    position = 0
    while found := openings.search(text, position):
        position = found.end()
        end = _next(text, pairs[found[0]], position, ahead)
        blank = len(text) if found[0] in across else _next(text, "\n\n", position, ahead)
        if position < end < blank:
            position = end + len(pairs[found[0]])
            yield found.start(), position


def _next(text: str, sign: str, position: int, ahead: dict[str, int]) -> int:
    """Find a sign from a position on, which only grows; where there is none, the text's end."""
    if ahead.get(sign, -1) < position:
        found = text.find(sign, position)
        ahead[sign] = found if found >= 0 else len(text)
    return ahead[sign]


def put_formulas_back(tree: Element, kept: Kept) -> None:
    """Put every formula back where its word stands, as text: in code and attributes too it is what was written."""
    if not kept.formulas:
        return
    word = re.compile(rf"{kept.prefix}\d+x")

    def formula(match: re.Match[str]) -> str:
        return kept.formulas.get(match[0], match[0])

    for element in tree.iter():
        if element.text and kept.prefix in element.text:
            element.text = word.sub(formula, element.text)
        if element.tail and kept.prefix in element.tail:
            element.tail = word.sub(formula, element.tail)
        for name, value in attributes_of(element):
            if kept.prefix in value:
                element.set(name, word.sub(formula, value))

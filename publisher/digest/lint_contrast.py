"""Contrast of every text of a mail with the ground below it, in light and in the dark, computed from the mail's CSS.

Source: WCAG 2.2, 1.4.3 (relative luminance, ratio). What is a picture is not seen here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import cssselect
import tinycss2
from lxml import etree
from tinycss2.color3 import RGBA, parse_color

from publisher.digest.lint_css import parse_inline, parse_sheet
from publisher.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.digest.lint_css import Declaration, Rule

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
#: Below this, sRGB is linear (IEC 61966-2-1).
_LINEAR = 0.04045
#: Red, green, blue: 0 to 1.
Colour = tuple[float, float, float]
LEAST = 4.5
#: What clients draw where a mail says nothing: ground, text, links.
_DEFAULTS: dict[Scheme, tuple[Colour, Colour, Colour]] = {
    "light": ((1, 1, 1), (0, 0, 0), (0, 0, 0.93)),
    "dark": ((0.07, 0.07, 0.07), (1, 1, 1), (0.62, 0.62, 1)),
}
_NO_TEXT = {"script", "style", "title", "head", "template"}
#: The stronger wins: important, inline, specificity, order (CSS Cascade 4, 6).
_Strength = tuple[bool, bool, tuple[int, int, int], int]
_Winners = dict[str, tuple[_Strength, str]]


@dataclass(frozen=True, slots=True)
class Pair:
    """A colour of text on a colour of ground, and one text that is drawn so."""

    scheme: Scheme
    text: Colour
    ground: Colour
    sample: str

    @property
    def ratio(self) -> float:
        """1 (nothing to see) to 21 (black on white)."""
        lighter, darker = sorted((luminance(self.text), luminance(self.ground)), reverse=True)
        return (lighter + 0.05) / (darker + 0.05)


@dataclass(frozen=True, slots=True)
class _Look:
    """What an element hands down to its children."""

    text: Colour
    ground: Colour


def lint_contrast(root: etree._Element) -> Iterator[Problem]:
    """Find texts that are hard to read."""
    for pair in pairs_of(root):
        if pair.ratio < LEAST:
            where = "in the dark" if pair.scheme == "dark" else "in light"
            message = f"contrast {pair.ratio:.2f}:1 {where}, {name(pair.text)} on {name(pair.ground)}: {pair.sample}"
            hint = f"text needs {LEAST}:1 (WCAG 1.4.3); the colours stand in palette.j2"
            yield Problem(message, hint=hint, rule="mail-contrast")


def pairs_of(root: etree._Element) -> tuple[Pair, ...]:
    """List every pair of colours that a text of the mail is drawn in, once for each scheme."""
    found: dict[tuple[Scheme, Colour, Colour], Pair] = {}
    for scheme in SCHEMES:
        styles = _cascade(root, scheme)
        ground, text, _ = _DEFAULTS[scheme]
        for pair in _walk(root, _Look(text, ground), styles, scheme):
            found.setdefault((scheme, pair.text, pair.ground), pair)
    return tuple(found.values())


def luminance(colour: Colour) -> float:
    """Relative luminance of a colour of sRGB, 0 to 1 (WCAG 2.2)."""
    red, green, blue = (part / 12.92 if part <= _LINEAR else ((part + 0.055) / 1.055) ** 2.4 for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def name(colour: Colour) -> str:
    """Write a colour as #RRGGBB."""
    return "#" + "".join(f"{round(part * 255):02X}" for part in colour)


def _cascade(root: etree._Element, scheme: Scheme) -> dict[etree._Element, _Winners]:
    """Decide for each element which declarations win."""
    winners: dict[etree._Element, _Winners] = {}
    order = 0
    for style in root.iter("style"):
        for rule in parse_sheet(style.text or "").rules:
            if not _holds(rule, scheme):
                continue
            order += 1
            for selector in _selectors(rule):
                for element in _select(root, selector):
                    _add(winners.setdefault(element, {}), rule.declarations, False, selector.specificity(), order)
    for element in root.iter():
        if isinstance(element.tag, str) and (style_attribute := element.get("style")):
            _add(winners.setdefault(element, {}), parse_inline(style_attribute), True, (0, 0, 0), 0)
    return winners


def _holds(rule: Rule, scheme: Scheme) -> bool:
    """Tell whether a rule holds on a wide screen in a scheme."""
    if rule.nested:
        return False
    for around in rule.around:
        condition = around.prelude.replace(" ", "").lower()
        if around.keyword != "media" or condition not in {"all", "screen", f"(prefers-color-scheme:{scheme})"}:
            return False
    return True


def _selectors(rule: Rule) -> list[cssselect.Selector]:
    try:
        return cssselect.parse(rule.selector)
    except cssselect.SelectorError:  # for some client's own dialect
        return []


def _select(root: etree._Element, selector: cssselect.Selector) -> list[etree._Element]:
    try:
        path = cssselect.HTMLTranslator().selector_to_xpath(selector)
        found: Any = root.xpath(path)
    except (cssselect.ExpressionError, etree.XPathError):
        return []
    return list(found)


def _add(
    winners: _Winners,
    declarations: tuple[Declaration, ...],
    inline: bool,
    specificity: tuple[int, int, int],
    order: int,
) -> None:
    for one in declarations:
        key = "background-color" if one.name == "background" else one.name
        strength = (one.important, inline, specificity, order)
        if key not in winners or strength >= winners[key][0]:
            winners[key] = (strength, one.value)


def _walk(
    element: etree._Element, look: _Look, styles: dict[etree._Element, _Winners], scheme: Scheme
) -> Iterator[Pair]:
    if element.tag in _NO_TEXT or not isinstance(element.tag, str):
        return
    own = {key: value for key, (_, value) in styles.get(element, {}).items()}
    if _is_hidden(own):
        return
    look = _look(element, own, look, scheme)
    if sample := _own_text(element):
        yield Pair(scheme, look.text, look.ground, sample[:40])
    for child in element:
        yield from _walk(child, look, styles, scheme)


def _is_hidden(own: dict[str, str]) -> bool:
    return own.get("display") == "none" or own.get("opacity") == "0" or own.get("visibility") == "hidden"


def _look(element: etree._Element, own: dict[str, str], above: _Look, scheme: Scheme) -> _Look:
    look = above
    if (ground := _colour_in(own.get("background-color") or element.get("bgcolor") or "")) is not None:
        look = replace(look, ground=_over(ground, look.ground))
    if element.tag == "a" and element.get("href"):
        look = replace(look, text=_DEFAULTS[scheme][2])
    written = own.get("color") or element.get("color") or ""
    if written in {"inherit", "currentColor"}:
        return replace(look, text=above.text)
    if (text := _colour_in(written)) is not None:
        look = replace(look, text=_over(text, look.ground))
    return look


def _colour_in(value: str) -> RGBA | None:
    """Find the colour in a value, which may be a whole `background`."""
    for token in tinycss2.parse_component_value_list(value):
        found = parse_color(token)
        if isinstance(found, RGBA):
            return found
    return None


def _over(colour: RGBA, ground: Colour) -> Colour:
    """Lay a colour over a ground that may shine through."""
    mixed = [part * colour.alpha + below * (1 - colour.alpha) for part, below in zip(colour[:3], ground, strict=True)]
    return (mixed[0], mixed[1], mixed[2])


def _own_text(element: etree._Element) -> str:
    parts = [element.text or "", *(child.tail or "" for child in element)]
    return " ".join("".join(parts).replace("\u034f", "").replace("\u200c", "").split())

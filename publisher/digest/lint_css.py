"""A mail's CSS, read: the rules of its <style> blocks with the at-rules around them, and its style attributes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import tinycss2

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class Declaration:
    """`name: value` of a rule or a style attribute."""

    #: Lower-cased.
    name: str
    value: str
    important: bool = False


@dataclass(frozen=True, slots=True)
class AtRule:
    """`@media (max-width: 480px) {…}` or `@import …;`."""

    #: Lower-cased, without "@".
    keyword: str
    prelude: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A selector with its declarations."""

    selector: str
    declarations: tuple[Declaration, ...]
    #: The at-rules around it, outermost first.
    around: tuple[AtRule, ...] = ()
    #: Whether it stands within another rule (CSS Nesting).
    nested: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one <style> holds."""

    rules: tuple[Rule, ...]
    at_rules: tuple[AtRule, ...]
    #: Whether an at-rule stands within another: Gmail drops such a <style> whole.
    nested_at: bool


def parse_sheet(css: str) -> Sheet:
    """Read a style sheet; what can't be read is skipped, as clients do."""
    rules: list[Rule] = []
    at_rules: list[tuple[AtRule, int]] = []
    _collect(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True), (), rules, at_rules)
    return Sheet(tuple(rules), tuple(rule for rule, _ in at_rules), any(depth for _, depth in at_rules))


def _collect(
    nodes: Iterable[Any], around: tuple[AtRule, ...], rules: list[Rule], at_rules: list[tuple[AtRule, int]]
) -> None:
    for node in nodes:
        if node.type == "qualified-rule":
            rules += _rule(node, around, nested=False)
        elif node.type == "at-rule":
            found = AtRule(node.lower_at_keyword, tinycss2.serialize(node.prelude).strip())
            at_rules.append((found, len(around)))
            if node.content is not None and found.keyword in {"media", "supports", "layer", "container"}:
                inner = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
                _collect(inner, (*around, found), rules, at_rules)


def _rule(node: Any, around: tuple[AtRule, ...], *, nested: bool) -> Iterator[Rule]:
    inner = tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True)
    selector = tinycss2.serialize(node.prelude).strip()
    yield Rule(selector, tuple(_declarations(inner)), around, nested)
    for child in inner:
        if child.type == "qualified-rule":
            yield from _rule(child, around, nested=True)


def parse_inline(style: str) -> tuple[Declaration, ...]:
    """Read a style attribute."""
    return tuple(_declarations(tinycss2.parse_blocks_contents(style, skip_comments=True, skip_whitespace=True)))


def _declarations(nodes: Iterable[Any]) -> Iterator[Declaration]:
    for node in nodes:
        if node.type == "declaration":
            value = re.sub(r"\s+", " ", tinycss2.serialize(node.value)).strip()
            yield Declaration(node.lower_name, value, node.important)

"""Front matter handed down: a section's `cascade`, and the one in the site's configuration.

The nearest ancestor speaks first, then those above it, then the configuration; a page's own keys are never overridden.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_NOT_VALUES = frozenset({"target", "_target", "params"})


@dataclass(frozen=True, slots=True)
class CascadeTarget:
    """The page that values might be handed to."""

    #: Hugo's logical path: "/posts/my-post", lower-cased, without suffix.
    path: str
    kind: str
    language: str


def cascade_blocks(values: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """Read the `cascade` key of a front matter: a map or a list of maps."""
    said = values.get("cascade")
    blocks = said if isinstance(said, list) else [said]
    return tuple(block for block in blocks if isinstance(block, dict))


def hand_down(
    values: Mapping[str, Any], ancestors: Iterable[Sequence[Mapping[str, Any]]], target: CascadeTarget
) -> dict[str, Any]:
    """Add what a page's ancestors hand down to it.

    values: the page's own front matter. ancestors: cascade blocks, nearest ancestor first, configuration last.
    """
    result = dict(values)
    for blocks in ancestors:
        for block in blocks:
            if _matches(block, target):
                _add(result, block)
    return result


def _add(result: dict[str, Any], block: Mapping[str, Any]) -> None:
    for key, value in block.items():
        if key not in _NOT_VALUES:
            result.setdefault(key, value)
    params = block.get("params")
    for key, value in params.items() if isinstance(params, dict) else ():
        result.setdefault(key, value)


def _matches(block: Mapping[str, Any], target: CascadeTarget) -> bool:
    wanted = block.get("target", block.get("_target"))
    if not isinstance(wanted, dict):
        return True
    facts = {"path": target.path, "kind": target.kind, "lang": target.language}
    return all(_glob(str(wanted[name]), fact) for name, fact in facts.items() if wanted.get(name))


def _glob(pattern: str, text: str) -> bool:
    """Match as gobwas/glob does with "/" as separator: * and ? stop there, ** does not, {a,b} is a choice."""
    regex = ""
    for part in re.findall(r"\*\*|.", pattern.lower(), re.DOTALL):
        regex += _GLOB_PARTS.get(part) or re.escape(part)
    try:
        return re.fullmatch(regex, text.lower()) is not None
    except re.error:
        return False


_GLOB_PARTS = {"**": ".*", "*": "[^/]*", "?": "[^/]", "{": "(?:", "}": ")", ",": "|", "[": "[", "]": "]"}

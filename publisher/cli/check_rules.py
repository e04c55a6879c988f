"""`publisher check --rules`: the rules, one after the other, and what to do about each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from publisher.cli.console import say, say_json
from publisher.syndication.rules import known_rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.syndication.rules import Rule

_KEPT = {"program": "kept by the program", "host": "kept by your host", "unused": "about nothing in these feeds"}


def list_rules(keys: Sequence[str], *, as_json: bool) -> None:
    """Print every rule, or those that concern some readers or platforms, by their keys."""
    rules = [rule for rule in known_rules().values() if not keys or rule.concerns(keys)]
    if as_json:
        say_json({"rules": [_table(rule) for rule in rules]})
    else:
        say("\n".join(_lines(rule) for rule in rules))


def _lines(rule: Rule) -> str:
    """Write a rule: what it is, then how it is kept and whom it concerns, then what to do."""
    told_as = ", ".join(name for name in rule.names if name != rule.id)
    facts = (
        _KEPT.get(rule.kept) or (rule.severity if rule.says or not told_as else ""),
        rule.reader_names,
        ", ".join(rule.platforms),
        told_as and f"told as {told_as}",
    )
    lines = (rule.what, "; ".join(filter(None, facts)), rule.mend and f"mend: {rule.mend}")
    return f"{rule.id:<21} " + f"\n{'':<22}".join(filter(None, lines))


def _table(rule: Rule) -> dict[str, Any]:
    names = ("id", "what", "kept", "names", "mend", "readers", "platforms")
    facts = {name: getattr(rule, name) for name in names}
    facts |= {"severity": rule.severity} if rule.kept == "lint" else {}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in facts.items() if value}

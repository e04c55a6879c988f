"""Writes docs/rules.md from rules.toml and readers.toml. Run by `make docs`; a test sees that it was."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from publisher.syndication.reader_views import known_readers
from publisher.syndication.rules import Rule, known_rules

if TYPE_CHECKING:
    from collections.abc import Iterable

PAGE = Path(__file__).parent / "rules.md"
INTRO = """# Rules

Every rule that feeds are held to, by its id. `publisher check` tells where a post breaks one; `publisher check --rules`
lists them too. To have nothing told of some, name them in publisher.toml:
```toml
[check]
ignore = ["M4", "E5"]
```
An *error* ends `publisher check` with 1. A *warning* is worth a look. A *note* is told with `--notes`, `--reader` or
`--platform` only. What readers lose is weighed by its reach: something that is gone for all readers is an error, for
two in five or more a warning, for fewer a note, and so is a shape that is lost while its words stay.

What is *always kept* is shown by the tests that are named.

This page is written from the program (`make docs`).
"""
GROUPS = {
    "X": "XML 1.0",
    "R": "RSS 2.0 and its Best Practices Profile",
    "A": "Atom (RFC 4287)",
    "J": "JSON Feed 1.1",
    "P": "Archives (RFC 5005)",
    "M": "Media RSS",
    "H": "HTML in entries",
    "L": "Languages",
    "G": "Identity",
    "C": "HTTP",
    "D": "Finding feeds",
    "W": "WebSub",
    "E": "What readers do with an entry",
    "podcast": "Podcast directories",
    "flipboard": "Flipboard",
    "smartnews": "SmartNews",
    "": "Posts and settings",
}
KEPT = {"program": "always kept", "host": "up to your host", "unused": "about nothing in these feeds"}


def page() -> str:
    """Describe every rule, then what is known of readers."""
    by_group: dict[str, list[Rule]] = {group: [] for group in GROUPS}
    for rule in known_rules().values():
        by_group[_group_of(rule)].append(rule)
    tables = [f"## {GROUPS[group]}\n\n{_table(rules)}" for group, rules in by_group.items()]
    return "\n".join((INTRO, *tables, _readers()))


def _group_of(rule: Rule) -> str:
    start = rule.id[:1] if rule.id[:1].isupper() else rule.id.partition("-")[0]
    return start if start in GROUPS else ""


def _table(rules: Iterable[Rule]) -> str:
    rows = ["| id | rule | how it is kept | what to do |", "|---|---|---|---|"]
    rows += [f"| {rule.id} | {_cell(rule.what)} | {_kept(rule)} | {_cell(rule.mend)} |" for rule in rules]
    return "\n".join(rows) + "\n"


def _kept(rule: Rule) -> str:
    if rule.kept != "lint":
        return _cell(": ".join(filter(None, (KEPT[rule.kept], rule.why, ", ".join(f"`{test}`" for test in rule.by)))))
    others = ", ".join(name for name in rule.names if name != rule.id)
    told = rule.severity if rule.says or not others else ""
    concerned = ", ".join(filter(None, (_names(rule), *rule.platforms)))
    return "; ".join(filter(None, (told, concerned, f"told as {others}" if others else "")))


def _names(rule: Rule) -> str:
    return "every reader" if len(rule.readers) == len(known_readers()) else rule.reader_names


def _cell(text: str) -> str:
    """Write a text as a cell: "<" is markup outside of code, "|" everywhere."""
    parts = text.replace("|", "\\|").split("`")
    return "`".join(part if number % 2 else part.replace("<", "&lt;") for number, part in enumerate(parts))


def _readers() -> str:
    rows = [
        "| `--reader` | drops | unwraps | takes off | a picture beside the text | categories | knows an entry again |",
        "|---|---|---|---|---|---|---|",
    ]
    for reader in known_readers():
        lists = (", ".join(names) for names in (reader.dropped, reader.unwrapped, reader.attributes))
        shown = "shown" if reader.categories else "not shown"
        rows.append(f"| {reader.key} | {' | '.join(lists)} | {reader.media} | {shown} | {reader.guid} |")
    return "## Readers\n\nRead in their source code.\n\n" + "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

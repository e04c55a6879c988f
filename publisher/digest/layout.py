"""Which stories a mail shows as cards, which by title alone, which on the week's page only; all of it by category."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from publisher.digest.compose import Digest, Group, Story

#: So few cards need no headings.
_SECTIONS_FROM = 6
#: A heading is worth its line for so many cards on average.
_CARDS_A_SECTION = 2


def lay_out(digest: Digest, cards: int, titles: int | None = None) -> Digest:
    """Show so many stories as cards, and so many more by title alone (None: all); the week's page shows the others.

    Where not all can be cards, each category's newest comes before any category's second.
    """
    order = _fair_order(digest.others)
    last = len(order) if titles is None else cards + titles

    def pick(places: Iterable[int]) -> tuple[Story, ...]:
        return tuple(digest.others[place] for place in sorted(places))

    other = digest.wording.more_other
    return replace(
        digest,
        sections=_sections(pick(order[:cards]), other),
        rest=_by_category(pick(order[cards:last]), other),
        beyond=pick(order[last:]),
    )


def _fair_order(stories: Sequence[Story]) -> list[int]:
    """Order the places of stories so that each category takes its turn."""
    before: Counter[str] = Counter()
    turns = []
    for place, story in enumerate(stories):
        turns.append((before[story.category], place))
        before[story.category] += 1
    return [place for _, place in sorted(turns)]


def _sections(cards: tuple[Story, ...], other: str) -> tuple[Group, ...]:
    """Group cards by category where there are many; one group without a name where there are few."""
    groups = _by_category(cards, other)
    if len(cards) < _SECTIONS_FROM or len(groups) < 2 or len(cards) < len(groups) * _CARDS_A_SECTION:  # noqa: PLR2004 - one group is none
        return (("", cards),) if cards else ()
    return groups


def _by_category(stories: Iterable[Story], other: str) -> tuple[Group, ...]:
    """Group stories by category, in the order of each category's first; those without one come last, as `other`."""
    groups: dict[str, list[Story]] = {}
    for story in stories:
        groups.setdefault(story.category, []).append(story)
    nameless = groups.pop("", [])
    named = [(name, tuple(group)) for name, group in groups.items()]
    return (*named, *([(other if named else "", tuple(nameless))] if nameless else []))

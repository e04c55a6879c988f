"""What a competitor wrote: for each feed, the addresses of its items in order. Speed only counts for the same job."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from bench import corpus
from bench.measure import BenchError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_ATOM = "{http://www.w3.org/2005/Atom}"
#: What stands between the site's title and a term's.
_SEPARATORS = " -–—|:：·・"

#: Characters of HTML that even the shortest post has; a description has fewer.
SHORTEST = 500

Lists = dict[str, tuple[str, ...]]


def read_lists(folder: Path) -> Lists:
    """Give the items of every RSS or Atom feed below `folder`: term ("" for the site's own feed) → addresses.

    Raises BenchError where two feeds have one title, or an item has no content.
    """
    lists: Lists = {}
    for file in sorted(folder.rglob("*.xml")):
        title, addresses = _read_feed(file)
        name = title.replace(corpus.SITE_TITLE, "").strip(_SEPARATORS)
        if name in lists:
            raise BenchError(f"two feeds have the title {title}: {file}")
        lists[name] = addresses
    return lists


def _read_feed(file: Path) -> tuple[str, tuple[str, ...]]:
    root = ET.fromstring(file.read_bytes())
    if root.tag == f"{_ATOM}feed":
        entries = root.findall(f"{_ATOM}entry")
        links = [entry.find(f"{_ATOM}link").get("href", "") for entry in entries]  # type: ignore[union-attr]
        contents = [entry.findtext(f"{_ATOM}content") for entry in entries]
        title = root.findtext(f"{_ATOM}title")
    else:
        entries = root.findall("channel/item")
        links = [entry.findtext("link", "") for entry in entries]
        contents = [entry.findtext("{http://purl.org/rss/1.0/modules/content/}encoded") for entry in entries]
        title = root.findtext("channel/title")
    if any(len(content or "") < SHORTEST for content in contents):
        raise BenchError(f"{file} has an item without its full content")
    return title or "", tuple(links)


def compare_lists(lists: Mapping[str, Lists]) -> str:
    """Say that all wrote the same items in the same feeds. Raises BenchError naming the first difference."""
    (reference, expected), *others = lists.items()
    for name, found in others:
        if found.keys() != expected.keys():
            lacking = sorted(found.keys() ^ expected.keys())
            raise BenchError(f"{name} and {reference} wrote different feeds: {', '.join(lacking)}")
        for term, addresses in expected.items():
            if found[term] != addresses:
                raise BenchError(f'{name} and {reference} differ in feed "{term}":\n{found[term]}\n{addresses}')
    items = sum(len(addresses) for addresses in expected.values())
    return f"{len(expected)} feeds, {items} items, the same in each: {', '.join(lists)}."

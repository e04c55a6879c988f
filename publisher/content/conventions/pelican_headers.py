"""The head of a Pelican article: `Key: value` lines until the first blank one, or a block between `---`."""

from __future__ import annotations

import re

from publisher.content.front_matter.read import FrontMatter, Split, parse_front_matter
from publisher.errors import ContentError

_KEY = re.compile(r" {0,3}(?P<key>[A-Za-z0-9_-]+):\s*(?P<value>.*)")
_MORE = re.compile(r"(?: {4,}|\t)(?P<value>.*)")
_OPENS = re.compile(r"-{3}(\s.*)?$")
_CLOSES = re.compile(r"(-{3}|\.{3})(\s.*)?$")


def parse_headers(text: str, file: str) -> FrontMatter:
    """Read the head of an article; keys are lower-cased, a key that stands twice or goes on makes a list.

    A block between `---` is YAML where it can be read as YAML, else lines like the others.
    Raises ContentError, located.
    """
    clean = text.removeprefix("\ufeff")
    lines = clean.split("\n")
    if _OPENS.match(lines[0]):
        try:
            front = parse_front_matter(clean, file)
            if front.values:
                return front
        except ContentError:
            # `Title: a: b` is a fine header and bad YAML.
            pass
    return _read_lines(lines)


def _read_lines(lines: list[str]) -> FrontMatter:
    found: dict[str, list[str]] = {}
    start = count = 1 if _OPENS.match(lines[0]) else 0
    key = ""
    for line in (line.rstrip("\r") for line in lines[start:]):
        count += 1
        if not line.strip() or _CLOSES.match(line):
            break
        if header := _KEY.fullmatch(line):
            key = header["key"].lower()
            found.setdefault(key, []).append(header["value"].strip())
        elif key and (more := _MORE.fullmatch(line)):
            found[key].append(more["value"].strip())
        else:
            # No header: the article begins here.
            count -= 1
            break
    if not found:
        return FrontMatter(Split("", "", 1, "\n".join(lines), 1), {})
    # To tell places, a head of lines is as good as YAML.
    split = Split("yaml", "\n".join(lines[start:count]), start + 1, "\n".join(lines[count:]), count + 1)
    return FrontMatter(split, {name: items[0] if len(items) == 1 else items for name, items in found.items()})

"""How well-known readers show one entry, by what readers.toml says of them."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import html as lxml_html

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from publisher.model.feed import Entry

FILE = Path(__file__).parent / "readers.toml"
#: Characters of a text that are its first lines on most screens.
FIRST_CHARS = 200
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What a reader does with entries; the fields are those of readers.toml."""

    key: str
    name: str
    dropped: tuple[str, ...]
    unwrapped: tuple[str, ...]
    attributes: tuple[str, ...]
    media: str
    categories: bool
    guid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderView:
    """One entry in one reader."""

    reader: str
    title: str
    #: ISO 8601, as the entry says it.
    date: str
    author: str
    #: Address of the first picture; empty where none is shown for sure.
    picture: str
    #: What becomes of a picture that stands beside the text; empty where the text has one.
    picture_note: str
    categories: tuple[str, ...]
    first_lines: str
    #: What the text loses, such as "srcset of 2 elements".
    lost: tuple[str, ...]
    #: How the reader knows the entry again.
    known_by: str


@cache
def known_readers() -> tuple[Reader, ...]:
    """Read readers.toml."""
    table = tomllib.loads(FILE.read_text(encoding="utf-8"))
    lists = ("dropped", "unwrapped", "attributes")
    return tuple(Reader(**{**one, **{name: tuple(one[name]) for name in lists}}) for one in table["reader"])


def reader_keys() -> tuple[str, ...]:
    """List the short names of the readers."""
    return tuple(reader.key for reader in known_readers())


def view_of(entry: Entry, reader: Reader) -> ReaderView:
    """Say what a reader shows of an entry."""
    tree = lxml_html.fragment_fromstring(entry.html, create_parent="div")
    lost = tuple(_losses(tree, reader))
    for element in [one for one in tree.iter() if one.tag in reader.dropped]:
        element.drop_tree()
    for line_end in tree.iter("br"):
        line_end.tail = f" {line_end.tail or ''}"
    in_text = next((str(image.get("src")) for image in tree.iter("img") if image.get("src")), "")
    beside = entry.image.url if entry.image and not in_text else ""
    return ReaderView(
        reader=reader.name,
        title=entry.title,
        date=entry.published.isoformat(),
        author=", ".join(author.name for author in entry.authors),
        picture=in_text or (beside if reader.media == "shown" else ""),
        picture_note=f"{beside} is {reader.media}" if beside else "",
        categories=entry.categories if reader.categories else (),
        first_lines=_SPACE.sub(" ", tree.text_content()).strip()[:FIRST_CHARS],
        lost=lost,
        known_by=reader.guid,
    )


def _losses(tree: HtmlElement, reader: Reader) -> list[str]:
    """List what a reader takes out of a text; elements that only group others are no loss."""
    tags = [str(element.tag) for element in tree.iter()]
    losses = [f"{tags.count(name)} × <{name}>, with all that is in it" for name in reader.dropped if name in tags]
    losses += [f"{tags.count(name)} × <{name}>, but not what is in it" for name in reader.unwrapped if name in tags]
    for name in reader.attributes:
        number = sum(name in element.attrib for element in tree.iter())
        losses += [f"{number} × {name}"] if number else []
    return losses

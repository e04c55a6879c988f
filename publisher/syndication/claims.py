"""Which post is which: an old lock and the posts of today give the new lock, every guid, and what is refused.

A post is recognised by its file and text, an explicit guid, its text alone, its file alone, its address, its aliases,
and at last by a date and a text much alike. The surest sign of all posts goes before the next one of any.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote, unquote, urljoin, urlsplit

from publisher.model.post import Card
from publisher.syndication.changes import likeness
from publisher.syndication.identity import guid_of, stated_guid
from publisher.syndication.lock import Line, Lock, by_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

#: Gives the sketch of a post's text (`changes.sketch_of`), which is read only when nothing surer tells who it is.
SketchOf = Callable[[Card], str]
Refused = Literal["same-guid", "second-guid", "same-text"]

#: Two texts of one date that are so much alike are one text.
MUCH_ALIKE = 0.7
#: What the hash of a text begins with where there is none: tells nothing about whose it is.
NO_TEXT = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A guid that a post asked for and did not get."""

    rule: Refused
    key: str
    #: Of the post that is in its way; its own where the lock is.
    other: str
    #: The guid in question.
    guid: str

    @property
    def leaves_out(self) -> bool:
        """Whether no feed shows the post until this is settled."""
        return self.rule != "second-guid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Who is who."""

    lock: Lock
    #: Guids by `Card.key`, of every post that has one.
    guids: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    refused: tuple[Refusal, ...] = ()
    #: How a post that changed its file was recognised, by its key: "text", "guid", "address", "alias", "likeness".
    moved: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def decide(lock: Lock, posts: Sequence[Card], sketch_of: SketchOf) -> Decision:
    """Say which post is which.

    lock: as the file has it; empty for a site that has none yet.
    posts: newest first, each with a date and with a key of its own. Equal input gives equal output.
    """
    table = _Claims(lock, posts)
    table.claim(_by_file_and_text(table), "")
    table.claim(_by_guid(table), "guid")
    table.claim(_by_text(table), "text")
    table.claim(_by_file(table), "")
    table.claim(_by_address(table), "address")
    table.claim(_by_alias(table), "alias")
    table.claim(_by_likeness(table, sketch_of), "likeness")
    refused = [*_second_guids(table), *_meet_newcomers(table)]
    here = {key: replace(line, gone=False) if line.gone else line for key, line in table.given.items()}
    left = (replace(line, gone=True) for line in table.free.values())
    # A file of today may have the name of one that is gone: the line of that one keeps its guid under another name.
    away = (line if line.key not in table.posts else replace(line, key=_free_name(line, table.posts)) for line in left)
    return Decision(
        lock=by_key((*away, *here.values())),
        guids=MappingProxyType({key: line.guid for key, line in here.items()}),
        refused=tuple(refused),
        moved=MappingProxyType(table.moved),
    )


Claim = tuple[Card, Line]


class _Claims:
    """Lines that are not given out yet, and posts that have none yet."""

    def __init__(self, lock: Lock, posts: Iterable[Card]) -> None:
        self.lock = lock
        self.posts = {post.key: post for post in posts}
        #: By guid.
        self.free = {line.guid: line for line in lock.lines.values()}
        self.given: dict[str, Line] = {}
        self.moved: dict[str, str] = {}

    @property
    def waiting(self) -> list[Card]:
        return [post for key, post in self.posts.items() if key not in self.given]

    def absent(self) -> list[Line]:
        """Give the free lines whose files are not there."""
        return [line for line in self.free.values() if line.key not in self.posts]

    def claim(self, claims: Iterable[Claim], sign: str) -> None:
        """Give out lines, each once, to posts that have none. claims: of each post and each line the first counts."""
        for post, line in list(claims):
            if post.key not in self.given and line.guid in self.free:
                self.give(post, self.free.pop(line.guid))
                if sign and line.key != post.key:
                    self.moved[post.key] = sign

    def give(self, post: Card, line: Line) -> None:
        same = line.key == post.key and line.text == post.text_hash and line.url == post.url and not line.gone
        self.given[post.key] = line if same else _renewed(line, post)


def _renewed(line: Line, post: Card) -> Line:
    past = dict.fromkeys((*line.was, line.url))
    was = tuple(url for url in past if url != post.url)
    return replace(line, key=post.key, text=post.text_hash, url=post.url, was=was, gone=False)


def _by_file_and_text(table: _Claims) -> Iterator[Claim]:
    for post in table.waiting:
        line = table.lock.lines.get(post.key)
        if line and _body(line.text) == _body(post.text_hash):
            yield post, line


def _by_guid(table: _Claims) -> Iterator[Claim]:
    for post in table.waiting:
        line = table.free.get(stated_guid(post))
        if line and (line.key == post.key or line.key not in table.posts):
            yield post, line


def _by_text(table: _Claims) -> Iterator[Claim]:
    """Recognise texts that are elsewhere now; of several that are the same, each by its date."""
    waiting, free = table.waiting, list(table.free.values())
    for facts_of_post, facts_of_line in ((_text_and_date, _line_text_and_date), (_text, _line_text)):
        lines = _only_ones((facts_of_line(line), line) for line in free)
        wanted = Counter(facts_of_post(post) for post in waiting)
        for post in waiting:
            facts = facts_of_post(post)
            if facts in lines and wanted[facts] == 1 and not post.text_hash.startswith(NO_TEXT + "-"):
                yield post, lines[facts]


def _by_file(table: _Claims) -> Iterator[Claim]:
    for post in table.waiting:
        line = table.lock.lines.get(post.key)
        # Under a name that was free for a while, another text of another day is another post.
        if line and (not line.gone or line.published == _date(post)):
            yield post, line


def _by_address(table: _Claims) -> Iterator[Claim]:
    lines = {_path(line.url): line for line in table.absent() if not line.gone}
    for post in table.waiting:
        if line := lines.get(_path(post.url)):
            yield post, line


def _by_alias(table: _Claims) -> Iterator[Claim]:
    lines = {_path(url): line for line in table.absent() for url in (*line.was, line.url)}
    for post in table.waiting:
        for address in _aliases(post):
            if line := lines.get(_path(urljoin(post.url, address))):
                yield post, line


def _by_likeness(table: _Claims, sketch_of: SketchOf) -> Iterator[Claim]:
    lines = [line for line in table.absent() if line.sketch]
    dates = {line.published for line in lines}
    for post in table.waiting:
        if _date(post) not in dates:
            continue
        sketch = sketch_of(post)
        alike = [(likeness(line.sketch, sketch), line.guid, line) for line in lines if line.published == _date(post)]
        best = max(alike, default=None)
        if best and best[0] >= MUCH_ALIKE:
            yield post, best[2]


def _second_guids(table: _Claims) -> Iterator[Refusal]:
    for key, line in table.given.items():
        stated = stated_guid(table.posts[key])
        if stated and stated != line.guid:
            yield Refusal(rule="second-guid", key=key, other=key, guid=stated)


def _meet_newcomers(table: _Claims) -> list[Refusal]:
    """Give every post that nobody knows a guid of its own, or refuse it."""
    refused: list[Refusal] = []
    owners = {line.guid: key for key, line in table.given.items()}
    texts = {line.text: key for key, line in table.given.items() if key in table.lock.lines}
    addresses = {line.url: key for key, line in table.given.items()}
    for post in table.waiting:
        stated, guid = stated_guid(post), guid_of(post)
        twin = texts.get(post.text_hash) if not post.text_hash.startswith(NO_TEXT + "-") else None
        if owner := owners.get(stated) or (addresses.get(post.url) if not stated else None):
            refused.append(Refusal(rule="same-guid", key=post.key, other=owner, guid=guid))
        elif twin and not stated:
            refused.append(Refusal(rule="same-text", key=post.key, other=twin, guid=guid))
        else:
            guid = guid if guid not in owners and guid not in table.free else _minted(post, {*owners, *table.free})
            owners[guid] = addresses[post.url] = post.key
            table.give(post, _first_line(post, guid))
    return refused


def _first_line(post: Card, guid: str) -> Line:
    return Line(key=post.key, guid=guid, published=_date(post), text=post.text_hash, url=post.url)


def _minted(post: Card, taken: set[str]) -> str:
    """Make a guid for a post whose address is, or was, the guid of another: a tag URI (RFC 4151)."""
    parts = urlsplit(post.url)
    plain = f"tag:{parts.hostname},{_date(post)[:10]}:{quote(parts.path, safe='/%')}"
    guid, number = plain, 1
    while guid in taken:
        number += 1
        guid = f"{plain};{number}"
    return guid


def _free_name(line: Line, taken: Mapping[str, Card]) -> str:
    """Name a line whose file's name has passed to another post."""
    number = 1
    while f"{line.key}#{number}" in taken:
        number += 1
    return f"{line.key}#{number}"


def _aliases(post: Card) -> list[str]:
    """List the addresses that a post says it had: below the site's own, as Hugo reads them, and as they stand."""
    said = [post.params.get(name) for name in ("aliases", "alias", "redirect_from")]
    flat = [item for value in said for item in (value if isinstance(value, list) else [value])]
    return [item.strip() for item in flat if isinstance(item, str) and item.strip()]


def _path(url: str) -> str:
    """Write the path of an address so that equal ones are equal, on whatever domain."""
    return unquote(urlsplit(url).path).removesuffix("index.html").rstrip("/")


def _date(post: Card) -> str:
    return post.published.isoformat() if post.published else ""


def _body(text_hash: str) -> str:
    return text_hash.partition("-")[0]


def _text(post: Card) -> tuple[str, ...]:
    return (_body(post.text_hash),)


def _line_text(line: Line) -> tuple[str, ...]:
    return (_body(line.text),)


def _text_and_date(post: Card) -> tuple[str, ...]:
    return (_body(post.text_hash), _date(post))


def _line_text_and_date(line: Line) -> tuple[str, ...]:
    return (_body(line.text), line.published)


def _only_ones(pairs: Iterable[tuple[tuple[str, ...], Line]]) -> dict[tuple[str, ...], Line]:
    """Keep what only one line has."""
    found: dict[tuple[str, ...], list[Line]] = {}
    for facts, line in pairs:
        found.setdefault(facts, []).append(line)
    return {facts: lines[0] for facts, lines in found.items() if len(lines) == 1}

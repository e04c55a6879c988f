"""One item of somebody's feed against our entry of the same post: where they differ, and whether that is meant."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote, urlsplit

from publisher.pipeline.html_facts import HtmlFacts, facts_of, squeeze

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from publisher.model.feed import Entry
    from publisher.model.post import Post
    from publisher.syndication.read_feed import FoundItem

What = Literal[
    "title", "link", "guid", "date", "text", "address", "embed", "order", "limit", "only theirs", "only ours"
]

#: Why we differ on purpose, in the words in which a person is told.
INTENDED: Mapping[str, str] = MappingProxyType(
    {
        "summary": "it has the beginning of the post, ours all of it",
        "emphasis": "Chinese that its generator leaves between stars or waves is bold, italic or struck out in ours",
        "embed": "a player in a frame, which readers drop, is a link in ours",
        "absolute": "an address that leads nowhere from a reader is absolute in ours",
        "title": "a post without a title is called by its first words in ours",
        "guid": "the post's front matter, or publisher.lock, gives a guid",
        "undated": "a page without a date is in no feed of ours",
        "other section": "it belongs to a section that site.sections leaves out",
        "other language": "it is in another language than this feed of ours",
        "section": "it is a list of posts, not a post",
        "order": "ours is sorted by date",
        "limit": "ours shows as many of the newest as feeds.limit says",
        "their limit": "it shows only as many posts as its generator was told to",
    }
)
#: What Markdown marks with; and a mark beside a Chinese character or sign, which CommonMark often leaves standing.
_MARKS = re.compile(r"[*~]")
_MARKED_CJK = re.compile(r"[*~][\u2e80-\uffef]|[\u2e80-\uffef][*~]")
#: Characters shown of a text from where it differs.
SHOWN_CHARS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Something that is not in ours as it is in theirs."""

    #: The post's address; of a feed as a whole, the page that it is the feed of.
    link: str
    what: What
    theirs: str = ""
    ours: str = ""
    #: A key of INTENDED; empty where nobody meant it.
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OurEntry:
    """A post as our feeds show it, with what comparing needs."""

    post: Post
    entry: Entry
    #: Its content without what entry.html.j2 puts around it.
    html: str
    #: The summary that the front matter states, as HTML; empty if it states none.
    stated: str = ""
    _facts: dict[frozenset[str], HtmlFacts] = field(default_factory=dict)

    def facts(self, cards: frozenset[str]) -> HtmlFacts:
        """Read the content, as `facts_of` does; several feeds hold one post, and it is read once."""
        if cards not in self._facts:
            self._facts[cards] = facts_of(self.html, cards)
        return self._facts[cards]


def compare_item(item: FoundItem, ours: OurEntry) -> Iterator[Difference]:
    """Say in what an item and our entry of the same post differ."""
    yield from _compare_head(item, ours)
    yield from _compare_content(item, ours)


def same_address(address: str) -> str:
    """Write an address so that equal ones are equal strings, however they are escaped."""
    return unquote(address.strip())


def _compare_head(item: FoundItem, ours: OurEntry) -> Iterator[Difference]:
    link, entry = ours.post.url, ours.entry
    if squeeze(item.title) != squeeze(entry.title):
        why = "" if item.title.strip() else "title"
        yield Difference(link=link, what="title", theirs=item.title, ours=entry.title, why=why)
    if same_address(item.link) != same_address(entry.url):
        yield Difference(link=link, what="link", theirs=item.link, ours=entry.url)
    if item.guid and same_address(item.guid) != same_address(entry.guid):
        why = "guid" if ours.post.guid else ""
        yield Difference(link=link, what="guid", theirs=item.guid, ours=entry.guid, why=why)
    if item.published != entry.published:
        theirs = item.published.isoformat() if item.published else "none"
        yield Difference(link=link, what="date", theirs=theirs, ours=entry.published.isoformat())


def _compare_content(item: FoundItem, ours: OurEntry) -> Iterator[Difference]:
    theirs = facts_of(item.content or item.summary)
    mine = ours.facts(theirs.framed)
    link = ours.post.url
    difference = _compare_text(theirs, mine, ours, whole=bool(item.content))
    if difference:
        yield difference
    if theirs.framed:
        yield Difference(link=link, what="embed", theirs=", ".join(sorted(theirs.framed)), why="embed")
    yield from _compare_addresses(theirs, mine, ours)


def _compare_text(theirs: HtmlFacts, mine: HtmlFacts, ours: OurEntry, *, whole: bool) -> Difference | None:
    """Compare texts without white space. whole: theirs says that it is the whole post."""
    text, link = theirs.text, ours.post.url
    if text == mine.text:
        return None
    others = {squeeze(ours.post.description), facts_of(ours.stated).text if ours.stated else ""}
    # A theme that shortens summaries ends them so.
    beginning = mine.text.startswith(text.rstrip("….")) or text in others
    if beginning and not whole:
        return Difference(link=link, what="text", why="summary")
    plain, my_plain = _MARKS.sub("", text), _MARKS.sub("", mine.text)
    marked = _MARKED_CJK.search(text) and (plain == my_plain if whole else my_plain.startswith(plain))
    at = _first_difference(text, mine.text)
    start = max(0, at - 8)
    shown = (text[start : at + SHOWN_CHARS], mine.text[start : at + SHOWN_CHARS])
    return Difference(link=link, what="text", theirs=shown[0], ours=shown[1], why="emphasis" if marked else "")


def _first_difference(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next((index for index, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _compare_addresses(theirs: HtmlFacts, mine: HtmlFacts, ours: OurEntry) -> Iterator[Difference]:
    """Look for each address of theirs in ours, in its order; ours may have more, such as a video's picture."""
    link = ours.post.url
    left = iter(mine.addresses)
    if ours.stated and theirs.text == facts_of(ours.stated).text:
        # Its addresses are the summary's own, not the post's.
        return
    for address in theirs.addresses:
        if not urlsplit(address).scheme and not address.startswith("//"):
            yield Difference(link=link, what="address", theirs=address, why="absolute")
        elif not any(address in {mine_one, mine_one.removeprefix("https:")} for mine_one in left):
            yield Difference(link=link, what="address", theirs=address, ours="not there, or elsewhere in the text")
            left = iter(mine.addresses)

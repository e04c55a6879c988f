"""What subscribers of a feed will see after a change: its entries before, against its entries now."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from publisher.syndication.read_feed import FoundItem

#: new: nobody had it. older: new in this feed, though older than what was there. re-identified: shown again under
#: another guid. re-dated: another publication date. changed: another title, address or text. vanished: gone from among
#: the others. aged out: gone at the end, as newer ones came.
Kind = Literal["new", "older", "re-identified", "re-dated", "changed", "vanished", "aged out"]
KINDS: tuple[Kind, ...] = ("re-identified", "new", "older", "re-dated", "changed", "vanished", "aged out")


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryChange:
    """One entry that is not as it was."""

    kind: Kind
    guid: str
    title: str
    link: str
    #: What was there before: the guid of what is re-identified, the date of what is re-dated.
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedChange:
    """One feed, before and now."""

    #: Path of the document below the output folder.
    path: str
    #: How many entries it had, and has; None where there was no such feed.
    before: int | None
    after: int
    changes: tuple[EntryChange, ...] = ()
    counts: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        counts = {kind: sum(one.kind == kind for one in self.changes) for kind in KINDS}
        object.__setattr__(self, "counts", MappingProxyType({kind: n for kind, n in counts.items() if n}))

    @property
    def reruns(self) -> int:
        """How many entries will appear as unread again."""
        return self.counts.get("re-identified", 0)


def compare_feeds(path: str, before: Sequence[FoundItem] | None, after: Sequence[FoundItem]) -> FeedChange:
    """Compare what a feed showed with what it will show. before: None where there was no such feed."""
    changes = () if before is None else tuple(_changes(before, after))
    return FeedChange(path=path, before=None if before is None else len(before), after=len(after), changes=changes)


def sentences(feed: FeedChange) -> list[str]:
    """Say in plain words what subscribers of a feed will see."""
    if feed.before is None:
        return ["nobody has this feed yet"]
    said = [_PLAIN[kind].format(_entries(feed.counts[kind])) for kind in KINDS if kind in feed.counts]
    return said or ["nothing changes"]


_PLAIN: Mapping[Kind, str] = MappingProxyType(
    {
        "re-identified": "{} will appear as unread again",
        "new": "{} will appear as new",
        "older": "{} from before will appear as new too",
        "re-dated": "{} will show another date, and stand elsewhere where readers sort by date",
        "changed": "{} will show another title, address or text; readers that look at changes mark them as updated",
        "vanished": "{} will be in the feed no more; readers keep what they have",
        "aged out": "{} will make room at the end, as always",
    }
)


def _entries(number: int) -> str:
    return "1 entry" if number == 1 else f"{number} entries"


def _changes(before: Sequence[FoundItem], after: Sequence[FoundItem]) -> Iterator[EntryChange]:
    old = {_guid(item): item for item in before}
    now = {_guid(item) for item in after}
    lost = [item for item in before if _guid(item) not in now]
    newest = max((item.published for item in before if item.published), default=None)
    again: set[str] = set()
    for item in after:
        if known := old.get(_guid(item)):
            yield from _differences(known, item)
            continue
        twin = next((one for one in lost if _guid(one) not in again and _is_same_post(one, item)), None)
        if twin:
            again.add(_guid(twin))
            yield _change("re-identified", item, _guid(twin), _guid(item))
        else:
            is_older = bool(newest and item.published and item.published < newest)
            yield _change("older" if is_older else "new", item)
    kept = [item.published for item in after if item.published]
    oldest = min(kept, default=None)
    for item in lost:
        if _guid(item) not in again:
            has_aged = len(after) >= len(before) and _is_before(item.published, oldest)
            yield _change("aged out" if has_aged else "vanished", item)


def _differences(known: FoundItem, item: FoundItem) -> Iterator[EntryChange]:
    if known.published != item.published:
        yield _change("re-dated", item, _written(known.published), _written(item.published))
    facts = ("title", "link", "summary", "content")
    other = [name for name in facts if getattr(known, name) != getattr(item, name)]
    if other:
        yield _change("changed", item, after=", ".join(other))


def _is_same_post(one: FoundItem, other: FoundItem) -> bool:
    """Tell whether two items with different guids show one post: by path, by title and date, or by title and text."""
    if one.link and other.link and _path(one.link) == _path(other.link) != "":
        return True
    same_title = bool(one.title) and one.title == other.title
    same_text = bool(one.content) and one.content == other.content
    return (same_title and (same_text or (one.published == other.published and one.published is not None))) or (
        same_text and one.published == other.published
    )


def _change(kind: Kind, item: FoundItem, before: str = "", after: str = "") -> EntryChange:
    return EntryChange(kind=kind, guid=_guid(item), title=item.title, link=item.link, before=before, after=after)


def _guid(item: FoundItem) -> str:
    return item.guid or item.link


def _path(url: str) -> str:
    return unquote(urlsplit(url).path).rstrip("/")


def _is_before(one: datetime | None, other: datetime | None) -> bool:
    return bool(one and other and one < other)


def _written(moment: datetime | None) -> str:
    return moment.isoformat() if moment else "none"

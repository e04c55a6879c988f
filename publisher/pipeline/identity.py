"""Who is who on this site: publisher.lock is read, `syndication.claims` decides, and the lock is written again.

What is unchanged is told by hashes that cards carry, so no text is read for it. A text is read when a feed shows a post
for the first time, when a post has changed, and when nothing surer tells whether a new one is an old one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from publisher.content.load import read_site
from publisher.content.sources import read_split
from publisher.errors import ConfigError, ContentError, Problem
from publisher.pipeline.files import write_if_changed
from publisher.pipeline.places import file_of, place_of_value
from publisher.syndication.changes import is_significant, sketch_of
from publisher.syndication.claims import decide
from publisher.syndication.identity import guid_of
from publisher.syndication.lock import NAME, Lock, by_key, parse_lock, render_lock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from publisher.config import Config
    from publisher.model.post import Card, Site
    from publisher.syndication.claims import Decision, Refusal
    from publisher.syndication.groups import CardT
    from publisher.syndication.lock import FeedLine, Line

#: Posts that a refusal to write names.
_NAMED = 5


def read_lock(config: Config) -> Lock:
    """Read a site's publisher.lock; an empty one where there is none. Raises FeedError, located, for a damaged one."""
    path = config.root / NAME
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Lock()
    except OSError as error:
        hint = "make the file readable: without it, posts could get other guids"
        raise ConfigError(f"can't read {path}: {error.strerror}", hint=hint) from error
    return parse_lock(content)


def write_lock(config: Config, lock: Lock, *, dry_run: bool = False) -> bool:
    """Write a site's publisher.lock whole, if it changes; tell whether it does. Raises ConfigError."""
    if not (lock.lines or lock.feeds) and not (config.root / NAME).exists():
        return False
    try:
        return write_if_changed(config.root / NAME, render_lock(lock), dry_run=dry_run)
    except ConfigError as error:
        hint = "make the folder writable; or build with --frozen-lock where nothing new is to be published"
        raise ConfigError(error.message, hint=hint) from error


class Register:
    """The lock of a site, from reading to writing it."""

    def __init__(self, config: Config, now: datetime) -> None:
        """Read the lock. now: when a change that is found counts as made. Raises FeedError for a damaged lock."""
        self._config = config
        self._now = now.astimezone(config.zone).replace(microsecond=0).isoformat()
        self.before = read_lock(config)
        self._guids = {line.guid: line for line in self.before.lines.values()}
        self.lock = self.before
        #: Lines of feeds, as they are to be kept.
        self.feeds = self.before.feeds
        self.decision: Decision | None = None

    def identify(
        self, posts: Sequence[CardT], scheduled: Sequence[Card] | None = None
    ) -> tuple[tuple[CardT, ...], tuple[Problem, ...]]:
        """Give posts their guids, and the date of their last significant change.

        posts: newest first. One that claims what belongs to another is left out, and told; an undated one, which no
        feed shows, stays as it is.
        scheduled: posts whose dates have still to come. They get guids, too, but only what visible ones leave them,
        and nobody is told of what they don't get. None: nobody asked which there are.
        """
        dated = {post.key: post for post in posts if post.published}
        coming = {post.key: post for post in scheduled or () if post.published and post.key not in dated}
        self.decision = decide(self.before, (*dated.values(), *coming.values()), self._sketch)
        decided = self.decision.lock.lines.values()
        found = [_settled(line, dated, coming, asked=scheduled is not None) for line in decided]
        lines = {line.key: self._revised(dated.get(line.key), line) for line in self._renamed(found, coming)}
        self.lock = by_key(lines.values())
        known = (_known(post, lines.get(post.key)) for post in posts)
        refused = [refusal for refusal in self.decision.refused if refusal.key in dated]
        out = {refusal.key for refusal in refused if refusal.leaves_out}
        every: dict[str, Card] = {**coming, **dated}
        problems = tuple(_problem(refusal, every, self._config) for refusal in refused)
        return tuple(post for post in known if post.key not in out), problems

    def remember(self, shown: Iterable[Card]) -> None:
        """Keep a sketch of every post that some feed shows now, for telling later how much of it has changed."""
        new = {
            post.key: replace(line, sketch=self._sketch(post))
            for post in shown
            if (line := self.lock.lines.get(post.key)) and not line.sketch
        }
        self.lock = by_key({**self.lock.lines, **new}.values()) if new else self.lock

    def save(self, *, dry_run: bool = False, frozen: bool = False) -> bool:
        """Write the lock if it changed; tell whether it did.

        frozen: write nothing, and refuse what would have to be written down, by a ConfigError that names posts: a guid
        for a post, a post under another name, a change that moves `updated`. Posts that expire or whose dates have come
        are no reason: nothing is decided about them.
        """
        if frozen and (decided := _decisions(self.before, self.lock)):
            raise _frozen(decided)
        if frozen and _folders_chosen(self.feeds) != _folders_chosen(self.before.feeds):
            raise _frozen(_changed(_folders_chosen(self.before.feeds), _folders_chosen(self.feeds)))
        lock = replace(self.lock, feeds=self.feeds)
        # Lines that a merge has left unsorted are sorted again, though they say the same.
        if self.before.is_tidy and lock == self.before:
            return False
        return not frozen and write_lock(self._config, lock, dry_run=dry_run)

    def _renamed(self, lines: Sequence[Line], coming: Mapping[str, Card]) -> Sequence[Line]:
        """Let the guid of a post that nobody has seen yet follow its address, if that is nobody else's."""
        if not coming:
            return lines
        taken = {line.guid for line in lines}
        unseen = {line.guid for line in lines if (old := self._guids.get(line.guid)) is None or old.scheduled}
        wanted = {key: guid_of(post) for key, post in coming.items()}
        return [
            replace(line, guid=wanted[line.key], was=())
            if line.guid in unseen and wanted.get(line.key, line.guid) not in taken
            else line
            for line in lines
        ]

    def _revised(self, post: Card | None, line: Line) -> Line:
        """Note when a text has changed so much that readers should hear of it."""
        old = self._guids.get(line.guid)
        policy = self._config.feeds.update
        if post is None or old is None or old.text == line.text or policy == "never":
            return line
        if policy == "any":
            return replace(line, updated=self._now, sketch="")
        sketch = self._sketch(post)
        if not is_significant(line.sketch, sketch, self._config.feeds.update_share):
            return line
        return replace(line, updated=self._now, sketch=sketch)

    def _sketch(self, post: Card) -> str:
        try:
            return sketch_of(read_split(self._config, post.path, post.key, post.key).body)
        except ContentError:
            # Whoever shows the post will tell of it.
            return ""


def identify_site(config: Config, now: datetime) -> tuple[Site, Register]:
    """Read every post in a site's own language, each with its guid; and the register of all posts, not saved yet."""
    site = read_site(config, now)
    register = Register(config, now)
    posts, problems = register.identify(site.posts)
    own = tuple(post for post in posts if not post.edition)
    return replace(site, posts=own, problems=(*site.problems, *problems)), register


def read_known_site(config: Config, now: datetime) -> Site:
    """Read every post of a site, each with its guid; nothing is written."""
    return identify_site(config, now)[0]


def _known(post: CardT, line: Line | None) -> CardT:
    if line is None:
        return post
    guid = "" if line.guid == post.url else line.guid
    if guid == post.guid and not line.updated:
        return post
    return replace(post, guid=guid, revised=datetime.fromisoformat(line.updated) if line.updated else None)


def _problem(refusal: Refusal, posts: Mapping[str, Card], config: Config) -> Problem:
    post, other = posts[refusal.key], file_of(posts[refusal.other], config)
    at = place_of_value(post, config, "guid")
    if refusal.rule == "same-guid":
        message = f"left out of the feeds, because {other} has the same guid: {refusal.guid}"
        return Problem(message, at, "give one of them a guid or an address of its own", "error", refusal.rule)
    if refusal.rule == "same-text":
        message = f"left out of the feeds, because {other} has the same text and title"
        hint = "delete one of them; or write guid: into this one, if subscribers shall see it again"
        return Problem(message, at, hint, "error", refusal.rule)
    message = f"subscribers know this post by another guid, which it keeps; {NAME} has it"
    hint = f"delete guid: {refusal.guid}; or, if they shall see the post again, its line in {NAME}"
    return Problem(message, at, hint, "error", refusal.rule)


def _folders_chosen(feeds: Mapping[str, FeedLine]) -> dict[str, str]:
    """Give the folders of feeds that only the lock knows: others are found again without it."""
    return {key: line.path for key, line in feeds.items() if line.path != key.partition("/")[2]}


def _settled(line: Line, dated: Mapping[str, Card], coming: Mapping[str, Card], *, asked: bool) -> Line:
    """Say of a line whether its post is still to come. asked: whether all that are to come are in `coming`."""
    if post := coming.get(line.key):
        return replace(line, scheduled=True, published=post.published.isoformat() if post.published else line.published)
    if not line.scheduled:
        return line
    waits = line.key not in dated and not asked
    return replace(line, scheduled=waits, gone=line.gone and not waits)


def _decisions(before: Lock, after: Lock) -> list[str]:
    """Name the posts of which a lock says what the one before it does not, and nobody could find out again."""

    def facts(lock: Lock) -> dict[str, tuple[str, str]]:
        return {line.guid: (line.key, line.updated) for line in lock.lines.values()}

    known = facts(before)
    return sorted(key for guid, (key, updated) in facts(after).items() if known.get(guid) != (key, updated))


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    return sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))


def _frozen(decided: Sequence[str]) -> ConfigError:
    more = f" and {len(decided) - _NAMED} more" if len(decided) > _NAMED else ""
    message = f"{NAME} would change, and is frozen: {', '.join(decided[:_NAMED])}{more}"
    return ConfigError(message, hint=f"run `publisher build` where you write, and commit {NAME}")

"""Posts become files: the recipe behind `publisher build`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from publisher.content.load import read_site, render_post
from publisher.errors import Location, Problem, PublisherError, PublisherErrors
from publisher.pipeline.files import write_if_changed
from publisher.pipeline.podcast import make_podcast_document
from publisher.syndication.entries import make_entry
from publisher.syndication.identity import guid_of
from publisher.syndication.json_feed import render_json
from publisher.syndication.rss_atom import render_atom, render_rss
from publisher.syndication.site_feed import FILE_NAMES, PODCAST_NAME, feed_path, make_feed
from publisher.templates import FEEDS, environment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from publisher.config import Config
    from publisher.model.feed import Entry, Feed, Format
    from publisher.model.post import Post

#: Told after each post: how many are done, of how many.
Progress = Callable[[int, int], None]

RENDERERS: Mapping[Format, Callable[[Feed], bytes]] = MappingProxyType(
    {"rss": render_rss, "atom": render_atom, "json": render_json}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltFile:
    """One file of a build."""

    path: Path
    length_bytes: int
    #: Whether it had to be written (in a dry run: would have to be); False: it held the same bytes before.
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """What a build did."""

    files: tuple[BuiltFile, ...]
    #: Posts that some feed shows.
    entries: int
    problems: tuple[Problem, ...]
    #: Posts that stayed out, by reason (`model.post.Site.left_out`).
    left_out: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def written(self) -> int:
        """How many files had to change."""
        return sum(file.changed for file in self.files)


@dataclass(frozen=True, slots=True)
class Made:
    """Posts that became entries, newest first, by their keys; and what was wrong on the way."""

    entries: Mapping[str, Entry]
    problems: tuple[Problem, ...]


def build(config: Config, now: datetime, *, dry_run: bool = False, progress: Progress | None = None) -> BuildReport:
    """Write every feed of a site into its output folder.

    now: aware; decides only which posts are still in the future and which have expired.
    A post that can't be shown becomes a problem, and the rest is built. Nothing is written before everything is made.
    Raises PublisherError where nothing can be built: no content folder, a template that fails for every post.
    """
    site = read_site(config, now)
    posts, doubles = one_per_guid((post for post in site.posts if post.published), config)
    in_feed = posts[: config.feeds.limit]
    in_podcast = [post for post in posts if post.audio] if config.podcast else []
    made = make_entries(_each_once(in_feed, in_podcast), config, progress)
    feed = make_feed(config, _entries_of(in_feed, made))
    podcast = make_podcast_document(config, _entries_of(in_podcast, made), _places_of(in_podcast, config))
    documents = {feed_path(config, FILE_NAMES[form]): RENDERERS[form](feed) for form in config.feeds.formats}
    if podcast.content:
        documents[feed_path(config, PODCAST_NAME)] = podcast.content
    return BuildReport(
        files=tuple(_write(config.output_dir / name, content, dry_run) for name, content in documents.items()),
        entries=len(made.entries),
        problems=tuple(dict.fromkeys((*site.problems, *doubles, *made.problems, *podcast.problems))),
        left_out=site.left_out,
    )


def one_per_guid(posts: Iterable[Post], config: Config) -> tuple[tuple[Post, ...], tuple[Problem, ...]]:
    """Keep the first of the posts that claim one guid: readers show one entry for it, whichever they happen to like."""
    first: dict[str, Post] = {}
    problems: list[Problem] = []
    for post in posts:
        guid = guid_of(post)
        other = first.setdefault(guid, post)
        if other is not post:
            message = f"left out of the feeds, because {_place(other, config)} has the same guid: {guid}"
            hint = "give one of them a guid or an address of its own"
            problems.append(Problem(message, Location(_place(post, config)), hint, "error", "same-guid"))
    return tuple(first.values()), tuple(problems)


def make_entries(posts: Sequence[Post], config: Config, progress: Progress | None = None) -> Made:
    """Render posts and make entries of them. A post that fails is left out, and told.

    Raises the errors themselves where every post fails: a feed without entries is no answer to a broken template.
    """
    env = environment(FEEDS, config.root)
    entries: dict[str, Entry] = {}
    problems: list[Problem] = []
    errors: list[PublisherError] = []
    for done, post in enumerate(posts, start=1):
        try:
            rendered = render_post(post, config, "feed", env)
            entry = make_entry(post, rendered, guid_of(post), env)
        except PublisherError as error:
            errors.append(error)
        else:
            entries[post.key] = entry
            problems += (*rendered.problems, *entry.problems)
        if progress:
            progress(done, len(posts))
    if errors and not entries:
        raise PublisherErrors({str(error): error for error in errors}.values())
    problems += [error.as_problem("post-not-shown") for error in errors]
    return Made(MappingProxyType(entries), tuple(problems))


def _each_once(*groups: Iterable[Post]) -> tuple[Post, ...]:
    return tuple({post.key: post for group in groups for post in group}.values())


def _entries_of(posts: Iterable[Post], made: Made) -> tuple[Entry, ...]:
    return tuple(made.entries[post.key] for post in posts if post.key in made.entries)


def _places_of(posts: Iterable[Post], config: Config) -> dict[str, str]:
    return {guid_of(post): _place(post, config) for post in posts}


def _place(post: Post, config: Config) -> str:
    """Name a post's file as a person in the site's folder would type it."""
    return post.path.relative_to(config.root).as_posix() if post.path.is_relative_to(config.root) else post.key


def _write(path: Path, content: bytes, dry_run: bool) -> BuiltFile:
    changed = write_if_changed(path, content, dry_run=dry_run)
    return BuiltFile(path=path, length_bytes=len(content), changed=changed)

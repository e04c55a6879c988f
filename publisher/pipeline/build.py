"""Posts become files: the recipe behind `publisher build`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from publisher.config import FILE_NAME, load_config
from publisher.content.cards import CardReader
from publisher.errors import Problem, PublisherError, PublisherErrors
from publisher.fingerprint import fingerprint
from publisher.model.post import Card
from publisher.pipeline.alongside import alongside
from publisher.pipeline.archives import farewell, with_archives
from publisher.pipeline.build_report import BuildReport, BuiltFile
from publisher.pipeline.built import (
    CARDS_NAME,
    ENTRIES_NAME,
    FOLDER,
    kept_document,
    read_built,
    remove_leftovers,
)
from publisher.pipeline.doubts import each_once
from publisher.pipeline.entries import EntryMaker, MadeEntries, MadeEntry
from publisher.pipeline.entry_cache import EntryKeeper, KeptEntry
from publisher.pipeline.feed_addresses import changes_of_address
from publisher.pipeline.feed_pages import make_feed_pages
from publisher.pipeline.feed_plans import episodes_of, plan_feeds
from publisher.pipeline.files import write_if_changed
from publisher.pipeline.identity import Register
from publisher.pipeline.places import place_of_value
from publisher.pipeline.podcast import PodcastDocument, make_podcast_document
from publisher.pipeline.shown_feeds import amount_of, make_shown_feed, render_document, too_large
from publisher.pipeline.stamp import set_stamp
from publisher.program import program_stamp
from publisher.syndication.identity import guid_of
from publisher.syndication.site_feed import PODCAST_NAME, feed_path, make_feed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from publisher.config import Config
    from publisher.errors import Location
    from publisher.model.feed import Entry, Feed
    from publisher.syndication.site_feed import FeedPlan

#: Told after each post: how many are done, of how many.
Progress = Callable[[int, int], None]
#: How a post becomes an entry. Raises PublisherError.
MakeEntry = Callable[[Card], MadeEntry | KeptEntry]


@dataclass(frozen=True, slots=True)
class Made:
    """Posts that became entries, newest first, by their keys; and what was wrong on the way."""

    entries: Mapping[str, Entry]
    problems: tuple[Problem, ...]
    #: Of the entries, where they were asked for: equal for equal ones only.
    digests: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def build(
    config: Config,
    now: datetime,
    *,
    dry_run: bool = False,
    frozen_lock: bool = False,
    progress: Progress | None = None,
) -> BuildReport:
    """Write every feed of a site into its output folder, and who is who into publisher.lock.

    now: aware; decides which posts are still in the future and which have expired, and dates changes that are found.
    frozen_lock: raise ConfigError instead of changing publisher.lock.
    A post that can't be shown becomes a problem, and the rest is built. Nothing is written before everything is made.
    Raises PublisherError where nothing can be built: no content folder, a template that fails for every post.
    """
    folder = config.root / FOLDER
    reader = CardReader(config, now, folder / CARDS_NAME, alongside=None if dry_run else alongside)
    site = reader.list_posts()
    register = Register(config, now)
    posts, doubles = register.identify(site.cards, site.scheduled)
    plans, doubts = plan_feeds(config, posts, now, register)
    plans, archives = with_archives(plans, register, frozen=frozen_lock)
    in_podcast = episodes_of(config, posts)
    in_feeds = _each_once(*(plan.posts for plan in plans), in_podcast)
    # What only archives show was published long before anybody looked for changes.
    register.remember(in_feeds)
    shown = _each_once(in_feeds, *(page.posts for page in archives))
    keeper = EntryKeeper(config, reader, folder / ENTRIES_NAME, keep=not dry_run)
    keeper.begin(shown)
    made = make_entries(shown, config, progress, keeper.make)
    podcast = render_episodes(config, in_podcast, made)
    documents, made_from = _render_changed(config, (*plans, *archives), made)
    doubts = (*doubts, *too_large(config, plans, documents))
    if podcast.content:
        documents[feed_path(config, PODCAST_NAME)] = podcast.content
    episodes = in_podcast if podcast.content else ()
    pages = make_feed_pages(config, plans, episodes, made.entries, made.digests, cover=podcast.cover)
    documents |= pages.documents
    made_from |= pages.made_from
    # What is to be public is written down first.
    lock_changed = register.save(dry_run=dry_run, frozen=frozen_lock)
    files = tuple(_write(config.output_dir / name, content, dry_run) for name, content in documents.items())
    removed = remove_leftovers(config, documents, made_from, dry_run=dry_run)
    gone = [path.relative_to(config.output_dir).as_posix() for path in removed]
    problems = (*site.problems, *doubles, *doubts, *made.problems, *podcast.problems, *pages.problems)
    report = BuildReport(
        files=files,
        removed=removed,
        entries=len(made.entries),
        lock_changed=lock_changed,
        problems=each_once((*problems, *farewell(gone), *changes_of_address(config, plans, gone))),
        left_out=site.left_out,
    )
    if not dry_run:
        reader.save_cache()
        keeper.save()
        _stamp(config, reader, report)
    return report


def _stamp(config: Config, reader: CardReader, report: BuildReport) -> None:
    """Let the next build see at a glance that nothing has changed, where this one has found nothing to do."""
    window = reader.window()
    # What others write into the output folder is not watched.
    in_the_way = any(problem.rule == "address-clash" for problem in report.problems)
    idle = not (report.written or report.removed or report.lock_changed or in_the_way)
    if window and idle and _is_inside(config) and _is_of_publisher_toml(config):
        set_stamp(config.root, report, window, config.site.output)


def _is_of_publisher_toml(config: Config) -> bool:
    """Tell whether the settings are those that the next build will find, and not another file's."""
    return (config.root / FILE_NAME).is_file() and load_config(config.root) == config


def _is_inside(config: Config) -> bool:
    """Tell whether all that a build reads lies below the site's folder, and nothing of it in that of its output."""
    root, output = config.root.resolve(), config.output_dir.resolve()
    read = [path.resolve() for path in (config.content_dir, *config.static_dirs)]
    return all(path.is_relative_to(root) and not path.is_relative_to(output) for path in read) and output != root


def render_feeds(config: Config, plans: Iterable[FeedPlan], made: Made) -> dict[str, bytes]:
    """Render every feed in every format wanted; gives documents by their paths below the output folder."""
    documents: dict[str, bytes] = {}
    for plan in plans:
        feed = _shown_feed(config, plan, made)
        for form in config.feeds.formats:
            documents[plan.path_of(form)] = render_document(feed, form)
    return documents


def _render_changed(config: Config, plans: Iterable[FeedPlan], made: Made) -> tuple[dict[str, bytes], dict[str, str]]:
    """Render as `render_feeds` does, but take a document as it lies there where nothing in it can have changed.

    Gives the documents, and what each was made from.
    """
    built = read_built(config)
    documents: dict[str, bytes] = {}
    made_from: dict[str, str] = {}
    for plan in plans:
        digests = [made.digests[post.key] for post in plan.posts if post.key in made.digests]
        feed = make_feed(config, plan, ())
        shown = cache(partial(_shown_feed, config, plan, made))
        amount = amount_of(config, plan)
        for form in config.feeds.formats:
            name = plan.path_of(form)
            made_from[name] = "" if "" in digests else fingerprint(program_stamp(), form, feed, digests, amount)
            documents[name] = kept_document(config, built, name, made_from[name]) or render_document(shown(), form)
    return documents, made_from


def _shown_feed(config: Config, plan: FeedPlan, made: Made) -> Feed:
    return make_shown_feed(config, plan, _entries_of(plan.posts, made))


def render_episodes(config: Config, episodes: Sequence[Card], made: Made) -> PodcastDocument:
    """Render the podcast of the posts that `episodes_of` gave."""
    entries = [entry for entry in _entries_of(episodes, made) if entry.enclosure]
    return make_podcast_document(config, entries, partial(_place_of_audio, config, episodes))


def make_entries(
    posts: Sequence[Card], config: Config, progress: Progress | None = None, make: MakeEntry | None = None
) -> Made:
    """Render posts and make entries of them. A post that fails is left out, and told.

    make: how; where not given, every post is rendered, and none may be a mere card.

    Raises the errors themselves where every post fails: a feed without entries is no answer to a broken template.
    """
    make = make or EntryMaker(config).make
    entries: dict[str, MadeEntry | KeptEntry] = {}
    digests: dict[str, str] = {}
    problems: list[Problem] = []
    errors: list[PublisherError] = []
    for done, post in enumerate(posts, start=1):
        try:
            one = make(post)
        except PublisherError as error:
            errors.append(error)
        else:
            entries[post.key] = one
            digests[post.key] = one.digest
            problems += one.problems
        if progress:
            progress(done, len(posts))
    if errors and not entries:
        raise PublisherErrors({str(error): error for error in errors}.values())
    problems += [error.as_problem("post-not-shown") for error in errors]
    return Made(MadeEntries(entries), tuple(problems), MappingProxyType(digests))


def _each_once(*groups: Iterable[Card]) -> tuple[Card, ...]:
    return tuple({post.key: post for group in groups for post in group}.values())


def _entries_of(posts: Iterable[Card], made: Made) -> tuple[Entry, ...]:
    return tuple(made.entries[post.key] for post in posts if post.key in made.entries)


def _place_of_audio(config: Config, posts: Iterable[Card], guid: str) -> Location:
    return next(place_of_value(post, config, "audio") for post in posts if guid_of(post) == guid)


def _write(path: Path, content: bytes, dry_run: bool) -> BuiltFile:
    changed = write_if_changed(path, content, dry_run=dry_run)
    return BuiltFile(path=path, length_bytes=len(content), changed=changed)

"""The podcast's part of a build: its cover is looked at, its episodes are chosen, what Apple would reject is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from publisher.config import FILE_NAME
from publisher.content.media import MediaPlaces, PagePlace, describe_image, guess_type, resolve
from publisher.content.sources import site_settings
from publisher.errors import FeedError, Location, Problem
from publisher.model.post import Image
from publisher.syndication.podcast import playable, render_podcast
from publisher.syndication.podcast_rules import podcast_faults, unnumbered
from publisher.syndication.site_feed import make_podcast

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from publisher.config import Config, PodcastConfig
    from publisher.model.feed import Entry


@dataclass(frozen=True, slots=True)
class PodcastDocument:
    """What became of the podcast in a build."""

    #: The document; None where there is no [podcast], no episode, or a show that Apple would reject.
    content: bytes | None = None
    cover: Image | None = None
    problems: tuple[Problem, ...] = ()


def make_podcast_document(
    config: Config, entries: Sequence[Entry], place_of: Callable[[str], Location]
) -> PodcastDocument:
    """Render the podcast of a site.

    entries: all that have audio, newest first.  place_of: where the audio of an entry is named, by its guid.
    An episode that Apple would reject is left out, and told; so is a show, and then there is no document.
    """
    settings = config.podcast
    if settings is None or not entries:
        return PodcastDocument()
    episodes, rejected = playable(entries)
    problems = [replace(fault.as_problem(fault.rule), at=place_of(fault.guid or "")) for fault in rejected]
    try:
        cover, doubts = find_cover(config, settings)
    except FeedError as error:
        return PodcastDocument(problems=(*problems, error.as_problem(error.rule)))
    podcast = make_podcast(config, settings, episodes, cover)
    problems += [_unnumbered(place_of(entry.guid)) for entry in unnumbered(podcast)]
    faults = [replace(fault.as_problem(fault.rule), at=Location(FILE_NAME)) for fault in podcast_faults(podcast)]
    content = render_podcast(podcast) if episodes and not faults else None
    return PodcastDocument(content, cover, (*problems, *doubts, *faults))


def _unnumbered(at: Location) -> Problem:
    message = "an episode of a serial show has no number: apps won't know where it belongs"
    return Problem(message, at, "write episode: 1 (and season: 1) at its top", rule="podcast-number")


def find_cover(config: Config, settings: PodcastConfig) -> tuple[Image, tuple[Problem, ...]]:
    """Find the podcast's cover below the static folders and measure it.

    A cover on another server is taken as it is, with a warning: building opens no connection.
    Raises FeedError where the site should hold it and does not.
    """
    name = settings.cover if "://" in settings.cover else "/" + settings.cover.lstrip("/")
    folders = tuple(config.root / folder for folder in site_settings(config).static_dirs)
    places = MediaPlaces(base_url=config.site.url, static_dirs=folders, content_dir=config.content_dir)
    home = PagePlace(permalink=config.site.url, bundle_dir=None, folder=config.content_dir)
    found = resolve(name, home, places)
    if found.path:
        return describe_image(found), ()
    at = Location(FILE_NAME)
    if found.url.startswith(config.site.url):
        hint = f"put it below {', '.join(f'{folder.name}/' for folder in folders)}"
        raise FeedError(f"the podcast's cover is not there: {settings.cover}", rule="podcast-cover", at=at, hint=hint)
    message = f"nobody looked at the podcast's cover, because it lies on another server: {found.url}"
    hint = "see yourself that it is square, 1400 to 3000 pixels, JPEG or PNG"
    return Image(url=found.url, mime_type=guess_type(found.url)), (Problem(message, at, hint, rule="podcast-cover"),)

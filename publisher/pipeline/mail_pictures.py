"""The pictures of an issue: read from the posts, made for mail, kept below the site's output folder.

A picture is named by what it was made from, so one that is already there is not made again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from publisher.digest.compose import Picture
from publisher.digest.images import CARD, LEAD, make_mail_image, possible_names
from publisher.errors import ContentError, Location, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publisher.config import Config
    from publisher.digest.images import Shape
    from publisher.model.post import Image, Post

#: What every mail client draws, for pictures that lie on other servers and can't be converted here.
_DRAWN_EVERYWHERE = (".jpg", ".jpeg", ".png", ".gif")


@dataclass(frozen=True, slots=True)
class MailPictures:
    """Pictures that were made, and what went wrong with the others."""

    #: By the posts' keys.
    by_post: dict[str, Picture]
    #: Path below the output folder → file.
    files: dict[str, bytes]
    problems: tuple[Problem, ...]


def make_pictures(posts: Iterable[Post], lead: Post | None, config: Config) -> MailPictures:
    """Make the picture of each post that has one: wide for the lead, else for a card.

    A picture that can't be used is a problem, and its post goes without.
    """
    made = MailPictures({}, {}, ())
    for post in posts:
        if post.hero is None:
            continue
        try:
            name, content = _make(post.hero, LEAD if post is lead else CARD, config)
        except ContentError as error:
            made = replace(made, problems=(*made.problems, _tell(error, post, config)))
            continue
        if name:
            alt = post.hero.alt or post.title
            made.by_post[post.key] = Picture(url=config.site.url + name if content else name, alt=alt)
        if content:
            made.files[name] = content
    return made


def _make(hero: Image, shape: Shape, config: Config) -> tuple[str, bytes]:
    """Give a picture's name and file; of one on another server its address and nothing; two empties for none at all."""
    if hero.path is None:
        return _elsewhere(hero, config), b""
    try:
        source = hero.path.read_bytes()
    except OSError as error:
        raise ContentError(f"the picture {hero.path.name} can't be read: {error.strerror}") from error
    for name in possible_names(source, shape):
        if (file := config.output_dir / name).is_file():
            return name, file.read_bytes()
    image = make_mail_image(source, shape, url_base=config.site.url)
    return image.name, image.content


def _elsewhere(hero: Image, config: Config) -> str:
    """Link to a picture on another server. One that is missing in the site was reported when the post was read."""
    if hero.url.startswith(config.site.url):
        return ""
    parts = urlsplit(hero.url)
    if parts.scheme == "https" and parts.path.lower().endswith(_DRAWN_EVERYWHERE):
        return hero.url
    raise ContentError(
        f"the mail goes without the picture {hero.url}, which not every client draws",
        hint="put a copy of it into the site, where it can be converted",
    )


def _tell(error: ContentError, post: Post, config: Config) -> Problem:
    inside = post.path.is_relative_to(config.root)
    at = Location(post.path.relative_to(config.root).as_posix() if inside else post.key)
    return Problem(error.message, at, error.hint, rule="mail-picture")

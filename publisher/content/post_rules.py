"""What posts are made with, besides their own pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.content.front_matter.read import locate
from publisher.content.media import MediaPlaces, PagePlace
from publisher.errors import Problem

if TYPE_CHECKING:
    from publisher.content.pages import Page
    from publisher.model.post import Author


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRules:
    """What all posts of a site share."""

    places: MediaPlaces
    #: For posts that name no author; None if the site has none.
    author: Author | None = None
    #: Whether a post without a picture gets that of the video it is about.
    youtube_hero: bool = True
    #: Key of the language in which the site is published; empty for a site of one unnamed language.
    language: str = ""

    def edition_of(self, page: Page) -> str:
        """Give the key of a page's language, where it is another than the site's own."""
        return page.file.language if self.language and page.file.language != self.language else ""

    @property
    def static_names(self) -> str:
        """Name the static folders, for a hint."""
        return ", ".join(f"{folder.name}/" for folder in self.places.static_dirs) or "a static folder"


def page_place(page: Page) -> PagePlace:
    """Say where a page stands, for resolving what it names."""
    return PagePlace(permalink=page.permalink, bundle_dir=page.file.bundle_dir, folder=page.file.path.parent)


def doubt(page: Page, name: str, message: str, hint: str, rule: str) -> Problem:
    """Report something about the front-matter value `name` (dots lead into tables)."""
    return Problem(message, locate(page.split, page.file.name, tuple(name.split("."))), hint, rule=rule)

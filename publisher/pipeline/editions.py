"""A site in each of its languages: what is planned for the site is planned for every one of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from publisher.content.languages import language_tag
from publisher.content.sources import feed_languages, main_language, site_settings
from publisher.syndication.site_feed import LANGUAGES, folder_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.config import Config
    from publisher.content.hugo.site import HugoLanguage
    from publisher.syndication.site_feed import FeedPlan


@dataclass(frozen=True, slots=True)
class Edition:
    """A site in one of its languages."""

    #: As if the site had this language only, and its feeds lay where those of this language do.
    config: Config
    #: Key of the language; empty for the site's own.
    key: str = ""
    #: Address of the page that a reader of this language begins at.
    home_url: str = ""

    def adapt(self, plan: FeedPlan) -> FeedPlan:
        """Give a feed that was planned with `config` what it needs beside those of the site's own language."""
        if not self.key:
            return plan
        site = self.config.site
        is_whole = not plan.key
        return replace(
            plan,
            home_url=self.home_url if plan.home_url == site.url else plan.home_url,
            guid=folder_url(self.config, plan.folder),
            key=LANGUAGES if is_whole else plan.key,
            name=site.title if is_whole else plan.name,
            language=site.language,
            edition=self.key,
            edition_title=site.title,
        )


def editions_of(config: Config) -> Iterator[Edition]:
    """List the languages of a site that get feeds, its own first. Raises ConfigError for one that it does not have."""
    yield Edition(config)
    if not config.feeds.languages:
        return
    settings = site_settings(config)
    wanted = feed_languages(config, settings)
    own = main_language(config, settings)
    for language in settings.languages:
        if language.key in wanted and language.key != own:
            yield _edition(config, language)


def _edition(config: Config, language: HugoLanguage) -> Edition:
    # Feeds in this language lie beside the others, whatever addresses its posts have.
    path = "/".join(filter(None, (config.feeds.path.strip("/"), language.key)))
    own = {"title": language.title or f"{config.site.title} ({language.code})", "language": _tag(language)}
    site = config.site.model_copy(update=own)
    adapted = config.model_copy(update={"site": site, "feeds": config.feeds.model_copy(update={"path": path})})
    home_url = f"{language.base_url.rstrip('/')}/" if language.base_url else f"{config.site.url}{language.key}/"
    return Edition(adapted, language.key, home_url)


def _tag(language: HugoLanguage) -> str:
    return language_tag(language.code) or language.key

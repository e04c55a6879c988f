"""Where in publisher.toml a setting stands, or a character of its text: only a message is worth reading it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.config import FILE_NAME
from publisher.config_errors import locate_setting
from publisher.config_text import place_in_text
from publisher.errors import Location
from publisher.syndication.site_feed import LANGUAGES, QUERIES

if TYPE_CHECKING:
    from publisher.config import Config
    from publisher.config_feeds import GroupConfig, QueryConfig, SiteFeedConfig
    from publisher.syndication.site_feed import FeedPlan


def place_in_setting(config: Config, keys: tuple[str, ...], offset: int | None = None) -> Location:
    """Find a setting, or the nearest table around it; the file alone where even that is not there.

    offset: of a character of the setting's text, which is then the place.
    """
    try:
        source = (config.root / FILE_NAME).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return Location(FILE_NAME)
    found = locate_setting(source, keys)
    if found and offset is not None:
        found = place_in_text(source, found[0], found[1], keys[-1], offset)
    return Location(FILE_NAME, *(found or ()))


def table_of(config: Config, plan: FeedPlan) -> tuple[tuple[str, ...], SiteFeedConfig | GroupConfig | QueryConfig]:
    """Give the table of publisher.toml that is about a feed: its name's parts, and what it says."""
    if plan.key == QUERIES:
        return ("feeds", "query", plan.term), config.feeds.query[plan.term]
    if plan.key not in {"", LANGUAGES}:
        return ("feeds", "group", plan.key), config.feeds.group_of(plan.key)
    return ("feeds", "site"), config.feeds.site

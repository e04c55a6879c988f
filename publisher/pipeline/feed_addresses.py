"""Feeds at addresses that subscribers already have, unless something else writes there: then that is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from publisher.content.sources import site_settings
from publisher.errors import Problem
from publisher.pipeline.built import on_any_disk
from publisher.pipeline.setting_places import place_in_setting, table_of
from publisher.pipeline.term_folders import folder_name
from publisher.syndication.feed_menu import MENU_NAME
from publisher.syndication.groups import term_name
from publisher.syndication.opml import OPML_NAME
from publisher.syndication.site_feed import PODCAST_NAME, feed_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from publisher.config import Config
    from publisher.content.hugo.site import HugoConfig
    from publisher.model.feed import Format
    from publisher.pipeline.known_feeds import KnownFeeds
    from publisher.syndication.site_feed import FeedPlan

#: What each of our XML documents says near its beginning.
_MARK = b"<generator>publisher</generator>"
_HEAD_BYTES = 4000
#: Hugo's lists that have feeds, by its own names for them.
_KINDS = {"home": "its home page", "section": "a section", "taxonomy": "a taxonomy", "term": "a term"}


def settle_addresses(
    config: Config, plans: Sequence[FeedPlan], known: KnownFeeds
) -> tuple[tuple[FeedPlan, ...], tuple[Problem, ...]]:
    """Give feeds the addresses that publisher.toml wants for them.

    Where something else lies or will be written there, that is a problem, and the document lies in the feed's folder.
    """
    wanted = [dict(_wanted(config, plan)) for plan in plans]
    if not any(wanted):
        return tuple(plans), ()
    others = _Others(config, plans, known)
    problems: list[Problem] = []
    settled: list[FeedPlan] = []
    for plan, addresses in zip(plans, wanted, strict=True):
        free: dict[Format, str] = {}
        for form, path in addresses.items():
            what, hint = others.at(path)
            if what:
                problems.append(_clash(config, plan, form, path, what, hint))
            else:
                free[form] = path
                others.take(path, plan)
        settled.append(replace(plan, addresses=MappingProxyType(free)) if free else plan)
    return tuple(settled), tuple(problems)


def _wanted(config: Config, plan: FeedPlan) -> Iterator[tuple[Format, str]]:
    """Give the paths below the output folder where a feed's documents are to lie, by format."""
    for form, address in table_of(config, plan)[1].addresses.items():
        name = folder_name(term_name(plan.term)) if "{term}" in address else ""
        if name or "{term}" not in address:
            path = f"{plan.edition}/{address.replace('{term}', name).lstrip('/')}".lstrip("/")
            if path != plan.own_path_of(form):
                yield form, path


class _Others:
    """Who else writes into the output folder: our own documents, static files, the site's generator."""

    def __init__(self, config: Config, plans: Sequence[FeedPlan], known: KnownFeeds) -> None:
        self._config = config
        self._known = known
        self._settings = site_settings(config)
        self._ours = {
            on_any_disk(plan.own_path_of(form)): f"the feed {plan.title}"
            for plan in plans
            for form in config.feeds.formats
        }
        own = [feed_path(config, OPML_NAME), MENU_NAME, feed_path(config, PODCAST_NAME) if config.podcast else ""]
        self._ours |= {on_any_disk(name): "another document of the feeds" for name in own if name}

    def take(self, path: str, plan: FeedPlan) -> None:
        self._ours[on_any_disk(path)] = f"the feed {plan.title}"

    def at(self, path: str) -> tuple[str, str]:
        """Say what is in the way at a path below the output folder, and what to do about it; empty: nothing."""
        if ours := self._ours.get(on_any_disk(path)):
            return f"{ours} lies there", "write another address for one of them"
        for folder in self._config.static_dirs:
            if (folder / path).is_file():
                name = (folder / path).relative_to(self._config.root).as_posix()
                return f"the site serves {name} there", "delete that file, or write another address"
        if self._config.site.generator == "hugo":
            kind = hugo_feed_at(self._settings, path, self._is_section)
            keeps = f'or outputs = {{ {kind} = ["html"] }}'
            hint = f'write disableKinds = ["rss"] in {_file_of(self._settings)}, {keeps}, and run hugo again'
            return (f"Hugo writes the feed of {_KINDS[kind]} there", hint) if kind else ("", "")
        return self._of_generator(path)

    def _is_section(self, path: str) -> bool:
        return (self._config.content_dir / path).is_dir()

    def _of_generator(self, path: str) -> tuple[str, str]:
        """Look at what lies there: most generators don't say beforehand what they write."""
        file = self._config.output_dir / path
        try:
            with file.open("rb") as document:
                is_ours = _MARK in document.read(_HEAD_BYTES) or self._known.wrote(path)
        except OSError:
            return "", ""
        if is_ours:
            return "", ""
        name = f"{self._config.site.output}/{path}"
        return f"{name} is not ours", f"stop {self._config.site.generator} from writing it, delete it, and build again"


def hugo_feed_at(settings: HugoConfig, path: str, is_section: Callable[[str], bool]) -> str:
    """Name the kind of list (home, section, taxonomy, term) whose feed Hugo writes to a path; empty where it does not.

    path: below the publish folder.  is_section: of a path below the content folder.
    A kind has a feed unless disableKinds or outputs take it away (gohugo.io/templates).
    """
    parts = path.lower().split("/")
    if parts.pop() != _name_of_feeds(settings):
        return ""
    if parts and parts[0] in {language.key for language in settings.languages}:
        del parts[0]
    plurals = {str(plural).lower() for plural in settings.taxonomies.values()}
    if not parts:
        kind = "home"
    elif parts[0] in plurals:
        kind = "taxonomy" if len(parts) == 1 else "term"
    else:
        kind = "section" if is_section("/".join(parts)) else ""
    disabled = {str(name).lower() for name in settings.table.get("disablekinds") or ()}
    return "" if {"rss", kind} & disabled or not kind or not _has_output(settings, kind) else kind


def _name_of_feeds(settings: HugoConfig) -> str:
    rss = _table(_table(settings.table, "outputformats"), "rss")
    name = rss.get("basename")
    return f"{str(name or 'index').lower()}.xml"


def _has_output(settings: HugoConfig, kind: str) -> bool:
    stated = _table(settings.table, "outputs").get(kind)
    return not isinstance(stated, list) or "rss" in {str(name).lower() for name in stated}


def _table(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = table.get(name)
    return found if isinstance(found, Mapping) else {}


def _file_of(settings: HugoConfig) -> str:
    return settings.files[-1] if settings.files else "hugo.toml"


def changes_of_address(config: Config, plans: Sequence[FeedPlan], removed: Iterable[str]) -> Iterator[Problem]:
    """Tell of documents that a build has moved away from where subscribers ask for them. removed: paths as above."""
    gone = set(removed)
    for plan in plans:
        for form, path in plan.addresses.items():
            if plan.own_path_of(form) in gone:
                message = f"/{plan.own_path_of(form)} is no more: the feed {plan.title} lies at /{path} now"
                at = place_in_setting(config, (*table_of(config, plan)[0], "addresses"))
                hint = "if somebody has subscribed there, let your server redirect the old address to the new one"
                yield Problem(message, at, hint, "warning", "feed-moved")


def _clash(config: Config, plan: FeedPlan, form: Format, path: str, what: str, hint: str) -> Problem:  # noqa: PLR0917 - one sentence
    message = f"the feed {plan.title} can't lie at /{path}: {what}; it stays at /{plan.own_path_of(form)}"
    at = place_in_setting(config, (*table_of(config, plan)[0], "addresses"))
    return Problem(message, at, hint, "error", "address-clash")

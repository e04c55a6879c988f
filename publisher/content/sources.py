"""A site's content files as they lie on disk, and what publisher.toml and the site's own configuration say of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from publisher.content.conventions.read import read_by_convention
from publisher.content.conventions.registry import convention_named
from publisher.content.front_matter.read import parse_front_matter, split_front_matter
from publisher.content.hugo.discover import ContentFile, Discovery, discover, without_twins
from publisher.content.hugo.doubts import settings_doubts
from publisher.content.hugo.permalinks import check_pattern
from publisher.content.hugo.site import ContentFolder, HugoConfig, read_hugo_config
from publisher.content.media import MediaPlaces
from publisher.content.pages import PageRules, ReadPage, SectionFacts
from publisher.content.read_page import read_page, section_facts
from publisher.content.text_files import read_text
from publisher.errors import ConfigError, ContentError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from publisher.config import Config
    from publisher.content.conventions.convention import Convention
    from publisher.content.front_matter.read import Split


def site_settings(config: Config) -> HugoConfig:
    """Put together what publisher.toml says and what the configuration of the site's generator adds.

    publisher.toml wins wherever it says something. Raises ConfigError for a configuration that can't be read.
    """
    site = config.site
    convention = convention_named(site.generator)
    found = convention.read_settings(config.root) if convention else read_hugo_config(config.root)
    said = site.model_fields_set
    return replace(
        found,
        language=site.language if "language" in said else found.language or site.language,
        timezone=site.timezone if "timezone" in said else found.timezone or site.timezone,
        main_sections=site.sections if "sections" in said else found.main_sections,
        content_dir=site.content if "content" in said else found.content_dir,
        content_mounts=() if "content" in said else found.content_mounts,
        static_dirs=site.static if "static" in said else found.static_dirs,
        permalinks={"page": {"*": check_pattern(site.permalink)}} if site.permalink else found.permalinks,
    )


def page_rules(config: Config, settings: HugoConfig, files: Iterable[ContentFile], now: datetime) -> PageRules:
    """Gather what the pages of a site are read by: settings, clock, and what sections hand down."""
    return PageRules(
        site=settings,
        base_url=config.site.url,
        zone=ZoneInfo(settings.timezone or "UTC"),
        now=now,
        hugo_names=config.site.generator == "hugo",
        sections=_sections(files),
        convention=convention_named(config.site.generator),
    )


def discover_site(config: Config, settings: HugoConfig) -> tuple[list[ContentFile], list[Problem]]:
    """List the content files of every language.

    Raises ContentError if there is no content folder at all.
    """
    convention = convention_named(config.site.generator)
    if convention and (config.root / settings.content_dir).exists():
        return convention.discover(config.root, settings)
    folders = content_folders(settings)
    if not any((config.root / folder.path).is_dir() for folder in folders):
        hint = "set site.content in publisher.toml to the folder of your posts"
        raise ContentError(f"there is no content folder {folders[0].path}", hint=hint)
    files: list[ContentFile] = []
    problems: list[Problem] = []
    for folder in folders:
        rules = Discovery(
            root=config.root,
            languages=_language_keys(config, settings),
            default_language=folder.language,
            ignore=settings.ignore_files,
            below=folder.below,
            bundles=config.site.generator == "hugo",
            key_prefix=_key_prefix(folder, main_language(config, settings)) if len(folders) > 1 else (),
        )
        if (config.root / folder.path).is_dir():
            found, doubts = discover(config.root / folder.path, rules)
            files.extend(file for file in found if file.language not in settings.disabled_languages)
            problems.extend(doubts)
    kept, doubts = without_twins(files) if config.site.generator == "hugo" else (files, [])
    return kept, [*settings_doubts(settings), *problems, *doubts]


def main_language(config: Config, settings: HugoConfig) -> str:
    """Choose the language whose posts are published: the one publisher.toml names, else the site's default."""
    wanted = config.site.language.lower() if "language" in config.site.model_fields_set else ""
    for language in settings.languages:
        if wanted in {language.key, language.code.lower()}:
            return language.key
    return settings.languages[0].key if settings.languages else ""


def feed_languages(config: Config, settings: HugoConfig) -> frozenset[str]:
    """Choose the languages whose posts get feeds: the site's own, and those of feeds.languages.

    Raises ConfigError for one that the site does not have.
    """
    found = {main_language(config, settings)}
    for wanted in config.feeds.languages:
        keys = [one.key for one in settings.languages if wanted.lower() in {one.key, one.code.lower()}]
        if not keys:
            known = ", ".join(one.key for one in settings.languages) or "one only, and names none"
            message = f'publisher.toml: feeds.languages names "{wanted}", in which the site is not'
            raise ConfigError(message, hint=f"the site's languages: {known}")
        found.update(keys)
    return frozenset(found)


def _language_keys(config: Config, settings: HugoConfig) -> tuple[str, ...]:
    """List what counts as a language in a file name. A Hugo site always has its default one."""
    if config.site.generator != "hugo":
        return ()
    keys = [language.key for language in settings.languages]
    return tuple(dict.fromkeys([settings.default_language, *keys, *settings.disabled_languages]))


def content_folders(settings: HugoConfig) -> tuple[ContentFolder, ...]:
    """List the folders that content lies in: mounts, else one for each language, else the one of the site."""
    default = settings.default_language
    if settings.content_mounts:
        return tuple(replace(folder, language=folder.language or default) for folder in settings.content_mounts)
    own = [ContentFolder(one.content_dir, language=one.key) for one in settings.languages if one.content_dir]
    return tuple(own) or (ContentFolder(settings.content_dir, language=default),)


def _key_prefix(folder: ContentFolder, main: str) -> tuple[str, ...]:
    """Tell posts of one language from those of another that are called the same in a folder of their own."""
    return (folder.path.rstrip("/").rpartition("/")[2],) if main and folder.language != main else ()


def _sections(files: Iterable[ContentFile]) -> MappingProxyType[tuple[str, tuple[str, ...]], SectionFacts]:
    """Read what sections hand down, before their pages are read. A section that can't be read is reported later."""
    facts: dict[tuple[str, tuple[str, ...]], SectionFacts] = {}
    for file in files:
        if file.kind != "branch":
            continue
        try:
            front = parse_front_matter(read_text(file.path, file.name), file.name)
        except ContentError:
            continue
        folders = (*file.folders, file.stem) if file.stem else ()
        facts[file.language, folders] = section_facts(front)
    return MappingProxyType(facts)


def read_content_file(file: ContentFile, rules: PageRules) -> ReadPage:
    """Read one content file as a page. Raises ContentError, located."""
    if rules.convention:
        text = content_text(rules.convention, file.path, file.key, file.name)
        return read_by_convention(file, text, rules, rules.convention)
    wants_time = any(":filemodtime" in keys for keys in rules.site.date_keys.values())
    modified = datetime.fromtimestamp(int(file.path.stat().st_mtime), tz=UTC) if wants_time else None
    return read_page(file, read_text(file.path, file.name), rules, modified)


def content_text(convention: Convention | None, path: Path, key: str, name: str) -> str:
    """Read the text of a post, which some conventions keep with others in one file. Raises ContentError."""
    if convention and convention.read_text:
        return convention.read_text(path, key, name)
    return read_text(path, name)


def read_split(config: Config, path: Path, key: str, name: str) -> Split:
    """Read a post's file again and cut it in two, as its generator does. Raises ContentError."""
    convention = convention_named(config.site.generator)
    text = content_text(convention, path, key, name)
    return convention.parse(text, name).split if convention else split_front_matter(text, name)


def media_places(config: Config, settings: HugoConfig) -> MediaPlaces:
    """Say where the files that posts name may lie."""
    return MediaPlaces(
        base_url=config.site.url,
        static_dirs=tuple(config.root / name for name in settings.static_dirs),
        content_dir=config.root / settings.content_dir,
        assets_dir=config.root / settings.assets_dir if settings.assets_dir else None,
    )

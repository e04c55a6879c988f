"""A page becomes the Post that the other rooms work with: aliases resolved, hero and audio found on disk."""

from __future__ import annotations

import re
from collections.abc import Mapping
from sys import intern
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from publisher.content.front_matter import aliases
from publisher.content.front_matter.read import locate
from publisher.content.heroes import find_hero
from publisher.content.languages import language_tag
from publisher.content.media import absolute, describe_audio, resolve
from publisher.content.post_rules import doubt, page_place
from publisher.content.summary import first_heading, plain_line, reading_minutes
from publisher.content.text_hash import text_hash
from publisher.errors import Problem
from publisher.model.post import Author, Card, Enclosure, Post

if TYPE_CHECKING:
    from collections.abc import Container

    from publisher.content.pages import Page
    from publisher.content.post_rules import PostRules


def make_post(page: Page, rules: PostRules) -> tuple[Post, tuple[Problem, ...]]:
    """Turn a page into a post, with the doubts about its title and media."""
    params = page.params
    problems: list[Problem] = []
    published = page.dates.published or page.dates.date
    updated = page.dates.lastmod or published
    post = Post(
        key=page.file.key,
        path=page.file.path,
        body_line=page.split.body_line,
        title=_title(page, problems),
        url=page.permalink,
        published=published,
        updated=max(updated, published) if updated and published else updated,
        description=plain_line(aliases.text(params, aliases.DESCRIPTION)),
        language=_language(page),
        edition=rules.edition_of(page),
        section=page.section,
        weight=page.weight,
        tags=aliases.texts(params, aliases.TAGS),
        categories=aliases.texts(params, aliases.CATEGORIES),
        authors=_authors(params, rules),
        hero=find_hero(page, rules, problems),
        audio=_audio(page, rules, problems),
        source_url=_web_address(aliases.text(params, aliases.SOURCE_URL)),
        source_name=aliases.text(params, aliases.SOURCE_NAME),
        guid=aliases.text(params, aliases.GUID),
        text_hash=text_hash(page.split.body, page.title),
        reading_minutes=reading_minutes(page.split.body),
        params=params,
    )
    return post, tuple(problems)


def make_card(page: Page, rules: PostRules, kept: Container[str]) -> Card:
    """Turn a page into a card. kept: the front-matter keys that it keeps."""
    params = page.params
    return Card(
        key=page.file.key,
        path=page.file.path,
        url=page.permalink,
        published=page.dates.published or page.dates.date,
        section=intern(page.section),
        tags=_shared(aliases.texts(params, aliases.TAGS)),
        categories=_shared(aliases.texts(params, aliases.CATEGORIES)),
        authors=_authors(params, rules),
        source_name=_shared(aliases.text(params, aliases.SOURCE_NAME)),
        language=intern(_language(page)),
        edition=rules.edition_of(page),
        guid=aliases.text(params, aliases.GUID),
        text_hash=text_hash(page.split.body, page.title),
        params=MappingProxyType({intern(key): _shared(value) for key, value in params.items() if key in kept}),
    )


def _language(page: Page) -> str:
    return language_tag(aliases.text(page.params, aliases.LANGUAGE)) or language_tag(page.language)


def _shared(value: Any) -> Any:
    """Let equal texts be one text: thousands of cards have the same tags."""
    if type(value) is str:
        return intern(value)
    return type(value)(map(_shared, value)) if type(value) in {list, tuple} else value


def _title(page: Page, problems: list[Problem]) -> str:
    said = page.title or aliases.text(page.params, aliases.TITLE) or first_heading(page.split.body)
    if said:
        return plain_line(said)
    at = locate(page.split, page.file.name)
    problems.append(Problem("the post has no title", at, "write `title: …` at its top", rule="no-title"))
    return page.file.stem


def _authors(params: Mapping[str, Any], rules: PostRules) -> tuple[Author, ...]:
    value = aliases.lookup(params, aliases.AUTHOR)[1]
    items = value if isinstance(value, list) else [value]
    authors = tuple(author for item in items if (author := _author(item)))
    return authors or ((rules.author,) if rules.author else ())


def _author(value: Any) -> Author | None:
    if isinstance(value, Mapping):
        name = aliases.text(value, ("name", "title"))
        email, url = aliases.text(value, ("email",)), _web_address(aliases.text(value, ("url", "link")))
        return Author(name=name, email=email or None, url=url or None) if name else None
    name = plain_line(str(value)) if isinstance(value, str) else ""
    return Author(name=name) if name else None


def _web_address(text: str) -> str:
    """Let only http and https through: the value ends in a link."""
    return absolute(text) if re.match(r"https?://[^\s/]", text) else ""


def _audio(page: Page, rules: PostRules, problems: list[Problem]) -> Enclosure | None:
    name, value = aliases.lookup(page.params, aliases.AUDIO)
    if isinstance(value, list):
        value = value[0]
    path = aliases.text(value, aliases.PATH_KEYS) if isinstance(value, Mapping) else value
    if not isinstance(path, str) or not path.strip():
        return None
    found = resolve(path, page_place(page), rules.places)
    if found.in_assets:
        hint = f"Hugo serves a file of assets/ only where the theme asks for it; put it below {rules.static_names}"
        problems.append(doubt(page, name, f"the audio file may not be on the site: {path}", hint, "asset-audio"))
    elif found.path is None and found.own:
        hint = f"put it below {rules.static_names}, or beside the post"
        problems.append(doubt(page, name, f"audio file not found: {path}", hint, "missing-audio"))
    return _with_stated(describe_audio(found), value)


def _with_stated(audio: Enclosure, value: Any) -> Enclosure:
    """Believe the front matter about a file that lies elsewhere; a file on this disk knows better."""
    if not isinstance(value, Mapping) or audio.length_bytes:
        return audio
    length, seconds = (
        _number(value, ("length", "length_bytes", "size", "bytes")),
        _number(value, ("duration_s", "seconds")),
    )
    seconds = seconds or _clock(aliases.text(value, ("duration",)))
    kind = aliases.text(value, ("type", "mime_type", "mime")) or audio.mime_type
    return Enclosure(url=audio.url, length_bytes=int(length), mime_type=kind, duration_s=seconds or None)


def _number(value: Mapping[str, Any], names: tuple[str, ...]) -> float:
    said = aliases.text(value, names)
    return float(said) if re.fullmatch(r"\d{1,15}(\.\d+)?", said) else 0.0


def _clock(text: str) -> float:
    """Read 3723, 62:03 or 1:02:03 as seconds; 0 if it is none of these."""
    if not re.fullmatch(r"\d{1,9}(:\d{1,2}){0,2}(\.\d+)?", text):
        return 0.0
    seconds = 0.0
    for part in text.split(":"):
        seconds = seconds * 60 + float(part)
    return seconds

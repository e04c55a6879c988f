"""What stands on the pages about feeds: texts in the site's language, and where "subscribe" leads.

The words stand in feeds/wording/<language>.toml, the programs in feeds/readers.toml. A site's own file of the same name
in its feeds/ folder overrides single words, or the whole list of programs.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from babel.dates import format_date
from jinja2 import TemplateNotFound

from publisher.errors import Location, TemplateError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from jinja2 import Environment

READERS = "readers.toml"
_FOLDER = "wording"
_FALLBACK = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWords:
    """Every text of the pages in one language; each field is a line of wording/<language>.toml."""

    #: For the lang attribute (BCP 47, with script: it decides which glyphs are drawn).
    lang: str
    #: Which way the language runs: "ltr" or "rtl".
    dir: str
    #: For Babel: names of months.
    locale: str
    #: Date pattern (Unicode LDML).
    day: str
    #: CSS font stack.
    fonts: str
    kind: str
    kind_podcast: str
    why: str
    why_podcast: str
    address: str
    copy: str
    copied: str
    other_forms: str
    subscribe: str
    #: What a link is called that opens whatever this device has for feeds.
    app: str
    latest: str
    latest_podcast: str
    latest_why: str
    nothing: str
    all_feeds: str
    all_feeds_why: str
    #: Heading above the podcast in the list of feeds.
    podcast: str
    #: How many posts a feed shows; {count} in `many`.
    one: str
    many: str
    opml: str
    opml_why: str
    home: str
    separator: str
    #: Headings above the feeds of front-matter keys.
    keys: Mapping[str, str]

    def day_of(self, moment: date) -> str:
        """Write a day: "2026 年 10 月 6 日"."""
        return format_date(moment, self.day, locale=self.locale)

    def count(self, number: int) -> str:
        """Say how many posts there are: "12 篇"."""
        return self.one if number == 1 else self.many.format(count=number)


@dataclass(frozen=True, slots=True)
class SubscribeLink:
    """Where a click subscribes; without a name, whatever the device has for such links."""

    name: str
    url: str


def load_page_words(env: Environment, language: str) -> PageWords:
    """Read the words for a language, or for the nearest language there are words for.

    env: the Jinja environment of feeds/.  Raises TemplateError for a file that has an unknown or a missing text.
    """
    name = f"{_FOLDER}/{_nearest(env, language)}.toml"
    words, own = _read(env, f"builtin/{name}"), _read(env, name)
    words |= own | {"keys": words.get("keys", {}) | own.get("keys", {})}
    known = {field.name for field in fields(PageWords)}
    for wrong, what in ((words.keys() - known, "unknown"), (known - words.keys(), "missing")):
        if wrong:
            raise TemplateError(f"{what} text: {', '.join(sorted(wrong))}", at=Location(name))
    return PageWords(**words)


def load_readers(env: Environment) -> dict[str, Any]:
    """Read the programs that take a feed's address. Raises TemplateError for a file that can't be read."""
    return _read(env, READERS)


def subscribe_links(readers: Mapping[str, Any], url: str, *, podcast: bool = False) -> tuple[SubscribeLink, ...]:
    """Say where a feed can be subscribed to.

    readers: as `load_readers` gives them.  url: the feed's address, percent-encoded.
    podcast: whether podcast apps are wanted instead of feed readers.
    Raises TemplateError for a list that is none of programs.
    """
    bare = url.partition("://")[2]
    try:
        return tuple(
            SubscribeLink(str(one.get("name", "")), one["link"].format(url=quote(url, safe=""), address=url, bare=bare))
            for one in readers.get("podcast" if podcast else "reader", ())
        )
    except (KeyError, IndexError, AttributeError, ValueError, TypeError) as error:
        hint = 'write [[reader]] tables, each with name = "…" and link = "https://…{url}"'
        raise TemplateError(f"the list of readers can't be used: {error!r}", at=Location(READERS), hint=hint) from error


def _nearest(env: Environment, language: str) -> str:
    """Find the file for a tag: itself, the same language elsewhere, else English."""
    names = env.list_templates(filter_func=lambda name: name.startswith(f"{_FOLDER}/") and name.endswith(".toml"))
    there = {name.split("/")[-1].removesuffix(".toml") for name in names}
    by_case = {name.lower(): name for name in sorted(there)}
    primary = language.lower().split("-")[0]
    same_language = [name for key, name in by_case.items() if key.split("-")[0] == primary]
    return next(iter([*filter(None, [by_case.get(language.lower())]), *same_language, _FALLBACK]))


def _read(env: Environment, name: str) -> dict[str, Any]:
    assert env.loader is not None
    try:
        return tomllib.loads(env.loader.get_source(env, name)[0])
    except TemplateNotFound:
        return {}
    except tomllib.TOMLDecodeError as error:
        raise TemplateError(f"not valid TOML: {error}", at=Location(name)) from error

"""Pelican's addresses: ARTICLE_URL filled in, and slugs as SLUGIFY_* and SLUG_REGEX_SUBSTITUTIONS make them."""

from __future__ import annotations

import re
import string
import unicodedata
from typing import TYPE_CHECKING, Any

from publisher.content.conventions.slugs import to_ascii
from publisher.content.urls import path_from_front_matter
from publisher.errors import ContentError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from publisher.content.hugo.site import HugoConfig
    from publisher.content.pages import Page


def slugify(text: str, table: Mapping[str, Any]) -> str:
    """Turn a text into a slug by the settings SLUGIFY_* and SLUG_REGEX_SUBSTITUTIONS."""
    made = unicodedata.normalize("NFKC", text)
    if not table["SLUGIFY_USE_UNICODE"]:
        made = to_ascii(made)
    try:
        for pattern, instead in table["SLUG_REGEX_SUBSTITUTIONS"] or ():
            made = re.sub(pattern, instead, made, flags=re.IGNORECASE)
    except (re.error, TypeError, ValueError) as error:
        raise ContentError(f"SLUG_REGEX_SUBSTITUTIONS in pelicanconf.py is wrong: {error}") from error
    return made.strip() if table["SLUGIFY_PRESERVE_CASE"] else made.strip().lower()


def path(page: Page, settings: HugoConfig) -> str:
    """Fill in ARTICLE_URL, or ARTICLE_LANG_URL for a translation."""
    table = settings.table
    is_translation = page.language != str(table["DEFAULT_LANG"]).lower()
    pattern = table["ARTICLE_LANG_URL"] if is_translation else table["ARTICLE_URL"]
    return "/" + _fill(str(pattern), page, table).lstrip("/")


def own_path(url: str, page: Page, settings: HugoConfig) -> str:
    """Take a URL that the article gives itself: as it is, without a "/" that nobody wrote."""
    del page, settings
    path_from_front_matter(url)
    return "/" + url.lstrip("/")


def _fill(pattern: str, page: Page, table: Mapping[str, Any]) -> str:
    author = next(iter(_names(page.params.get("authors") or page.params.get("author") or table["AUTHOR"])), "")
    texts = {key: value for key, value in page.params.items() if isinstance(value, str | int)}
    facts: dict[str, Any] = {
        **texts,
        "slug": page.slug,
        "lang": page.language,
        "category": slugify(str(page.params.get("category") or ""), table),
        "author": slugify(author, table),
        "path": page.file.key,
    }
    if page.dates.date:
        facts["date"] = _Day(page.dates.date)
    try:
        return _Formatter().vformat(pattern, (), facts)
    except (ValueError, IndexError) as error:
        raise ContentError(f"ARTICLE_URL can't be filled in: {error}", hint="write {slug}, {date:%Y}…") from error


class _Formatter(string.Formatter):
    """`str.format` over plain values only: no attribute of anything is reached from a configuration file."""

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> Any:
        """Look a field up by its plain name. Raises ContentError for any other."""
        del args
        if not re.fullmatch(r"\w+", field_name) or field_name not in kwargs:
            known = " ".join(f"{{{key}}}" for key in sorted(kwargs))
            raise ContentError(
                f"ARTICLE_URL asks for {{{field_name}}}, which this article has not", hint=f"there are {known}"
            )
        return kwargs[field_name], field_name


class _Day:
    """A date that formats numbers only: month names would follow the locale."""

    def __init__(self, date: datetime) -> None:
        self._date = date

    def __format__(self, form: str) -> str:
        if re.search(r"%-?(?![-YmdyHMSjGVu%])", form):
            raise ValueError(f"{form} depends on the machine's language")
        plain = re.sub(r"%-([mdHMSj])", lambda match: str(int(self._date.strftime(f"%{match[1]}"))), form)
        return self._date.strftime(plain) if plain else str(self._date)


def _names(value: Any) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [str(item) for item in items if item]

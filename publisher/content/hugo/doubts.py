"""Settings of a Hugo site that change what its pages say and are not followed here: each is told once, by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.errors import Location, Problem

if TYPE_CHECKING:
    from publisher.content.hugo.site import HugoConfig

_QUOTES = "markup.goldmark.extensions.typographer"
#: Setting (lower-cased), values that ask for nothing, what is done instead, and what to do about it.
_NOT_FOLLOWED: tuple[tuple[str, frozenset[object], str, str], ...] = (
    (
        "enablegitinfo",
        frozenset({False}),
        "dates of git commits are not read",
        "write `lastmod: …` in posts you change",
    ),
    ("markup.goldmark.extensions.cjk.escapedspace", frozenset({False}), "an escaped space stays a space", ""),
    ("markup.defaultmarkdownhandler", frozenset({"goldmark", ""}), "Markdown is read as Goldmark reads it", ""),
    *(
        (f"{_QUOTES}.{name}", frozenset({entity, ""}), "quotes are set as Goldmark sets them by itself", "")
        for name, entity in (("leftdoublequote", "&ldquo;"), ("leftsinglequote", "&lsquo;"))
    ),
    (
        "markup.goldmark.parser.autoidtype",
        frozenset({"github", "github-ascii", "blackfriday"}),
        "no such way to make ids is known",
        "write github, github-ascii or blackfriday",
    ),
)


def settings_doubts(settings: HugoConfig) -> list[Problem]:
    """Name the settings of a site that are not followed; nothing for a site that has none of them."""
    at = Location(settings.files[-1]) if settings.files else None
    doubts = []
    for name, nothing, what, hint in _NOT_FOLLOWED:
        said = _look_up(settings, name)
        if isinstance(said, str | bool) and said not in nothing:
            doubts.append(Problem(f"not followed: {name}: {what}", at, hint or None, rule="setting-not-followed"))
    return doubts


def _look_up(settings: HugoConfig, name: str) -> object:
    value: object = settings.table
    for key in name.split("."):
        value = value.get(key) if hasattr(value, "get") else None
    return value

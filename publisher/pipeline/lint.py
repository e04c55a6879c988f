"""Findings of rules become problems: each is looked up in its post's file, or in publisher.toml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.content.front_matter import aliases
from publisher.content.front_matter.read import Split
from publisher.content.sources import read_split
from publisher.errors import ContentError, Location, Problem
from publisher.pipeline.places import file_of, place_in, place_of_value
from publisher.pipeline.setting_places import place_in_setting
from publisher.syndication.lint import Subject
from publisher.syndication.lint_html import lint_html
from publisher.syndication.lint_platforms import lint_platforms
from publisher.syndication.lint_source import lint_source, without_code
from publisher.syndication.lint_text import lint_text
from publisher.syndication.rules import known_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from publisher.config import Config
    from publisher.model.feed import Entry
    from publisher.model.post import Card, Post
    from publisher.syndication.lint import Finding, Where


@dataclass(frozen=True, slots=True)
class Linter:
    """Holds entries against every rule."""

    config: Config
    #: Aware.
    now: datetime
    #: Whose rules count besides those of formats and readers.
    platforms: tuple[str, ...]
    #: Keys of the posts in the site's own feed, which is what platforms are given besides the podcast.
    in_site_feed: frozenset[str] = frozenset()

    #: Rules of which nothing is told.
    silent: frozenset[str] = frozenset()

    def lint(self, post: Post, entry: Entry) -> list[Problem]:
        """Find what readers and platforms would hold against a post's entry."""
        split = _read(post, self.config)
        named = bool(aliases.lookup(post.params, aliases.IMAGE)[0])
        subject = Subject(entry=entry, post=post, source=split.body, now=self.now, hero_is_named=named)
        findings = (
            *lint_text(subject),
            *lint_source(subject),
            *lint_html(subject),
            *lint_platforms(subject, self.platforms, in_site_feed=post.key in self.in_site_feed),
        )
        told = [finding for finding in findings if finding.rule not in self.silent]
        file = file_of(post, self.config) if told else ""
        return [_problem(finding, _place(finding, post, split, file)) for finding in told]

    def tell(self, findings: Iterable[Finding], posts: Mapping[str, Card]) -> list[Problem]:
        """Tell findings about several entries or about the site. posts: by their keys."""
        return [_problem(one, self._place_of(one.where, posts)) for one in findings if one.rule not in self.silent]

    def _place_of(self, where: Where, posts: Mapping[str, Card]) -> Location:
        if where.post:
            return place_of_value(posts[where.post], self.config, where.key)
        return place_in_setting(self.config, tuple(where.setting.split(".")))


def _problem(finding: Finding, at: Location) -> Problem:
    rule = known_rules()[finding.rule]
    facts = {"readers": rule.reader_names, **finding.facts}
    return Problem(rule.says.format(**facts), at, rule.mend.format(**facts) or None, rule.severity, rule.id)


def _read(post: Post, config: Config) -> Split:
    """Read a post's file again; one that can't be read any more holds nothing."""
    try:
        return read_split(config, post.path, post.key, post.key)
    except (ContentError, OSError):
        return Split("", "", 1, "", post.body_line)


def _place(finding: Finding, post: Post, split: Split, file: str) -> Location:
    where = finding.where
    if where.key:
        return place_in(split, file, post, where.key)
    return _place_in_text(split, where.pieces, file)


def _place_in_text(split: Split, pieces: Iterable[str], file: str) -> Location:
    """Find the first of some pieces in a post's text, outside of code if possible; else the text's first line."""
    for text in (without_code(split.body), split.body):
        for piece in pieces:
            if match := re.search(re.escape(piece), text, re.IGNORECASE):
                return _location(split, match.start(), file)
    return _location(split, len(split.body) - len(split.body.lstrip()), file)


def _location(split: Split, offset: int, file: str) -> Location:
    start = split.body.rfind("\n", 0, offset) + 1
    line = split.body[start:].partition("\n")[0].rstrip("\r")
    return Location(file, split.body_line + split.body.count("\n", 0, offset), offset - start + 1, line)

"""`publisher explain <post>`: one entry as subscribers have it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from publisher.cli.console import moment, say, say_json

if TYPE_CHECKING:
    from publisher.config import Config
    from publisher.pipeline.explain_post import Membership, PostExplanation
    from publisher.syndication.reader_views import ReaderView


def explain_post(config: Config, name: str, now: str | None, *, as_json: bool) -> None:
    """Say where an entry's guid comes from, which feeds hold it, and what readers make of it."""
    from publisher.pipeline.explain_post import explain_post as recipe

    found = recipe(config, moment(now, config), name)
    say_json(_facts(found)) if as_json else say(_sentences(found))


def _sentences(found: PostExplanation) -> str:
    parts = [
        f"{found.key}: {found.entry.title}",
        f"  {found.entry.url}",
        f"  guid {found.entry.guid}",
        *(f"  {sentence}" for sentence in found.story),
        _head("feeds"),
        *map(_membership, found.feeds),
        *(line for view in found.views for line in _view(view)),
        _head("as RSS"),
        found.rss,
        _head("as Atom"),
        found.atom,
        _head("as JSON Feed"),
        json.dumps(found.json, ensure_ascii=False, indent=2),
    ]
    return "\n".join(parts)


def _head(text: str) -> str:
    return "\n" + typer.style(text, bold=True)


def _membership(one: Membership) -> str:
    where = f"no. {one.place} of {one.size}" if one.place else "not in it"
    return f"  {one.path}: {where}; {one.why}"


def _view(view: ReaderView) -> list[str]:
    lines = [
        _head(f"in {view.reader}"),
        f"  title    {view.title}",
        f"  date     {view.date}",
        f"  author   {view.author or 'none'}",
        f"  picture  {view.picture or 'none'}" + (f" ({view.picture_note})" if view.picture_note else ""),
        f"  tags     {', '.join(view.categories) or 'none shown'}",
        f"  begins   {view.first_lines}",
    ]
    lines += [f"  loses    {loss}" for loss in view.lost]
    return [*lines, f"  known    {view.known_by}"]


def _facts(found: PostExplanation) -> dict[str, Any]:
    entry = found.entry
    return {
        "post": found.key,
        "title": entry.title,
        "url": entry.url,
        "guid": entry.guid,
        "published": entry.published.isoformat(),
        "updated": entry.updated.isoformat(),
        "story": found.story,
        "feeds": [asdict(one) for one in found.feeds],
        "readers": [asdict(view) for view in found.views],
        "rss": found.rss,
        "atom": found.atom,
        "json": found.json,
    }

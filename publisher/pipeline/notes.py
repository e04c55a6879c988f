"""An editor's note: `newsletters/<name>/2026-W41.md` or `newsletters/<name>/128.md` becomes an issue's opening words.

The week is the ISO week of the day on which the issue's period ends. Front matter may set `subject` and `preheader`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.content.front_matter import locate, parse_front_matter
from publisher.content.load import render_post
from publisher.digest.compose import clean_line
from publisher.digest.note import Note, make_note
from publisher.errors import ContentError, Location, Problem
from publisher.model.post import Post
from publisher.templates import FEEDS, environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.config import Config
    from publisher.content.front_matter import FrontMatter
    from publisher.digest.compose import Masthead

FOLDER = "newsletters"
_KEYS = ("subject", "preheader")


def find_note(config: Config, name: str, masthead: Masthead) -> Path | None:
    """Find the file of an issue's note: by number, else by week. None if there is none."""
    week = masthead.period.end.astimezone(masthead.zone).isocalendar()
    names = (f"{masthead.number}.md", f"{week.year}-W{week.week:02}.md")
    found = [path for file in names if (path := config.root / FOLDER / name / file).is_file()]
    if len(found) > 1:
        both = " and ".join(path.relative_to(config.root).as_posix() for path in found)
        raise ContentError(f"two notes for one issue: {both}", hint="keep one of them")
    return found[0] if found else None


def read_note(config: Config, name: str, masthead: Masthead) -> tuple[Note | None, tuple[Problem, ...]]:
    """Read and render an issue's note, if there is one, with doubts about it.

    Raises ContentError for a note that can't be read: no issue leaves with half of its editor's words.
    """
    path = find_note(config, name, masthead)
    if path is None:
        return None, ()
    file = path.relative_to(config.root).as_posix()
    matter = parse_front_matter(_read(path, file), file)
    html, text = (
        render_post(_as_post(path, file, matter, masthead), config, target, environment(FEEDS, config.root))
        for target in ("email", "text")
    )
    lines = {key: clean_line(str(matter.values.get(key) or "")) for key in _KEYS}
    note, lost = make_note(html.html, text.text, **lines)
    return note if note.text else None, (*html.problems, *_doubts(matter, file), *(_lost(tag, file) for tag in lost))


def _read(path: Path, file: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(f"the editor's note can't be read: {error}", at=Location(file)) from error


def _as_post(path: Path, file: str, matter: FrontMatter, masthead: Masthead) -> Post:
    """Dress a note as a post, so that it is rendered as posts are."""
    return Post(
        key=file,
        path=path,
        body_line=matter.split.body_line,
        title="",
        url=masthead.web_url,
        published=None,
        updated=None,
        language=masthead.language,
    )


def _doubts(matter: FrontMatter, file: str) -> Iterator[Problem]:
    for key in matter.values.keys() - set(_KEYS):
        yield Problem(
            f'"{key}" says nothing in an editor\'s note',
            locate(matter.split, file, (key,)),
            f"there are: {', '.join(_KEYS)}",
            rule="note-key",
        )


def _lost(tag: str, file: str) -> Problem:
    return Problem(
        f"an editor's note can't show <{tag}>; its words stay",
        Location(file),
        "write text, lists, quotations and links",
        rule="note-element",
    )

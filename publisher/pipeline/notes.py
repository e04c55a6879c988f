"""An editor's note: `newsletters/<name>/2026-W41.md` or `newsletters/<name>/128.md` becomes an issue's opening words.

The week is the ISO week of the day on which the issue's period ends. Front matter may set `subject` and `preheader`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.content.front_matter.read import locate, parse_front_matter
from publisher.content.load import render_post
from publisher.digest.compose import clean_line
from publisher.digest.note import Note, make_note
from publisher.errors import ContentError, Location, Problem
from publisher.model.post import Post
from publisher.templates import FEEDS, environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from publisher.config import Config
    from publisher.content.front_matter.read import FrontMatter
    from publisher.digest.compose import Imprint, Masthead

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
    written = read_letter_file(config, path, masthead, _KEYS)
    return written.note if written.note.text else None, written.problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A Markdown file that is no post: a note, or an announcement."""

    #: `title` of the front matter; empty if there is none.
    title: str
    note: Note
    problems: tuple[Problem, ...]


def read_letter_file(config: Config, path: Path, imprint: Imprint, keys: Sequence[str]) -> Written:
    """Read and render a Markdown file for a mail.

    keys: what its front matter may hold; other keys are doubts. Raises ContentError when it can't be read.
    """
    file = path.relative_to(config.root).as_posix() if path.is_relative_to(config.root) else path.name
    matter = parse_front_matter(_read(path, file), file)
    html, text = (
        render_post(_as_post(path, file, matter, imprint), config, target, environment(FEEDS, config.root))
        for target in ("email", "text")
    )
    lines = {key: clean_line(str(matter.values.get(key) or "")) for key in ("title", *_KEYS)}
    note, lost = make_note(html.html, text.text, subject=lines["subject"], preheader=lines["preheader"])
    doubts = (*html.problems, *_doubts(matter, file, keys), *(_lost(tag, file) for tag in lost))
    return Written(title=lines["title"], note=note, problems=doubts)


def _read(path: Path, file: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(f"it can't be read: {error}", at=Location(file)) from error


def _as_post(path: Path, file: str, matter: FrontMatter, imprint: Imprint) -> Post:
    """Dress a note as a post, so that it is rendered as posts are."""
    return Post(
        key=file,
        path=path,
        body_line=matter.split.body_line,
        title="",
        url=imprint.web_url or imprint.home_url,
        published=None,
        updated=None,
        language=imprint.language,
    )


def _doubts(matter: FrontMatter, file: str, keys: Sequence[str]) -> Iterator[Problem]:
    for key in sorted(matter.values.keys() - set(keys)):
        yield Problem(
            f'"{key}" says nothing here',
            locate(matter.split, file, (key,)),
            f"there are: {', '.join(keys)}",
            rule="note-key",
        )


def _lost(tag: str, file: str) -> Problem:
    return Problem(
        f"this mail can't show <{tag}> among its editor's words; what stands in it stays",
        Location(file),
        "write text, lists, quotations and links",
        rule="note-element",
    )

"""The mails of a newsletter beside its issues, from a site's own settings, words and files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from publisher.digest.compose import make_story
from publisher.digest.letters import Letter, LetterKind, render_announcement, render_letter, render_post_letter
from publisher.digest.wording import load_wording
from publisher.errors import ContentError, Location
from publisher.pipeline.mail_pictures import make_pictures
from publisher.pipeline.notes import read_letter_file
from publisher.pipeline.week import make_imprint
from publisher.syndication.identity import guid_of
from publisher.templates import EMAIL, environment

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.config import Config
    from publisher.errors import Problem
    from publisher.model.post import Post

_KEYS = ("title", "subject", "preheader")


def make_letter(config: Config, name: str, kind: LetterKind) -> Letter:
    """Make what somebody gets who subscribes ("confirm"), has confirmed ("welcome"), or has left ("goodbye")."""
    imprint = make_imprint(config, name)
    env = environment(EMAIL, config.root)
    return render_letter(kind, imprint, load_wording(env, imprint.language), env)


def make_post_letter(config: Config, name: str, post: Post) -> tuple[Letter, dict[str, bytes], tuple[Problem, ...]]:
    """Make the mail about one post. post: dated.

    Returns the mail, its pictures (path below the output folder → file), and doubts about them.
    """
    imprint, env = make_imprint(config, name, post.url), environment(EMAIL, config.root)
    wording = load_wording(env, imprint.language)
    pictures = make_pictures([post], post, config)
    story = make_story(post, guid_of(post), wording, config.zone_of(config.newsletter(name)))
    story = replace(story, picture=pictures.by_post.get(post.key))
    return render_post_letter(story, imprint, wording, env), pictures.files, pictures.problems


def make_announcement(config: Config, name: str, path: Path) -> tuple[Letter, tuple[Problem, ...]]:
    """Make an announcement of a Markdown file; its front matter holds `title`, and may hold `subject` and `preheader`.

    Returns the mail, and doubts about the file. Raises ContentError when it can't be read or says nothing.
    """
    imprint, env = make_imprint(config, name), environment(EMAIL, config.root)
    written = read_letter_file(config, path, imprint, _KEYS)
    if not (written.title and written.note.text):
        raise ContentError(
            "an announcement needs a title and a text", at=Location(path.name), hint="write `title: …` at its top"
        )
    letter = render_announcement(written.title, written.note, imprint, load_wording(env, imprint.language), env)
    return letter, written.problems

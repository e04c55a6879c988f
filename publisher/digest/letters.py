"""The other mails of a newsletter, of the digest's blocks: confirm, welcome, goodbye, one post, an announcement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from publisher.digest.checks import check_html, check_text
from publisher.digest.compose import clean_line, shorten
from publisher.digest.render import render_html, shared_variables, tidy
from publisher.model.message import CONFIRM, UNSUBSCRIBE
from publisher.templates import render

if TYPE_CHECKING:
    from jinja2 import Environment

    from publisher.digest.compose import Imprint, Story
    from publisher.digest.note import Note
    from publisher.digest.wording import Wording
    from publisher.errors import Problem

LetterKind = Literal["confirm", "welcome", "goodbye"]
#: The slot without which each makes no sense. Whoever has left needs no link to leave.
_NEEDED: dict[LetterKind, str] = {"confirm": CONFIRM, "welcome": UNSUBSCRIBE, "goodbye": ""}
_PREHEADER_LENGTH = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail in both forms, with slots (`model.message.SLOTS`) where readers differ."""

    subject: str
    preheader: str
    html: str
    text: str
    #: Doubts that don't keep the mail from leaving.
    problems: tuple[Problem, ...] = ()


def render_letter(kind: LetterKind, imprint: Imprint, wording: Wording, env: Environment) -> Letter:
    """Render what somebody gets who subscribes, has confirmed, or has left.

    confirm holds the slot XXCONFIRMXX, welcome XXUNSUBSCRIBEXX; env: the Jinja environment of email_templates/.
    """
    words = wording.letters[kind]
    lines = [line.format(title=imprint.title) for line in words.lines]
    targets: dict[LetterKind, str] = {"confirm": CONFIRM, "welcome": imprint.archive_url, "goodbye": imprint.home_url}
    variables = {
        "heading": words.heading.format(title=imprint.title),
        "lines": lines,
        "button": words.button,
        "button_url": targets[kind],
        "aside": words.aside.format(title=imprint.title),
        "subscribed": kind == "welcome",
    }
    subject = words.subject.format(title=imprint.title)
    told = shared_variables(imprint, wording, subject, shorten(lines[-1], _PREHEADER_LENGTH))
    return _render(kind, told | variables, env, _NEEDED[kind], imprint.title)


def render_post_letter(story: Story, imprint: Imprint, wording: Wording, env: Environment) -> Letter:
    """Render the mail about one new post, for those who don't want to wait for the week.

    imprint.web_url: the post's own address, since that is where the mail can be read in a browser.
    """
    words = wording.letters["post"]
    subject = words.subject.format(lead=story.title, title=imprint.title)
    told = shared_variables(imprint, wording, subject, shorten(story.summary, _PREHEADER_LENGTH))
    variables = {"story": story, "kicker": words.heading, "subscribed": True}
    said = f"{imprint.title}\n{story.title}\n{story.summary}\n{story.labels}\n{story.source_name}"
    return _render("post", told | variables, env, UNSUBSCRIBE, said)


def render_announcement(title: str, note: Note, imprint: Imprint, wording: Wording, env: Environment) -> Letter:
    """Render an announcement: a text of somebody's own.

    title: its heading, and its subject where the note names none.
    """
    subject = note.subject or clean_line(title)
    preheader = note.preheader or shorten(clean_line(note.markup.striptags()), _PREHEADER_LENGTH)
    told = shared_variables(imprint, wording, subject, preheader)
    variables = {"heading": clean_line(title), "note": note, "subscribed": True}
    return _render("announcement", told | variables, env, UNSUBSCRIBE, f"{imprint.title}\n{title}\n{note.markup}")


def _render(name: str, variables: dict[str, Any], env: Environment, needed: str, words: str) -> Letter:
    html = render_html(f"{name}.mjml.j2", variables, env, needed)
    text = tidy(render(env, f"{name}.txt.j2", **variables))
    check_text(text, words, needed)
    return Letter(
        subject=variables["subject"],
        preheader=variables["preheader"],
        html=html,
        text=text,
        problems=check_html(html, words),
    )

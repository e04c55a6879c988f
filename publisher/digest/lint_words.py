"""The words of a mail as inboxes and spam filters take them: subject, preheader, plain text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.digest.display_cells import cells, cut
from publisher.errors import Problem
from publisher.model.message import SLOTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from publisher.model.issue import Issue

#: What an inbox shows of a subject and of the line below it, in cells: on a phone held upright, and on a desktop.
#: Estimates. Others counted, of Latin letters in subjects, 48 in Apple Mail and fewer in Gmail's app on an iPhone 14
#: (emailtooltester.com/en/blog/email-subject-lines-character-limit), and about 70 in Gmail on a desktop. A Chinese
#: character is taken for two of these; on a desktop subject and preheader share one line of about 110.
PHONE_SUBJECT, DESKTOP_SUBJECT = 40, 70
PHONE_PREHEADER, DESKTOP_PREHEADER = 80, 110
#: Below this the client fills the line with whatever the mail says next.
_SHORT_PREHEADER = 16
_SHORT_TEXT = 40
_FEW_LETTERS = 8


def lint_words(issue: Issue, root: etree._Element) -> Iterator[Problem]:
    """Find what inboxes would cut and what spam filters would count against the mail."""
    yield from _subject(issue.subject)
    yield from _preheader(issue.preheader)
    yield from _text(issue.text)
    yield from _pictures_alone(root)


def _subject(subject: str) -> Iterator[Problem]:
    if not subject.strip():
        yield Problem("the subject is empty", hint="give the first post a title", severity="error", rule="mail-subject")
    if cells(subject) > DESKTOP_SUBJECT:
        shown = cut(subject, PHONE_SUBJECT)
        message = (
            f"the subject is {cells(subject)} cells wide; a desktop shows {DESKTOP_SUBJECT}, a phone this: {shown}"
        )
        hint = f"{PHONE_SUBJECT // 2} Chinese characters are seen everywhere; shorten the first post's title"
        yield Problem(message, hint=hint, rule="mail-subject-length")
    letters = re.findall(r"[A-Za-z]", subject)
    if len(letters) >= _FEW_LETTERS and all(letter.isupper() for letter in letters):
        yield Problem(f"the subject shouts, all in capitals: {subject}", rule="mail-spam")
    if len(re.findall(r"[!！]", subject)) > 1:
        yield Problem(f"the subject has several exclamation marks: {subject}", rule="mail-spam")


def _preheader(preheader: str) -> Iterator[Problem]:
    width = cells(preheader)
    if width < _SHORT_PREHEADER:
        message = f"the preheader is {width} cells wide, so the inbox has little to show below the subject"
        yield Problem(message, hint="give the posts titles and descriptions", rule="mail-preheader-length")
    elif width > 2 * DESKTOP_PREHEADER:
        message = f"the preheader is {width} cells wide; inboxes show at most {DESKTOP_PREHEADER}"
        yield Problem(message, hint="shorten its line in wording/<language>.toml", rule="mail-preheader-length")


def _text(text: str) -> Iterator[Problem]:
    for slot in SLOTS:
        text = text.replace(slot, "")
    words = re.sub(r"https?://\S+|mailto:\S+|[^\w]", "", text)
    if len(words) < _SHORT_TEXT:
        hint = "let digest.txt.j2 tell what the HTML tells: filters compare the two"
        yield Problem("the plain text part says next to nothing", hint=hint, severity="error", rule="mail-spam")
    if found := re.search(r"[!！]{3,}", text):
        yield Problem(f"three exclamation marks in a row: {found[0]}", rule="mail-spam")


def _pictures_alone(root: etree._Element) -> Iterator[Problem]:
    words = sum(len(text.split()) and len(text.strip()) for text in _texts(root))
    if next(root.iter("img"), None) is not None and words < 2 * _SHORT_TEXT:
        hint = "half of all readers see no pictures before they ask for them"
        yield Problem("the mail is all pictures and hardly any words", hint=hint, severity="error", rule="mail-spam")


def _texts(root: etree._Element) -> Iterator[str]:
    for element in root.iter():
        if isinstance(element.tag, str) and element.tag not in {"style", "script", "title"}:
            yield element.text or ""
        yield element.tail or ""

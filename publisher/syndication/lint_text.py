"""Rules about what an entry says of itself: characters, markup in plain text, guid, dates, language, picture, audio."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.syndication.lint import Where, found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.syndication.lint import Finding, Subject

#: C1 controls and the replacement character: XML takes them, and no author means them.
_LEFTOVER = re.compile("[\x80-\x9f\ufffd]")
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});")
#: Tags that people put into titles; "<T>" and "<your name>" are none.
_TAG = re.compile(
    r"</?(?:a|b|br|code|del|em|font|i|img|ins|mark|p|rp|rt|ruby|s|small|span|strong|sub|sup|u|wbr)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_LANGUAGE = re.compile(r"(?i)[a-z]{2,3}(?:[-_][a-z0-9]{2,8})*(?:[.@].*)?")
_MAIL_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_COMMA = re.compile("[,，、;；]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
#: A guid of fewer characters, or of digits only, is somebody else's too.
_GUID_CHARS = 4
_LANGUAGE_KEYS = ("lang", "language", "locale")


def lint_text(subject: Subject) -> Iterator[Finding]:
    """Apply the rules X2, X6, R4 to R7, R9, R15, A4, G2, J4, L1, M2 and M4 to an entry."""
    yield from _plain_text(subject)
    yield from _characters(subject)
    yield from _guid(subject)
    yield from _media(subject)
    yield from _names(subject)
    entry = subject.entry
    if entry.updated > subject.now:
        yield found("R9", Where(key="updated"), updated=entry.updated.isoformat())
    if entry.source_url and entry.source_url == entry.url:
        yield found("J4", Where(key="source_url"))
    for key in _LANGUAGE_KEYS:
        said = subject.post.params.get(key)
        if isinstance(said, str) and said.strip() and not _LANGUAGE.fullmatch(said.strip()):
            yield found("L1", Where(key=key), language=said)


def _plain_text(subject: Subject) -> Iterator[Finding]:
    for key, text in (("title", subject.post.title), ("description", subject.post.description)):
        if tag := _TAG.search(text):
            yield found("R4", Where(key=key), key=key, found=tag[0])
        if entity := _ENTITY.search(text):
            yield found("X6", Where(key=key), key=key, found=entity[0])


def _characters(subject: Subject) -> Iterator[Finding]:
    post, entry = subject.post, subject.entry
    texts = (
        ("the title", entry.title, Where(key="title")),
        ("the summary", post.description, Where(key="description")),
    )
    for where, text, place in texts:
        if left := _LEFTOVER.search(text):
            yield found("X2", place, where=where, code=ord(left[0]))
    if left := _LEFTOVER.search(entry.html):
        yield found("X2", Where(pieces=(left[0],)), where="the text", code=ord(left[0]))


def _names(subject: Subject) -> Iterator[Finding]:
    for author in subject.entry.authors:
        if _MAIL_ADDRESS.fullmatch(author.name):
            yield found("R5", Where(key="authors"), name=author.name)
    for key in ("tags", "tag", "categories", "category"):
        said = subject.post.params.get(key)
        if isinstance(said, str) and said.strip() in subject.entry.categories and _COMMA.search(said):
            yield found("R15", Where(key=key), name=said)


def _guid(subject: Subject) -> Iterator[Finding]:
    guid = subject.entry.guid
    if guid.isdecimal() or len(guid) < _GUID_CHARS:
        yield found("R7", Where(key="guid"), guid=guid)
    elif not _SCHEME.fullmatch(guid):
        yield found("A4", Where(key="guid"), guid=guid)
    elif not guid.isascii():
        yield found("G2", Where(key="guid"), guid=guid)


def _media(subject: Subject) -> Iterator[Finding]:
    image, audio = subject.entry.image, subject.entry.enclosure
    if image and subject.hero_is_named:
        facts = {
            "type": image.mime_type,
            "width and height": image.width and image.height,
            "length": image.length_bytes,
        }
        if missing := [name for name, value in facts.items() if not value]:
            yield found("M2", Where(key="hero"), missing=", ".join(missing), url=image.url)
        if not image.alt:
            yield found("M4", Where(key="hero"))
    if audio:
        facts = {"length": audio.length_bytes, "type": audio.mime_type}
        if missing := [name for name, value in facts.items() if not value]:
            yield found("R6", Where(key="audio"), missing=" and the ".join(missing), url=audio.url)

"""From the posts of a week to a digest: everything the templates show, already in words."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from publisher.digest.direction import direction_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from publisher.digest.direction import Direction
    from publisher.digest.note import Note
    from publisher.digest.wording import Wording
    from publisher.model.issue import Period
    from publisher.model.post import Post

#: What MJML's parser, XML and mail clients can't take (XML 1.0, 2.2), and the marks that turn the direction of a line.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]")
_WEB = re.compile(r"https?://[^\s/]")
#: Inboxes show 40 to 90 Chinese characters of a preheader.
_PREHEADER_LENGTH = 90
#: A description longer than this is cut: a digest whets the appetite.
_SUMMARY_LENGTH = 240
#: A title longer than this is cut; one that is missing is made of so much of the summary.
_TITLE_LENGTH = 120
_MADE_TITLE_LENGTH = 40
#: Inboxes show 20 to 60 characters of a subject; the rest of a long title only drives out the issue's number.
_SUBJECT_TITLE_LENGTH = 70
_LABEL_LENGTH = 24
_LABELS = 2
_TOPICS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture in its place."""

    url: str
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A post as a digest shows it."""

    guid: str
    url: str
    title: str
    #: Plain text; may be empty.
    summary: str
    #: In the reader's words: "2026 年 10 月 6 日".
    date: str
    #: Category and tags, at most two.
    labels: tuple[str, ...]
    minutes: int
    #: What the rest list groups by; empty if the post has no category.
    category: str
    source_name: str
    source_url: str
    #: Which way title and summary run.
    dir: Direction = "ltr"
    picture: Picture | None = None


#: A category, and its stories; an empty name needs no heading.
Group = tuple[str, tuple[Story, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imprint:
    """What every mail of a newsletter says about where it comes from."""

    title: str
    #: In which the mail is written (BCP 47).
    language: str
    #: Where the mail itself is read in a browser; empty where it is not.
    web_url: str
    #: Where the newest issue, the site and the feed are read.
    archive_url: str
    home_url: str
    feed_url: str
    postal_address: str
    #: Whether readers have a page of their preferences, to which a slot leads.
    has_preferences: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Masthead(Imprint):
    """What a newsletter's issue says beyond its stories."""

    number: int
    period: Period
    #: In which the period's days and the stories' dates are shown.
    zone: ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One issue before it becomes a mail."""

    wording: Wording
    masthead: Masthead
    dates: str
    intro: str
    #: What the stories are about: words of `intro` that should not be torn apart.
    topics: tuple[str, ...]
    subject: str
    preheader: str
    lead: Story
    #: Every other story, newest first.
    others: tuple[Story, ...] = ()
    #: What an editor wrote by hand, in place of `intro`.
    note: Note | None = None
    #: Stories as cards, by category where they are many (digest.layout).
    sections: tuple[Group, ...] = ()
    #: Stories told by title alone.
    rest: tuple[Group, ...] = ()
    #: Stories that only the week's page on the web tells.
    beyond: tuple[Story, ...] = ()

    @property
    def cards(self) -> tuple[Story, ...]:
        """The stories shown as cards, in the order shown."""
        return tuple(story for _, group in self.sections for story in group)

    @property
    def stories(self) -> tuple[Story, ...]:
        """Every story in the order shown."""
        return (self.lead, *self.cards, *(story for _, group in self.rest for story in group), *self.beyond)

    @property
    def words(self) -> str:
        """All that comes from posts and settings, as one text."""
        own = [self.masthead.title, self.masthead.postal_address, self.note.markup if self.note else ""]
        told = [(story.title, story.summary, story.category, story.source_name) for story in self.stories]
        labels = [story.labels for story in self.stories]
        return "\n".join([*own, *(word for words in (*told, *labels) for word in words)])

    @property
    def manifest(self) -> tuple[str, ...]:
        """Guids in the order shown."""
        return tuple(story.guid for story in self.stories)


def clean_line(text: str) -> str:
    """Make one line of plain text: no control characters, no marks that turn its direction, single spaces."""
    return " ".join(_ILLEGAL.sub("", text).split())


def shorten(text: str, length: int) -> str:
    """Cut a text to `length` characters, at a space or after punctuation where one is near, and say so with "…"."""
    if len(text) <= length:
        return text
    head = text[: length - 1]
    near = max(head.rfind(mark) for mark in " ，。；、！？,.;!?")
    return head[: near if near > length * 2 // 3 else length - 1].rstrip(" ，。；、,.;") + "…"


def make_story(post: Post, guid: str, wording: Wording, zone: ZoneInfo, *, summary: str = "") -> Story:
    """Turn a post into a story without a picture.

    post: dated. summary: stands in for a missing description.
    """
    assert post.published is not None
    labels = dict.fromkeys(filter(None, map(clean_line, (*post.categories, *post.tags))))
    summary = clean_line(post.description) or clean_line(summary)
    title = clean_line(post.title) or shorten(summary, _MADE_TITLE_LENGTH) or wording.untitled
    return Story(
        guid=guid,
        url=post.url,
        title=shorten(title, _TITLE_LENGTH),
        summary=shorten(summary, _SUMMARY_LENGTH) if summary != title else "",
        date=wording.day(post.published.astimezone(zone).date()),
        labels=tuple(shorten(label, _LABEL_LENGTH) for label in labels)[:_LABELS],
        minutes=post.reading_minutes,
        category=shorten(clean_line(post.categories[0]), _LABEL_LENGTH) if post.categories else "",
        source_name=clean_line(post.source_name),
        source_url=post.source_url if _WEB.match(post.source_url) else "",
        dir=direction_of(title + summary, wording.dir),
    )


def make_digest(
    masthead: Masthead, wording: Wording, lead: Story, others: Sequence[Story], note: Note | None = None
) -> Digest:
    """Compose a digest in which every other story is a card.

    others: in the order shown. Returns subject, preheader and opening words in the reader's language.
    """
    stories = (lead, *others)
    topics = tuple(dict.fromkeys(story.labels[0] for story in stories if story.labels))[:_TOPICS]
    title = shorten(lead.title, _SUBJECT_TITLE_LENGTH)
    subject = wording.subject.format(lead=title, number=masthead.number, title=masthead.title)
    return Digest(
        wording=wording,
        masthead=masthead,
        dates=wording.period(masthead.period, masthead.zone),
        intro=compose_intro(len(stories), topics, wording),
        topics=topics,
        subject=(note and note.subject) or subject,
        preheader=(note and note.preheader) or _preheader(lead, others, wording),
        lead=lead,
        others=tuple(others),
        note=note,
        sections=(("", tuple(others)),) if others else (),
    )


def compose_intro(count: int, topics: Sequence[str], wording: Wording) -> str:
    """Say how many stories there are and what they are about."""
    if count == 1:
        return wording.intro_one
    text = wording.intro_topics if len(topics) > 1 else wording.intro_many
    return text.format(count=count, topics=wording.topics_joint.join(topics))


def with_pictures(stories: Iterable[Story], pictures: Mapping[str, Picture]) -> tuple[Story, ...]:
    """Give each story its picture, by guid."""
    return tuple(replace(story, picture=pictures.get(story.guid)) for story in stories)


def _preheader(lead: Story, others: Sequence[Story], wording: Wording) -> str:
    """Tell what the subject doesn't: the other stories, or what the only one is about."""
    titles = wording.preheader_joint.join(story.title for story in others[:3])
    return shorten(wording.preheader.format(others=titles) if titles else lead.summary, _PREHEADER_LENGTH)

"""A post becomes an entry: what every feed, whatever its format, says about it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from markupsafe import Markup

from publisher.errors import ContentError, Location, Problem
from publisher.model.feed import Entry
from publisher.syndication.labels import source_label
from publisher.syndication.summary import first_sentences
from publisher.syndication.xml_text import Forbidden, clean_text, clean_value
from publisher.templates import render

if TYPE_CHECKING:
    from datetime import datetime

    from jinja2 import Environment

    from publisher.model.post import Post, Rendered

#: From a front-matter key to its place in the post's file.
Locate = Callable[[str], Location]

TEMPLATE = "entry.html.j2"
#: A picture that comes before this much text is at the top: a reader sees it on the first screen.
NEAR_TOP_CHARS = 300
_TITLE_CHARS = 60

_IMAGE = re.compile(r'<img\b[^>]*?\bsrc="([^"]*)"', re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_ASCII_SPACE = re.compile(r"[ \t\n\r\f\v]+")
#: Everything that may stand in a URL as it is (RFC 3986, 2.2 and 2.3), and the percent sign of what is encoded already.
_URL_SAFE = "%/:?#[]@!$&'()*+,;=~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The line below an entry that names what it is about. Templates get this."""

    #: "原文來源：" in the post's language.
    label: str
    #: Empty where only the name is known.
    url: str
    name: str


@dataclass(frozen=True, slots=True)
class _Doubts:
    """What was not understood about a post, each with its place."""

    locate: Locate
    problems: list[Problem] = field(default_factory=list)

    def add(self, key: str, message: str, hint: str, rule: str) -> None:
        self.problems.append(Problem(message, self.locate(key), hint, rule=rule))

    def not_xml(self, forbidden: Forbidden) -> None:
        hint = "delete the character: no XML feed can carry it"
        self.add(forbidden.where.partition(".")[0], str(forbidden), hint, "xml-character")


def make_entry(post: Post, rendered: Rendered, guid: str, env: Environment, locate: Locate | None = None) -> Entry:
    """Make the entry that shows a post in feeds.

    rendered: the post's Markdown for the target "feed".  guid: what `identity.guid_of` gives.
    env: the Jinja environment of `feeds/` (`templates.FEEDS`).
    locate: finds a front-matter key in the post's file, for messages; without it the file alone is named.
    Characters that XML can't carry are left out; they and whatever else was not understood become `Entry.problems`.
    Raises ContentError for a post without a date, TemplateError for a broken entry.html.j2.
    """
    published = post.published
    if published is None:
        raise ContentError("a post without a date is in no feed", at=place_of(post), hint="write date: in it")
    found: list[Forbidden] = []
    # Title and description lost theirs when each was put on one line.
    for key in ("title", "description"):
        clean_value(str(post.params.get(key) or ""), found.append, key)
    post = clean_value(post, found.append)
    html = clean_value(rendered.html, found.append, "the text")
    text = clean_text(rendered.text)
    doubts = _Doubts(locate or (lambda _key: place_of(post)))
    for forbidden in found:
        doubts.not_xml(forbidden)
    source = _source_of(post, doubts)
    return Entry(
        guid=guid,
        url=post.url,
        title=_one_line(post.title) or first_sentences(text, _TITLE_CHARS) or post.url,
        published=published,
        updated=_updated(post, published),
        summary=_one_line(post.description) or first_sentences(clean_text(rendered.lead) or text),
        html=_html_of(post, html, source, env),
        markdown=clean_text(rendered.markdown),
        language=post.language,
        authors=post.authors,
        categories=tuple(dict.fromkeys(_one_line(name) for name in (*post.categories, *post.tags) if name.strip())),
        image=post.hero,
        enclosure=post.audio,
        source_url=source.url if source else "",
        source_name=source.name if source else "",
        **_episode_of(post, doubts),
        problems=tuple(doubts.problems),
    )


def _updated(post: Post, published: datetime) -> datetime:
    """Choose the last significant change: the author's word, else what publisher.lock has noticed."""
    said = post.updated or published
    return said if said > published else max(published, post.revised or published)


def place_of(post: Post) -> Location:
    """Name a post's file as a person would type it: from the content folder on."""
    depth = post.key.count("/") + 1
    folder = post.path.parents[depth - 1].name if len(post.path.parents) >= depth else ""
    return Location(f"{folder}/{post.key}" if folder else post.key)


def shows_near_top(html: str, url: str) -> bool:
    """Tell whether an HTML fragment shows the picture at `url` before its reader has read far."""
    for match in _IMAGE.finditer(html):
        if len(_TAG.sub("", html[: match.start()])) > NEAR_TOP_CHARS:
            return False
        if _same_file(unescape(match[1]), url):
            return True
    return False


def _same_file(one: str, other: str) -> bool:
    """Compare two addresses without what asks a server for another size or version of the same picture."""
    return re.split(r"[?#]", one, maxsplit=1)[0] == re.split(r"[?#]", other, maxsplit=1)[0]


def _html_of(post: Post, html: str, source: Source | None, env: Environment) -> str:
    hero = post.hero
    if hero and (hero.in_text or shows_near_top(html, hero.url)):
        hero = None
    shown = render(env, TEMPLATE, post=post, hero=hero, html=Markup(html), source=source)
    return clean_text(shown).strip() + "\n"


def _source_of(post: Post, doubts: _Doubts) -> Source | None:
    """Make the source line of a post, with an address that every format can carry; None where there is none."""
    url = quote(post.source_url.strip(), safe=_URL_SAFE)
    if url and not _is_web_address(url):
        message = f"source_url is no web address: {post.source_url}"
        doubts.add("source_url", message, "write source_url: https://…", "source-url")
        url = ""
    name = _one_line(post.source_name) or (urlsplit(url).hostname or "").removeprefix("www.")
    return Source(label=source_label(post.language), url=url, name=name) if name else None


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _episode_of(post: Post, doubts: _Doubts) -> dict[str, Any]:
    """Read what a podcast asks of a post with audio: season, episode, explicit."""
    if post.audio is None:
        return {}
    explicit = str(post.params.get("explicit", "")).lower() in {"true", "yes"}
    return {
        "season": _number_of(post, "season", doubts),
        "episode": _number_of(post, "episode", doubts),
        "explicit": explicit,
    }


def _number_of(post: Post, key: str, doubts: _Doubts) -> int | None:
    value = post.params.get(key)
    if value is None or value == "":
        return None
    text = str(value).strip()
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text)
    doubts.add(key, f"{key} is not a whole number above zero: {value}", f"write {key}: 1", "podcast-number")
    return None


def _one_line(text: str) -> str:
    """Join the lines of a text. Only ASCII white space counts: a full-width space in a Chinese title is meant."""
    return _ASCII_SPACE.sub(" ", text).strip(" ")

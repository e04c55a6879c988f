"""Rules about an entry's HTML as readers get it: what they would unfold, unwrap, or not show (rules.toml, H and E)."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING

from publisher.syndication.lint import Where, found

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from publisher.syndication.lint import Finding, Subject

_NOTABLE = re.compile(r"<(details|figure|iframe|img|picture|section|span)\b((?:[^<>\"]|\"[^\"]*\")*)>", re.IGNORECASE)
_LINK = re.compile(r"<a\b[^<>]*\bhref=\"([^\"]*[?&;]utm_\w+=[^\"]*)\"", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([\w:-]+)(?:=\"([^\"]*)\")?")
_ADDRESS = re.compile(r"\b(?:src|poster)=\"([^\"]*)\"")
#: The value of an attribute that does not begin with "https:", "mailto:" or another scheme.
_NO_SCHEME = re.compile(r"=\"(?!https?:)(?![a-zA-Z][a-zA-Z0-9+.-]*:)([^\"]+)\"")
_ADDRESS_NAMES = (" href", " src", " poster", " cite")
_VERBATIM = re.compile(r"<(pre|code)\b.*?</\1>", re.DOTALL | re.IGNORECASE)
_NESTED_TABLE = re.compile(r"<table\b(?:(?!</table>).)*<table\b", re.DOTALL | re.IGNORECASE)
_PICTURE = re.compile(r"<picture\b.*?</picture>", re.DOTALL | re.IGNORECASE)
_RUBY = re.compile(r"<ruby\b.*?</ruby>", re.DOTALL | re.IGNORECASE)
_PLAYER = re.compile(r"<(video|audio)\b[^>]*>(?P<inside>.*?)</\1>", re.DOTALL | re.IGNORECASE)
_SHORTCODE = re.compile(r"\{\{(?:&lt;|<|%)\s*/?[\w/.-]*")


@dataclass(slots=True)
class _Marks:
    """What one pass over the HTML has noticed: how often each thing occurs, and its first tag."""

    count: Counter[str] = field(default_factory=Counter)
    first: dict[str, tuple[str, Mapping[str, str]]] = field(default_factory=dict)

    def add(self, name: str, tag: str, attributes: Mapping[str, str]) -> None:
        self.count[name] += 1
        self.first.setdefault(name, (tag, attributes))


def lint_html(subject: Subject) -> Iterator[Finding]:
    """Apply the rules H4, H7 to H10, E1 to E6, E9 and E10 to an entry."""
    html = subject.entry.html
    marks = _look_over(html)
    for rule in ("E1", "E2", "E3", "E5", "E6"):
        if number := marks.count[rule]:
            tag, attributes = marks.first[rule]
            yield found(rule, _place(tag, attributes), number=number, tag=tag)
    yield from _players(html)
    yield from _pictures(subject, marks)
    yield from _addresses(html)
    if "<ruby" in html and (bare := [one for one in _RUBY.findall(html) if "<rp" not in one.lower()]):
        yield found("H10", Where(pieces=("<ruby",)), number=len(bare))
    if html.count("<table") > 1 and _NESTED_TABLE.search(html):
        yield found("H9", Where(pieces=("<table",)))
    if "{{" in html and (left := _SHORTCODE.search(_VERBATIM.sub("", html))):
        written = unescape(left[0])
        yield found("H8", Where(pieces=(written,)), found=written)


def _look_over(html: str) -> _Marks:
    marks = _Marks()
    for match in _NOTABLE.finditer(html):
        tag, written = match[1].lower(), match[2]
        attributes = {name.lower(): unescape(value) for name, value in _ATTRIBUTE.findall(written)}
        for rule in _rules_of(tag, attributes):
            marks.add(rule, tag, attributes)
    return marks


def _rules_of(tag: str, attributes: Mapping[str, str]) -> Iterator[str]:
    """Name the rules that a single tag breaks."""
    named = {"iframe": "E1", "figure": "E2", "picture": "E3", "details": "E5"}
    if tag in named:
        yield named[tag]
    if tag == "img" and "srcset" in attributes:
        yield "E3"
    if tag == "img" and "alt" not in attributes:
        yield "H7"
    if tag in {"span", "section"} and not {"lang", "dir"}.isdisjoint(attributes):
        yield "E6"


def _players(html: str) -> Iterator[Finding]:
    """Find players inside of which there is no link for readers that don't have any."""
    players = [match for match in _PLAYER.finditer(html) if "<a " not in match["inside"]]
    if players:
        address = _ADDRESS.search(players[0][0])
        tag = players[0][1].lower()
        yield found("E4", _place(tag, {"src": unescape(address[1]) if address else ""}), number=len(players), tag=tag)


def _pictures(subject: Subject, marks: _Marks) -> Iterator[Finding]:
    html, image = subject.entry.html, subject.entry.image
    if number := marks.count["H7"]:
        yield found("H7", _place(*marks.first["H7"]), number=number, found="<img> without alt")
    if marks.count["E3"]:
        bare = [one[0] for one in _PICTURE.finditer(html) if "<img" not in one[0].lower()]
        if bare:
            yield found("H7", Where(pieces=("<picture",)), number=len(bare), found="<picture> without an <img>")
    if image and re.split(r"[?#]", image.url, maxsplit=1)[0] not in unescape(html):
        yield found("E10", Where(key="hero"))


def _addresses(html: str) -> Iterator[Finding]:
    if "utm_" in html and (counted := _LINK.findall(html)):
        yield found("E9", _place("a", {"href": unescape(counted[0])}), number=len(counted))
    for match in _NO_SCHEME.finditer(html):
        if html.endswith(_ADDRESS_NAMES, 0, match.start()):
            url = unescape(match[1])
            yield found("H4", Where(pieces=(url,)), url=url)
            return


def _place(tag: str, attributes: Mapping[str, str]) -> Where:
    """Guess what in the source became this tag: the tag itself, an address in it, or a shortcode of its name."""
    address = attributes.get("href") or attributes.get("src") or attributes.get("srcset", "").partition(" ")[0]
    name = address.rpartition("/")[2]
    pieces = (f"<{tag}", address, name, f"{{{{< {tag}", f"{{{{% {tag}")
    if tag in {"a", "img"}:
        pieces = pieces[1:] + pieces[:1]
    return Where(pieces=tuple(piece for piece in pieces if piece))

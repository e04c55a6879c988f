"""Rules about what a post's source holds and no feed carries: scripts, drawings, frames without address, styles.

By the time there is an entry it is gone; what its author wrote is looked at, without what stands there as code.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.syndication.lint import Where, found

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from publisher.syndication.lint import Finding, Subject

#: Scripts that only dress up what stands beside them as text, such as quoted posts, or that are for search engines.
HARMLESS_SCRIPTS = (
    "platform.twitter.com",
    "platform.x.com",
    "instagram.com/embed.js",
    "tiktok.com/embed.js",
    "threads.net/embed.js",
    "threads.com/embed.js",
    "embed.bsky.app",
    "application/ld+json",
)
#: No feed carries them; of a form, stray words stay.
_GONE = ("script", "math", "template", "applet", "form", "canvas")
_FRAMES = {"iframe": "src", "embed": "src", "object": "data", "frame": "src"}

_CODE = re.compile(
    r"^ {0,3}(?P<fence>`{3,}|~{3,})[^\n]*\n.*?(?:^ {0,3}(?P=fence)[`~]*[ \t]*$|\Z)"
    r"|(?P<ticks>`+)(?!`)[^\n]+?(?<!`)(?P=ticks)(?!`)"
    r"|<!--.*?-->|<(?P<tag>pre|code)\b.*?</(?P=tag)>"
    r"|\{\{[<%]\s*highlight\b.*?\{\{[<%]\s*/\s*highlight",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
_RAW_TAG = re.compile(r"<([a-z][a-z0-9]*)\b((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>", re.IGNORECASE)
#: What makes a source worth a closer look.
_SUSPICIOUS = re.compile(
    r"<(?:script|math|template|applet|form|canvas|iframe|embed|object|frame|svg|style)\b|<[a-z][^<>]*\bstyle\s*=",
    re.IGNORECASE,
)
_SVG = re.compile(r"<svg\b([^<>]*)>", re.IGNORECASE)
#: What is drawn on a button is no part of the text.
_BUTTON = re.compile(r"<button\b.*?</button>", re.DOTALL | re.IGNORECASE)
_STYLE = re.compile(r"\bstyle\s*=", re.IGNORECASE)


def lint_source(subject: Subject) -> Iterator[Finding]:
    """Apply the rules H1, H2, H3 and E8 to what an author wrote."""
    source = subject.source
    if not ("<" in source and _SUSPICIOUS.search(source)):
        return
    written = without_code(source)
    tags = [(match[1].lower(), match[2]) for match in _RAW_TAG.finditer(written)]
    shown = _shown_as_text(subject, {name for name, _ in tags})
    tags = [(name, attributes) for name, attributes in tags if name not in shown]
    yield from _removed(tags)
    if styled := [name for name, attributes in tags if name == "style" or _STYLE.search(attributes)]:
        yield found("H3", _at(styled[0] if "style" in styled else "style="), number=len(styled), found="style")
    drawings = _SVG.findall(_BUTTON.sub("", written)) if any(name == "svg" for name, _ in tags) else []
    if drawings := [attributes for attributes in drawings if "aria-hidden" not in attributes]:
        yield found("E8", Where(pieces=(f"<svg{drawings[0]}",)), number=len(drawings), found="<svg>")


def without_code(source: str) -> str:
    """Blank what stands in a source as code or comment; every other character keeps its place."""
    return _CODE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), source)


def _shown_as_text(subject: Subject, names: Iterable[str]) -> set[str]:
    """Name the tags that readers see written out, every time they occur: code in a way not known here."""
    html, source = subject.entry.html.lower(), subject.source.lower()
    return {name for name in names if 0 < source.count(f"<{name}") <= html.count(f"&lt;{name}")}


def _removed(tags: list[tuple[str, str]]) -> Iterator[Finding]:
    for name in _GONE:
        number = sum(one == name and not _is_harmless(attributes) for one, attributes in tags)
        if number:
            yield found("H1", _at(name), number=number, tag=name)
    for name, attribute in _FRAMES.items():
        blind = [attributes for one, attributes in tags if one == name and not _leads_somewhere(attributes, attribute)]
        if blind:
            yield found("H2", Where(pieces=(f"<{name}{blind[0]}", f"<{name}")), number=len(blind), tag=name)


def _is_harmless(attributes: str) -> bool:
    return any(host in attributes for host in HARMLESS_SCRIPTS)


def _leads_somewhere(attributes: str, name: str) -> bool:
    """Tell whether a frame has an address that its card can link to, or a shortcode in its place."""
    said = re.search(rf"\b(?:data-)?{name}\s*=\s*[\"']?\s*(https?://|/|\{{\{{)", attributes, re.IGNORECASE)
    return said is not None


def _at(name: str) -> Where:
    return Where(pieces=(name,) if name.endswith("=") else (f"<{name}",))

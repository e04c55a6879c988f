"""How file names, titles and slugs become addresses, character for character as Hugo does it.

Paths here are unescaped text ("/posts/奧特曼/") until `permalink` encodes them. The rules were measured on Hugo 0.168.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus, urlsplit

from publisher.errors import ContentError

if TYPE_CHECKING:
    from collections.abc import Iterable

_KEPT = frozenset("./\\_#+~-@")
#: Bytes that Go's net/url leaves alone in a path, and those it tolerates when somebody else left them alone.
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~/$&+,:;=@")
_TOLERATED = _PLAIN | frozenset(b"!'()*[]%")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
#: Most names are of these characters only, and a site has thousands: `sanitize` keeps each, nobody escapes any.
_SIMPLE_NAME = re.compile(r"[A-Za-z0-9./\\_#+~@-]*")
_SIMPLE_PATH = re.compile(r"[A-Za-z0-9/_.~-]*")


def sanitize(text: str, *, accents: bool = True) -> str:
    """Keep what Hugo keeps of a name in an address: letters, digits, marks and a few signs; white space becomes "-".

    accents: False also drops accents (Hugo's removePathAccents), which turns が into か.
    """
    if _SIMPLE_NAME.fullmatch(text):
        return text
    if not accents:
        marked = unicodedata.normalize("NFD", text)
        text = unicodedata.normalize("NFC", "".join(char for char in marked if unicodedata.category(char) != "Mn"))
    kept: list[str] = []
    gap = False
    for index, char in enumerate(text):
        if char.isspace():
            gap = True
        elif _is_kept(char) or (char == "%" and _ESCAPE.match(text, index)):
            if gap and kept and char != "-" and kept[-1] != "-":
                kept.append("-")
            kept.append(char)
            gap = False
    return "".join(kept)


def _is_kept(char: str) -> bool:
    if char.isascii():
        return char.isalnum() or char in _KEPT
    category = unicodedata.category(char)
    return category[0] in "LM" or category == "Nd"


def file_segment(name: str) -> str:
    """Turn a file's or folder's name into a segment: each space becomes "-" before anything is dropped."""
    return sanitize(name.replace(" ", "-"))


def pattern_value(text: str, *, slashes: bool = False) -> str:
    """Turn a title or slug into what stands for its token in a permalink pattern.

    slashes: whether "/" may stay (in a slug) or becomes "-" (in a title).
    Go reads the value as a query once, so "+" is a space, and as an address, so a trailing "#" falls off.
    """
    plain = text if slashes else re.sub(r"[/\\]", "-", text)
    return sanitize(unquote_plus(sanitize(plain))).removesuffix("#")


def escape_path(path: str) -> str:
    """Percent-encode a path as Go's net/url prints it."""
    if _SIMPLE_PATH.fullmatch(path):
        return path
    octets = path.encode("utf-8", "surrogatepass")
    if all(octet in _TOLERATED for octet in octets) and not re.search(r"%(?![0-9A-Fa-f]{2})", path):
        return path
    unescaped = _unescape(path).encode("utf-8", "surrogatepass")
    return "".join(chr(octet) if octet in _PLAIN else f"%{octet:02X}" for octet in unescaped)


def _unescape(path: str) -> str:
    """Undo escapes, so that nothing is escaped twice; leave them where they are not UTF-8."""
    octets = re.sub(
        rb"%([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]), path.encode("utf-8", "surrogatepass")
    )
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return path


def permalink(base_url: str, path: str) -> str:
    """Join the site's address (with or without "/" at its end) and a path of ours, percent-encoded."""
    return base_url.rstrip("/") + "/" + escape_path(path.lstrip("/"))


def directory_path(segments: Iterable[str], *, lower: bool = True, ugly: bool = False) -> str:
    """Build "/a/b/" (or "/a/b.html" if ugly) from segments, which may hold slashes themselves."""
    path = "/".join(segment.strip("/") for segment in segments if segment.strip("/"))
    path = path.lower() if lower else path
    if not path:
        return "/"
    return f"/{path}.html" if ugly else f"/{path}/"


def term_path(plural: str, term: str) -> str:
    """Give the path of a taxonomy's term, as Hugo does: "tags" and "AI Agent" give "/tags/ai-agent/"."""
    return directory_path([plural, file_segment(term)])


def refuse_way_out(path: str, message: str) -> None:
    """Raise ContentError for a path that climbs: browsers and file systems follow its ".." out of the site."""
    if (".." in path or "%" in path) and ".." in unquote_plus(path).split("/"):
        raise ContentError(message, hint='leave out the ".."')


def path_from_front_matter(url: str) -> str:
    """Take a front-matter `url` as it is, apart from slashes around it.

    A path whose end holds a dot is a file, all others are folders (as in Hugo: "/v1.2" stays a file).
    Raises ContentError for one that leaves the site.
    """
    if re.search(r"[\x00-\x1f\x7f\\]", url) or url.lstrip().startswith("//") or urlsplit(url).scheme:
        raise ContentError(f"not a path on this site: {url}", hint="write a path such as /posts/my-post/")
    path = "/" + url.strip().lstrip("/")
    refuse_way_out(path, f"the url leads out of the site: {url}")
    last = path.rpartition("/")[2]
    return path if not last or "." in last else path + "/"

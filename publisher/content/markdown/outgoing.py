"""A post's Markdown as it may leave its site: no shortcodes, no hidden parts, every address absolute."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

#: What a browser does not show of a text: comments, programs, styles. At the end of a text, without their ends, too.
_HIDDEN = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
#: Where an address can stand: behind the text of a link, in a reference, in an HTML tag.
_ADDRESS = re.compile(
    r"(?P<before>\]\(\s*<?|^ {0,3}\[[^\]\n]+\]:\s*<?|<[a-zA-Z][^<>]*?\s(?:href|src)\s*=\s*[\"'])"
    r"(?P<address>(?:[^\s<>\"'()]|\([^\s<>\"'()]*\))+)",
    re.MULTILINE,
)
#: Addresses that are programs; no parser finds them, since none of ours lets them pass.
_PROGRAM = re.compile(r"\s*(java|vb)script:", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
#: Shortcodes inside each other; deeper ones are not expanded at all.
_MAX_DEPTH = 40


def outgoing_markdown(
    text: str, html: str, pieces: Mapping[str, str], addresses: Collection[str], settle: Callable[[str], str]
) -> str:
    """Make a post's Markdown ready to be shown elsewhere.

    text: shortcodes replaced by words.  pieces: what stands for those words, clean.
    html: what feeds show of it, clean.
    addresses: of links and pictures, as the parser has found them: what only looks like one stays as it is.
    settle: makes one of them absolute.
    A comment goes, unless it can be read in the HTML, as in an example of code.
    """
    text = _without_hidden(text, html)
    known = {unquote(address) for address in addresses if not address.startswith("#")}

    def absolute(match: re.Match[str]) -> str:
        address = match["address"]
        is_one = unquote(unescape(address)) in known or _PROGRAM.match(unescape(address))
        return match["before"] + (settle(address) if is_one else address)

    return _filled(_ADDRESS.sub(absolute, text), pieces).strip() + "\n"


def _without_hidden(text: str, html: str) -> str:
    if not _HIDDEN.search(text):
        return text
    visible = "".join(unescape(_TAG.sub("", html)).split())
    return _HIDDEN.sub(lambda match: match[0] if "".join(match[0].split()) in visible else "", text)


def _filled(text: str, pieces: Mapping[str, str]) -> str:
    if not pieces:
        return text
    words = re.compile("|".join(map(re.escape, sorted(pieces, key=len, reverse=True))))
    for _ in range(_MAX_DEPTH):
        text, count = words.subn(lambda match: pieces[match[0]].strip(), text)
        if not count:
            break
    return text

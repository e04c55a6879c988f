"""Short texts: the first sentences of a post, and texts that fit a number of bytes.

No text is cut inside what a reader sees as one character: a letter with its accents, an emoji with its skin colour.
"""

from __future__ import annotations

import re
import unicodedata

#: A summary of Chinese reads well at up to about this length; feed readers show two or three lines.
SUMMARY_CHARS = 200

_SENTENCE_END = re.compile(r"[。！？!?…]+[」』”’）)\]]*|\.[”’)\]]*(?=\s|$)")
_SPACE = re.compile(r"\s+")
_CJK = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
#: A line break between two Chinese characters is where an editor wrapped the line, not a space between words.
_WRAP = re.compile(rf"(?<=[{_CJK}])\s*\n\s*(?=[{_CJK}])")
_JOINER = "\u200d"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)


def first_sentences(text: str, limit: int = SUMMARY_CHARS) -> str:
    """Give as many whole sentences from the beginning of a plain text as `limit` characters hold.

    Where the first sentence is too long, it is cut between characters (Latin: between words) and ends in "…".
    """
    line = _SPACE.sub(" ", _WRAP.sub("", text.strip()))
    if len(line) <= limit:
        return line
    ends = [match.end() for match in _SENTENCE_END.finditer(line) if match.end() <= limit]
    if ends and ends[-1] >= limit // 3:
        return line[: ends[-1]].strip()
    return _cut(line, limit - 1).rstrip() + "…"


def fit_bytes(text: str, limit_bytes: int) -> str:
    """Give `text`, or as much of it as fits into `limit_bytes` of UTF-8 together with a "…" at its end."""
    encoded = text.encode("utf-8")
    if len(encoded) <= limit_bytes:
        return text
    room = limit_bytes - len("…".encode())
    kept = encoded[:room].decode("utf-8", errors="ignore")
    return text[: _boundary(text, len(kept))].rstrip() + "…"


def _cut(line: str, limit: int) -> str:
    end = _boundary(line, limit)
    space = line.rfind(" ", limit - 25, end + 1)
    return line[:space] if space > 0 else line[:end]


def _boundary(text: str, end: int) -> int:
    """Move `end` back to where no visible character is cut in two."""
    while 0 < end < len(text) and (_belongs_left(text[end]) or text[end - 1] == _JOINER):
        end -= 1
    return end


def _belongs_left(character: str) -> bool:
    code = ord(character)
    mark = unicodedata.category(character).startswith("M")
    return mark or character == _JOINER or code in _SKIN_TONES or code in _TAGS

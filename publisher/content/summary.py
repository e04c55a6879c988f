"""A post's text in short: how long it takes to read, its first heading, an excerpt of it."""

from __future__ import annotations

import math
import re

#: Han, Kana, Hangul, and the full-width forms: characters that are read one by one.
CJK = "\u1100-\u11ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3040-\u30ff\u3100-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uff9f\U0001b000-\U0001b16f\U00020000-\U0003fffd"  # noqa: E501 - one table
CJK_PER_MINUTE = 400
WORDS_PER_MINUTE = 220

CJK_CHARACTER = re.compile(f"[{CJK}]")
_CJK_RUN = re.compile(f"[{CJK}]+")
_MARKUP = re.compile(r"\{\{[<%].*?[>%]\}\}|https?://\S+|<[^>\n]{1,500}>")
#: "it’s", "U.S." and "3,200" are words; punctuation alone is none.
_WORD = re.compile(r"[^\W_]\S*")
_H1 = re.compile(r"(?m)^#[ \t]+(.+?)[ \t#]*$")


def count_reading(text: str) -> tuple[int, int]:
    """Count what is read in a Markdown text: CJK characters, and words of other scripts. Markup is left aside."""
    plain = _MARKUP.sub(" ", text)
    rest, runs = _CJK_RUN.subn(" ", plain)
    characters = len(plain) - len(rest) + runs
    return characters, len(_WORD.findall(rest))


def reading_minutes(text: str) -> int:
    """Estimate how many minutes a reader takes; at least 1."""
    characters, words = count_reading(text)
    return max(1, math.ceil(characters / CJK_PER_MINUTE + words / WORDS_PER_MINUTE))


def first_heading(text: str) -> str:
    """Give the text of the first `# heading`, for posts without a title."""
    match = _H1.search(text[:5000])
    return match[1] if match else ""


def plain_line(text: str) -> str:
    """Put a text on one line, without characters that XML forbids (XML 1.0, 2.2)."""
    return " ".join(re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", text).split())

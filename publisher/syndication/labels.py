"""The few words that an entry says in the language of its post."""

from __future__ import annotations

#: What stands before the link to the matter a post is about. Keys: BCP 47 tags in lower case, the longest match wins.
SOURCE_LABELS = {
    "zh": "原文來源：",
    "zh-cn": "原文来源：",
    "zh-hans": "原文来源：",
    "zh-sg": "原文来源：",
    "en": "Source: ",
    "ja": "出典：",
}
_FALLBACK = "en"


def source_label(language: str) -> str:
    """Give the words before a source's link in a language (a BCP 47 tag); English where we know none."""
    parts = language.lower().split("-")
    tags = ("-".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((SOURCE_LABELS[tag] for tag in tags if tag in SOURCE_LABELS), SOURCE_LABELS[_FALLBACK])

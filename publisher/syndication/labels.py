"""The few words that an entry says in the language of its post."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What stands before the link to the matter a post is about. Keys: BCP 47 tags in lower case, the longest match wins.
SOURCE_LABELS = {
    "zh": "原文來源：",
    "zh-cn": "原文来源：",
    "zh-hans": "原文来源：",
    "zh-sg": "原文来源：",
    "en": "Source: ",
    "ja": "出典：",
}
#: What leads from a teaser to the whole post.
READ_MORE_LABELS = {
    "zh": "閱讀全文",
    "zh-cn": "阅读全文",
    "zh-hans": "阅读全文",
    "zh-sg": "阅读全文",
    "en": "Read on",
    "ja": "続きを読む",
}
_FALLBACK = "en"


def source_label(language: str) -> str:
    """Give the words before a source's link in a language (a BCP 47 tag); English where we know none."""
    return _nearest(SOURCE_LABELS, language)


def read_more_label(language: str) -> str:
    """Give the words of the link below a teaser; as `source_label` in the rest."""
    return _nearest(READ_MORE_LABELS, language)


def _nearest(labels: Mapping[str, str], language: str) -> str:
    parts = language.lower().split("-")
    tags = ("-".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((labels[tag] for tag in tags if tag in labels), labels[_FALLBACK])

"""Names of languages as feeds must write them (BCP 47, RFC 5646)."""

from __future__ import annotations

import re

#: A language, then script, region and variants (RFC 5646, 2.1, without its rarities).
_TAG = re.compile(r"(?i)[a-z]{2,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*")


def language_tag(written: str) -> str:
    """Write a language as BCP 47 has it: zh_TW and zh-tw.UTF-8 are zh-TW. Empty for what names none ("Chinese").

    Regions are in capitals, scripts begin with one; readers compare without case, people don't.
    """
    tag = re.split(r"[.@]", written.strip())[0].replace("_", "-")
    if not _TAG.fullmatch(tag):
        return ""
    first, *rest = tag.split("-")
    return "-".join([first.lower(), *map(_subtag, rest)])


def _subtag(part: str) -> str:
    if len(part) == len("TW"):
        return part.upper()
    return part.title() if len(part) == len("Hant") and part.isalpha() else part.lower()

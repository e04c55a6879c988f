"""Where lines of Chinese and Japanese should break: between clauses, not within a book's name.

Browsers may break such text anywhere. Short clauses and quoted phrases are put into spans that stay whole (class "nb"),
longer clauses into boxes that begin on a line of their own before they break (class "ib"; Outlook for Windows lets them
flow), so that a title breaks where a person would take breath.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Iterable

#: What stays whole must fit on a phone's line: 331 px, of which a large title's character takes 23.
_LONGEST_CLAUSE = 12
#: Longer clauses fill most of a line anyway.
_LONGEST_BOX = 24
_LONGEST_WORD = 16
_CLAUSE = re.compile(r"[^：，；、。！？｜]+[：，；、。！？｜]*[」』》〉）]*|.", re.DOTALL)
_QUOTED = "[「『《〈][^「」『』《》〈〉]{1,10}[」』》〉]"
#: Several Latin words among Chinese ones, such as a name.
_NAME = r"[A-Za-z0-9][\w.+#'’&-]*(?: [A-Za-z0-9][\w.+#'’&-]*)+"
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff]")


def keep_together(text: str, words: Iterable[str] = ()) -> Markup:
    """Mark what should stay on one line: short clauses of CJK text, short quoted phrases, and short `words`.

    Returns escaped HTML with spans of class "nb". Longer pieces break as they like, or they would leave the screen.
    """
    kept = [re.escape(word) for word in words if len(word) <= _LONGEST_WORD]
    unbroken = re.compile("|".join([*kept, _QUOTED, *([_NAME] if _CJK.search(text) else [])]))
    clauses: list[str] = _CLAUSE.findall(text)
    if len(clauses) == 1:
        return _mark(text, unbroken)
    return Markup().join(_keep_clause(clause, unbroken) for clause in clauses)


def _keep_clause(clause: str, unbroken: re.Pattern[str]) -> Markup:
    if not _CJK.search(clause) or len(clause) > _LONGEST_BOX:
        return _mark(clause, unbroken)
    if len(clause) <= _LONGEST_CLAUSE:
        return _whole(clause)
    return Markup('<span class="ib">{}</span>').format(_mark(clause, unbroken))


def _whole(text: str) -> Markup:
    return Markup('<span class="nb">{}</span>').format(text)


def _mark(text: str, unbroken: re.Pattern[str]) -> Markup:
    """Keep the matches of `unbroken` whole that are short enough."""
    marked, end = Markup(), 0
    for found in unbroken.finditer(text):
        match = _whole(found[0]) if len(found[0]) <= _LONGEST_WORD else escape(found[0])
        marked += escape(text[end : found.start()]) + match
        end = found.end()
    return marked + escape(text[end:])

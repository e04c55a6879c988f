"""The beginning of a post as plain text, where its generator takes that for the summary."""

from __future__ import annotations

import re
from html import unescape

from publisher.content.summary import plain_line

#: Liquid, shortcodes, comments: what is no text.
_TAGS = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->", re.DOTALL)
#: A block that begins so is a heading, quote, list, picture, code or markup: nothing that sums a post up.
_NO_PROSE = re.compile(r"\s*(#|>|[-*+] |\d+[.)] |!\[|```|~~~|<|\||\{|    )")
MAX_CHARACTERS = 20_000


def text_before(markdown: str, separator: str) -> str:
    """Give the plain text before a separator that the author set; "" if it is not there."""
    head, found, _ = markdown[:MAX_CHARACTERS].partition(separator)
    return plain_text(head) if found else ""


def first_paragraph(markdown: str) -> str:
    """Give the plain text of a post's first paragraph; "" if the post begins with something else."""
    block = re.split(r"\n[ \t]*\n", markdown[:MAX_CHARACTERS].lstrip(), maxsplit=1)[0]
    return "" if _NO_PROSE.match(block) else plain_text(block)


def plain_text(text: str, *, markdown: bool = True) -> str:
    """Give a text on one line, without markup. markdown: False for a text that holds HTML at most."""
    # comrak loads only for sites whose generator sums posts up.
    import comrak

    html = comrak.render_markdown(_TAGS.sub("", text)) if markdown else text
    return plain_line(unescape(re.sub(r"<[^<>]*>", "", html)))

"""`{.class #id}` on a line below a block (markup.goldmark.parser.attribute.block): read by themes, not by people."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.content.html.tree import drop_keeping_tail, text_of

if TYPE_CHECKING:
    from publisher.content.html.tree import Element

_ONE = r"(?:[#.][\w:-]+|[\w-]+=(?:\"[^\"\n]*\"|'[^'\n]*'|[\w-]+))"
_LINE = re.compile(rf"(?:^|\n)[ \t]*\{{[ \t]*{_ONE}(?:[ \t]+{_ONE})*[ \t]*\}}\s*$")


def drop_block_attributes(tree: Element) -> None:
    """Leave out the lines of attributes below paragraphs, quotes, lists and tables."""
    for block in list(tree.iter("p", "li", "tr")):
        if block.tag == "tr":
            # In a table such a line is a row of its own.
            if _LINE.fullmatch(text_of(block).strip()):
                drop_keeping_tail(block)
            continue
        last = block[-1] if len(block) else None
        text = (block.text if last is None else last.tail) or ""
        cut = _LINE.sub("", text)
        if cut == text or (last is None and not cut and block.getprevious() is None):
            continue
        if last is not None:
            last.tail = cut
        elif cut:
            block.text = cut
        else:
            drop_keeping_tail(block)

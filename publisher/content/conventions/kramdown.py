"""What kramdown, Jekyll's Markdown, writes and ours doesn't know: attribute lists, tables of contents, extensions."""

from __future__ import annotations

import re

from publisher.content.conventions.outside_code import outside_code

_TOC = re.compile(r"(?m)^[ ]{0,3}(?:[-*+]|\d+\.)[ ].*\n[ ]{0,3}\{:\s*toc\b[^}\n]*\}[ \t]*$")
_EXTENSION = re.compile(r"\{::(?:comment)\}.*?\{:/(?:comment)?\}|\{::[^}\n]*/?\}|\{:/\w*\}", re.DOTALL)
_ATTRIBUTES = re.compile(r"\{:(?:\s*|[^\s:/][^}\n]*|\s[^}\n]*)\}")


def without_attribute_lists(text: str) -> str:
    """Leave out `{: .note}`, `{:toc}` with its list, and `{::options /}`; lines stay where they are."""
    if "{:" not in text:
        return text
    return outside_code(text, lambda prose: _ATTRIBUTES.sub("", _EXTENSION.sub(_blank, _TOC.sub(_blank, prose))))


def _blank(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")

"""Another generator's tag as a shortcode of ours, so that the same templates, cards and warnings serve it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ARGUMENT = re.compile(
    r"""(?:(?P<key>[A-Za-z_][\w-]*)\s*[=:]\s*)?(?P<value>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\{[^{}]*\}|[^\s,=]+)"""
)


def read_arguments(text: str, *, keep_quotes: bool = False) -> tuple[dict[str, str], list[str]]:
    """Read `key="value"` and bare values, with or without commas between them.

    keep_quotes: values keep their quotes, which tell texts from variables.
    """
    named: dict[str, str] = {}
    positional: list[str] = []
    for match in _ARGUMENT.finditer(text):
        # "https:" is no key, and an address no argument of one.
        key, value = match["key"], match["value"]
        if key and value.startswith("//"):
            key, value = None, f"{key}:{value}"
        value = value if keep_quotes else unquoted(value)
        if key:
            named[key] = value
        else:
            positional.append(value)
    return named, positional


def unquoted(value: str) -> str:
    """Take the quotes (or a JSX expression's braces) off a value."""
    value = value[1:-1].strip() if value[:1] == "{" and value[-1:] == "}" else value
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'`" else value


def as_shortcode(name: str, named: Mapping[str, Any], positional: Sequence[str], inner: str | None) -> str:
    """Write a call of a shortcode. A single address, as in `{% embed https://… %}`, is framed, and so a link card."""
    said = re.sub(r"[^\w-]+", "-", name).strip("-") or "tag"
    address = next((value for value in (*positional, *map(str, named.values())) if _is_address(value)), "")
    if address and inner is None and len(positional) + len(named) == 1:
        return f'<iframe src="{address}"></iframe>'
    values = [f"{key}={_quoted(value)}" for key, value in named.items()]
    if not values:
        values = [_quoted(value) for value in positional]
    elif positional:
        # Ours are named or not, never both.
        values.append(f"args={_quoted(' '.join(positional))}")
    call = " ".join(("{{<", said, *values, ">}}"))
    return call if inner is None else f"{call}{inner}{{{{< /{said} >}}}}"


def _is_address(value: str) -> bool:
    return bool(re.fullmatch(r"https?://[^\s\"'<>]+", value)) and bool(urlsplit(value).path.strip("/"))


def _quoted(value: Any) -> str:
    return '"' + " ".join(str(value).replace("\\", "").replace('"', '\\"').split()) + '"'

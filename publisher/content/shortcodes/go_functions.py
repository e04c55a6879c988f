"""Hugo's template functions that shortcodes use, on plain Python values. Names as in templates, both old and new."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from publisher.content.markdown.headings import heading_id
from publisher.content.shortcodes.go_syntax import UnreadableTemplateError
from publisher.content.urls import sanitize
from publisher.errors import ContentError

if TYPE_CHECKING:
    from collections.abc import Callable

#: No string that a template builds grows beyond this.
MAX_TEXT = 1_000_000


def truth(value: Any) -> bool:
    """Tell whether a value counts as true in `if`: empty, zero and nil do not."""
    return bool(value)


def show(value: Any) -> str:
    """Print a value as Go does."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{' '.join(show(item) for item in value)}]"
    if isinstance(value, dict):
        return f"map[{' '.join(f'{key}:{show(item)}' for key, item in sorted(value.items()))}]"
    if isinstance(value, str | int | float):
        return str(value)
    raise UnreadableTemplateError("a value that can't be printed")


def _jsonify(*args: Any) -> Markup:
    options, value = (args[0], args[1]) if len(args) == 2 else ({}, args[0])  # noqa: PLR2004 - options and value
    plain = list(value) if isinstance(value, tuple) else value
    text = json.dumps(
        plain or None if plain == [] else plain, ensure_ascii=False, separators=(",", ":"), sort_keys=True
    )
    if not _option(options, "noHTMLEscape"):
        text = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(text)


def _option(options: Any, name: str) -> bool:
    return isinstance(options, dict) and any(key.lower() == name.lower() and value for key, value in options.items())


def _printf(pattern: str, *args: Any) -> str:
    left = list(args)

    def fill(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        value = left.pop(0) if left else None
        if match[1] == "q":
            return json.dumps(show(value), ensure_ascii=False)
        if match[1] in "df" and not isinstance(value, int | float):
            raise UnreadableTemplateError("printf with a number that is none")
        return (match[0] % value) if match[1] == "d" or "." in match[0] else show(value)

    return re.sub(r"%(?:%|[-0-9.]{0,6}([svdqf]))", fill, pattern)


def _default(*args: Any) -> Any:
    fallback, value = args[0], args[1] if len(args) > 1 else None
    return fallback if value is None or value in ("", 0, [], {}, ()) else value


def _index(value: Any, *keys: Any) -> Any:
    for key in keys:
        if isinstance(value, dict):
            value = value.get(key, value.get(str(key).lower()))
        elif isinstance(value, list | tuple | str) and isinstance(key, int):
            value = value[key] if 0 <= key < len(value) else None
        else:
            return None
    return value


def _is_set(value: Any, key: Any) -> bool:
    return str(key).lower() in value if isinstance(value, dict) else isinstance(key, int) and key < len(value or ())


def _dict(*args: Any) -> dict[str, Any]:
    return dict(zip(map(show, args[::2]), args[1::2], strict=True))


def _first_true(*args: Any) -> Any:
    return next((arg for arg in args if truth(arg)), args[-1])


def _first_false(*args: Any) -> Any:
    return next((arg for arg in args if not truth(arg)), args[-1])


def _fail(pattern: str, *args: Any) -> str:
    raise ContentError(_printf(pattern, *args))


def _replace(text: Any, old: Any, new: Any, limit: int = -1) -> str:
    result = show(text).replace(show(old), show(new), limit)
    if len(result) > MAX_TEXT:
        raise UnreadableTemplateError("a text grows too long")
    return result


def _equal(first: Any, *others: Any) -> bool:
    return any(first == other for other in others)


def _in(container: Any, item: Any) -> bool:
    return show(item) in container if isinstance(container, str) else item in (container or ())


def _trim(text: Any, chars: Any = None) -> str:
    return show(text).strip(None if chars is None else show(chars))


_STRINGS: dict[str, Callable[..., Any]] = {
    "contains": _in,
    "hasPrefix": lambda text, prefix: show(text).startswith(show(prefix)),
    "hasSuffix": lambda text, suffix: show(text).endswith(show(suffix)),
    "replace": _replace,
    "split": lambda text, separator: show(text).split(show(separator)),
    "toLower": lambda text: show(text).lower(),
    "toUpper": lambda text: show(text).upper(),
    "trim": _trim,
    "trimSpace": lambda text: show(text).strip(),
    "trimPrefix": lambda prefix, text: show(text).removeprefix(show(prefix)),
    "trimSuffix": lambda suffix, text: show(text).removesuffix(show(suffix)),
    "trimLeft": lambda chars, text: show(text).lstrip(show(chars)),
    "trimRight": lambda chars, text: show(text).rstrip(show(chars)),
}

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "print": lambda *args: "".join(show(arg) for arg in args),
    "printf": _printf,
    "fmt.Printf": _printf,
    "default": _default,
    "or": _first_true,
    "and": _first_false,
    "not": lambda value: not truth(value),
    "cond": lambda test, yes, no: yes if truth(test) else no,
    "eq": _equal,
    "ne": lambda first, second: first != second,
    "lt": lambda first, second: first < second,
    "le": lambda first, second: first <= second,
    "gt": lambda first, second: first > second,
    "ge": lambda first, second: first >= second,
    "add": lambda first, second: first + second,
    "sub": lambda first, second: first - second,
    "index": _index,
    "isset": _is_set,
    "len": lambda value: len(value or ()),
    "in": _in,
    "dict": _dict,
    "slice": lambda *args: list(args),
    "jsonify": _jsonify,
    "int": int,
    "string": show,
    "safeHTML": lambda value: Markup(show(value)),
    "safeHTMLAttr": lambda value: Markup(show(value)),
    "safeURL": lambda value: Markup(html.escape(show(value))),
    "safeCSS": lambda value: Markup(html.escape(show(value))),
    "htmlEscape": lambda value: html.escape(show(value)),
    "htmlUnescape": lambda value: html.unescape(show(value)),
    "plainify": lambda value: re.sub(r"<[^>]*>", "", show(value)),
    "lower": lambda text: show(text).lower(),
    "upper": lambda text: show(text).upper(),
    "trim": _trim,
    "replace": _replace,
    "split": _STRINGS["split"],
    "hasPrefix": _STRINGS["hasPrefix"],
    "hasSuffix": _STRINGS["hasSuffix"],
    "urlize": lambda text: sanitize(show(text)).lower(),
    "anchorize": lambda text: heading_id(show(text)),
    "errorf": _fail,
    "warnf": lambda *_: "",
    "erroridf": lambda _id, pattern, *args: _fail(pattern, *args),
    **{f"strings.{name[0].upper()}{name[1:]}": function for name, function in _STRINGS.items()},
}
_NEW_NAMES = {
    "safe.HTML": "safeHTML",
    "safe.URL": "safeURL",
    "encoding.Jsonify": "jsonify",
    "compare.Default": "default",
    "compare.Conditional": "cond",
    "collections.Index": "index",
    "transform.Plainify": "plainify",
    "urls.URLize": "urlize",
    "urls.Anchorize": "anchorize",
}
FUNCTIONS.update({new: FUNCTIONS[old] for new, old in _NEW_NAMES.items()})

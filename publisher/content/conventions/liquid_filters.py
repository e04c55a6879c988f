"""Jekyll's Liquid filters, beyond those that every Liquid has, and its tables, whose keys ignore case here."""

from __future__ import annotations

import json
import re
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

from liquid.builtin.filters.misc import date as liquid_date

from publisher.content.conventions.jekyll_urls import slugify
from publisher.content.hugo.permalinks import MONTHS
from publisher.content.summary import count_reading

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from liquid import Environment


class Folded(dict[str, Any]):
    """A table whose keys are lower-cased, as front matter's are here; templates ask in any case."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        super().__init__({key.lower(): self._folded(value) for key, value in table.items()})

    def _folded(self, value: Any) -> Any:
        return Folded(value) if isinstance(value, dict) else value

    def __getitem__(self, key: str) -> Any:
        return super().__getitem__(key.lower() if isinstance(key, str) else key)

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key.lower() if isinstance(key, str) else key)

    def get(self, key: str, default: Any = None) -> Any:
        """Look a key up in any case."""
        return super().get(key.lower(), default)


def _day(value: Any, form: Callable[[datetime], str]) -> str:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return str(value)
    return form(moment) if isinstance(moment, datetime) else ""


def _rfc822(moment: datetime) -> str:
    # Not strftime: its names follow the locale.
    weekday = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[moment.weekday()]
    clock = f"{moment:%Y %H:%M:%S %z}"
    return f"{weekday}, {moment.day:02} {MONTHS[moment.month - 1][:3]} {clock}".strip()


class _Date:
    """Liquid's own date filter, but for `now`: a build does not depend on the day it runs."""

    with_environment = True

    def __call__(self, value: Any, form: Any, *, environment: Environment) -> str:
        return "" if value in {"now", "today"} else str(liquid_date(value, form, environment=environment))


def _sentence(items: Any, connector: str = "and") -> str:
    words = [str(item) for item in items] if isinstance(items, list) else [str(items)]
    if len(words) < 3:  # noqa: PLR2004 - two words need no comma
        return f" {connector} ".join(words)
    return f"{', '.join(words[:-1])}, {connector} {words[-1]}"


FILTERS: dict[str, Callable[..., Any]] = {
    "array_to_sentence_string": _sentence,
    "cgi_escape": lambda text: quote_plus(str(text)),
    "date": _Date(),
    "date_to_long_string": lambda date: _day(date, lambda at: f"{at.day:02} {MONTHS[at.month - 1]} {at.year}"),
    "date_to_rfc822": lambda date: _day(date, _rfc822),
    "date_to_string": lambda date: _day(date, lambda at: f"{at.day:02} {MONTHS[at.month - 1][:3]} {at.year}"),
    "date_to_xmlschema": lambda date: _day(date, lambda at: at.isoformat(timespec="seconds")),
    "jsonify": lambda value: json.dumps(value, ensure_ascii=False, default=str),
    # What is Markdown already becomes HTML with the rest of the post.
    "markdownify": str,
    "normalize_whitespace": lambda text: " ".join(str(text).split()),
    "number_of_words": lambda text: sum(count_reading(str(text))),
    "slugify": lambda text, _mode="default": slugify(str(text)).lower(),
    "smartify": str,
    "strip_index": lambda text: re.sub(r"/index\.html?$", "/", str(text)),
    "uri_escape": lambda text: quote(str(text), safe="/:?#[]@!$&'()*+,;="),
    "xml_escape": lambda text: escape(str(text)),
}

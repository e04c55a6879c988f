"""Jekyll's permalinks: the four styles, the placeholders, and what a slug keeps of a title."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from publisher.content.hugo.permalinks import MONTHS, WEEKDAYS
from publisher.errors import ContentError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from publisher.content.pages import Page

STYLES = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}
_PRETTY = frozenset("._~!$&'()+,;=@")
_DATE: dict[str, Callable[[datetime], str]] = {
    "year": lambda date: f"{date.year:04}",
    "month": lambda date: f"{date.month:02}",
    "day": lambda date: f"{date.day:02}",
    "hour": lambda date: f"{date.hour:02}",
    "minute": lambda date: f"{date.minute:02}",
    "second": lambda date: f"{date.second:02}",
    "i_day": lambda date: str(date.day),
    "i_month": lambda date: str(date.month),
    "short_month": lambda date: MONTHS[date.month - 1][:3],
    "long_month": lambda date: MONTHS[date.month - 1],
    "short_year": lambda date: f"{date.year % 100:02}",
    "w_year": lambda date: f"{date.isocalendar().year:04}",
    "week": lambda date: f"{date.isocalendar().week:02}",
    "w_day": lambda date: str(date.isoweekday()),
    "short_day": lambda date: WEEKDAYS[date.weekday()][:3],
    "long_day": lambda date: WEEKDAYS[date.weekday()],
    "y_day": lambda date: f"{date.timetuple().tm_yday:03}",
}
_TEXT: dict[str, Callable[[Page], str]] = {
    "title": lambda page: slugify(page.slug, pretty=True),
    "slug": lambda page: slugify(page.slug).lower(),
    "name": lambda page: slugify(page.file.stem).lower(),
    "categories": lambda page: "/".join(dict.fromkeys(term.lower() for term in page.terms["categories"])),
    "slugified_categories": lambda page: "/".join(
        dict.fromkeys(slugify(term).lower() for term in page.terms["categories"])
    ),
    "output_ext": lambda _page: ".html",
    "collection": lambda _page: "posts",
    "path": lambda page: page.file.key.rpartition(".")[0],
}


def pattern_of(permalink: str) -> str:
    """Give the pattern of a style's name; anything else is a pattern itself."""
    return STYLES.get(permalink, permalink)


def slugify(text: str, *, pretty: bool = False) -> str:
    """Keep letters, marks and digits; every run of others is one hyphen. pretty: signs that addresses may hold stay."""
    marks = "".join(char if _is_kept(char) or (pretty and char in _PRETTY) else " " for char in text)
    return "-".join(marks.split())


def _is_kept(char: str) -> bool:
    category = unicodedata.category(char)
    return category[0] in "LM" or category == "Nd"


def fill(pattern: str, page: Page) -> str:
    """Fill a pattern in. Raises ContentError for a placeholder that Jekyll does not have."""

    def value(match: re.Match[str]) -> str:
        name = match[1]
        # An underscore behind a placeholder may be its own.
        for key, rest in ((name, ""), (name.rstrip("_"), "_")):
            if key in _TEXT:
                return _TEXT[key](page) + rest
            if key in _DATE:
                return (_DATE[key](page.dates.date) if page.dates.date else "") + rest
        known = " ".join(f":{key}" for key in (*_TEXT, *_DATE))
        raise ContentError(f"the permalink holds an unknown placeholder: :{name}", hint=f"there are {known}")

    path = re.sub(r":([a-z_]+)", value, pattern).replace("..", "/").replace("./", "")
    return re.sub(r"/{2,}", "/", f"/{path}")

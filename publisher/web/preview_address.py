"""The addresses of the preview's pages: which newsletter, which week, which view, in which language."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args
from urllib.parse import quote, urlencode

from publisher.pipeline.preview import Week

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.web.mail_views import View

Tab = Literal["phone", "desktop", "no-pictures", "gmail", "text", "source", "checks", "feeds"]
TABS: tuple[Tab, ...] = get_args(Tab)
Language = Literal["zh-TW", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What somebody looks at."""

    #: None where a site has no newsletter.
    newsletter: str | None
    tab: Tab
    #: None: whichever week has the next issue.
    week: Week | None = None
    #: None: the newsletter's.
    language: Language | None = None
    #: What others see of the issue (`pipeline.preview.preview_part`); empty: all of it, as most get it.
    part: str = ""

    def at(self, **changes: object) -> Place:
        """Give the place beside this one."""
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def url(self) -> str:
        """Address of the page."""
        path = "/feeds" if self.tab == "feeds" else f"/mail/{quote(self.newsletter or '')}/{self.tab}"
        asked = {
            "newsletter": self.newsletter if self.tab == "feeds" else None,
            "week": self.week,
            "part": None if self.tab == "feeds" else self.part,
            "lang": self.language,
        }
        return path + _query(asked)

    def frame_url(self, view: View) -> str:
        """Address of the mail alone, as a client shows it."""
        asked = {"week": self.week, "part": self.part, "lang": self.language}
        return f"/frame/{quote(self.newsletter or '')}/{view}{_query(asked)}"

    @property
    def raw_url(self) -> str:
        """Address of the mail's HTML as a text."""
        return f"/raw/{quote(self.newsletter or '')}{_query({'week': self.week, 'part': self.part})}"


def read_place(path: Mapping[str, str], query: Mapping[str, str], first: str | None) -> Place:
    """Read a page's address; what it doesn't say, or says wrongly, takes its default.

    first: the newsletter to begin with.
    """
    tab, week, language = path.get("tab", "feeds"), path.get("week") or query.get("week"), query.get("lang")
    return Place(
        newsletter=path.get("name") or query.get("newsletter") or first,
        tab=next((one for one in TABS if one == tab), "phone"),
        week=next((one for one in get_args(Week) if one == week), None),
        language=next((one for one in get_args(Language) if one == language), None),
        part=query.get("part", ""),
    )


def _query(values: Mapping[str, str | None]) -> str:
    given = {name: value for name, value in values.items() if value}
    return f"?{urlencode(given)}" if given else ""

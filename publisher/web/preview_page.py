"""What stands on the preview's pages, in words: everything the templates in pages/ show."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from publisher.digest.client_data import client_tables
from publisher.digest.display_cells import cut
from publisher.digest.lint_clients import client_names, client_table
from publisher.digest.lint_words import DESKTOP_PREHEADER, DESKTOP_SUBJECT, PHONE_PREHEADER, PHONE_SUBJECT
from publisher.errors import PublisherError, PublisherErrors
from publisher.pipeline.preview import PAGE
from publisher.templates import EMAIL, environment
from publisher.web.mail_views import CLIP_BYTES, fill, fill_text, style_bytes
from publisher.web.preview_address import TABS, Language, Place

if TYPE_CHECKING:
    from publisher.config import Config
    from publisher.errors import Problem
    from publisher.model.issue import Issue
    from publisher.pipeline.preview import IssuePreview
    from publisher.web.mail_views import View

_HERE = Path(__file__).parent
_SIGNS = {"y": ("yes", "✓"), "a": ("partly", "~"), "n": ("no", "✕"), "u": ("unknown", "?")}
#: Gmail takes no more <style> than this.
_STYLE_LIMIT = 16 * 1024
#: What each tab frames: device, scheme, width and view of the mail.
_FRAMES: dict[str, tuple[tuple[str, str, int, View], ...]] = {
    "phone": (("phone", "light", 375, "light"), ("phone", "dark", 375, "dark")),
    "desktop": (("desktop", "light", 700, "light"), ("desktop", "dark", 700, "dark")),
    "no-pictures": (("phone", "light", 375, "no-pictures"), ("desktop", "light", 700, "no-pictures")),
    "gmail": (("desktop", "light", 700, "clipped"), ("phone", "light", 375, "no-style")),
}
Words = dict[str, str]


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the page's head."""

    words: str
    url: str
    current: bool = False
    badge: str = ""


@dataclass(frozen=True, slots=True)
class Switch:
    """A group of links of which one is current."""

    label: str
    links: tuple[Link, ...]


@cache
def words_in(language: Language) -> Words:
    """Read the preview's texts in a language."""
    words: Words = tomllib.loads((_HERE / "wording" / f"{language}.toml").read_text(encoding="utf-8"))
    return words


def language_of(place: Place, config: Config | None) -> Language:
    """Choose the language: as asked, else the newsletter's or the site's where it is Chinese, else English."""
    if place.language:
        return place.language
    if config is None:
        return "en"
    settings = config.newsletters.get(place.newsletter or "")
    tag = config.language_of(settings) if settings else config.site.language
    return "zh-TW" if tag.lower().startswith("zh") else "en"


@cache
def pages() -> Environment:
    """Give the templates of the preview's own pages."""
    loader = FileSystemLoader(_HERE / "pages")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def style_sheet() -> str:
    """Write the pages' CSS, in the colours of the shipped mail."""
    palette: Any = environment(EMAIL, None).get_template("palette.j2").module
    return pages().get_template("preview.css.j2").render(light=palette.light, dark=palette.dark)


def head(
    place: Place,
    config: Config | None,
    words: Words,
    version: str,
    *,
    badge: str = "",
    selections: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Put together what every page has: name, switches, tabs.

    badge: how many problems there are. selections: the choices of topics that can be looked at.
    """
    names = tuple(config.newsletters) if config else ()
    tabs = [tab for tab in TABS if tab == "feeds" or place.newsletter]
    other: Language = "en" if words["language_code"] == "en" else "zh-TW"
    return {
        "version": version,
        "site": config.site.title if config else "publisher",
        "site_language": config.site.language if config else "en",
        "heading": words[place.tab.replace("-", "_")],
        "switches": [*_newsletters(place, names, words), *_weeks(place, words)],
        "parts": _parts(place, selections, words),
        "tabs": [
            Link(
                words[tab.replace("-", "_")], place.at(tab=tab).url, tab == place.tab, badge if tab == "checks" else ""
            )
            for tab in tabs
        ],
        "other_language": place.at(language=other).url,
    }


def _newsletters(place: Place, names: tuple[str, ...], words: Words) -> list[Switch]:
    if len(names) < 2 or place.tab == "feeds":  # noqa: PLR2004 - of one there is nothing to choose
        return []
    links = (Link(name, place.at(newsletter=name).url, name == place.newsletter) for name in names)
    return [Switch(words["newsletter"], tuple(links))]


def _weeks(place: Place, words: Words) -> list[Switch]:
    if place.tab == "feeds" or not place.newsletter:
        return []
    links = (Link(words[week], place.at(week=week).url, week == place.week) for week in ("due", "coming"))
    return [Switch(words["week"], tuple(links))]


def _parts(place: Place, selections: tuple[str, ...], words: Words) -> list[Switch]:
    """Offer what others see: readers of topics, and everybody on the web."""
    if place.tab == "feeds" or not place.newsletter:
        return []
    chosen = {selection: ", ".join(selection.splitlines()) for selection in selections}
    names = {"": words["everybody"], **chosen, PAGE: words["page"]}
    links = (Link(said, place.at(part=part).url, part == place.part) for part, said in names.items())
    return [Switch(words["parts"], tuple(links))]


def issue_view(preview: IssuePreview, issue: Issue, place: Place, config: Config, words: Words) -> dict[str, Any]:
    """Put together what a tab shows of an issue, and what stands beside it."""
    return {
        "frames": [_frame(place, frame, issue, words) for frame in _FRAMES.get(place.tab, ())],
        "text": fill_text(issue.text) if place.tab == "text" else "",
        "source": fill(issue.html) if place.tab == "source" else "",
        "raw_url": place.raw_url,
        "inbox": _inbox(issue, words),
        "sizes": _sizes(issue, preview, words),
        "problems": preview.problems,
        "problem_count": _count(preview.problems, words),
        "checks_url": place.at(tab="checks").url,
        **_facts(preview, issue, config, words),
    }


def clients_view(issue: Issue, words: Words) -> dict[str, Any]:
    """Put together the table of what mail clients understand."""
    rows = [
        {
            "title": row.title,
            "sample": row.sample,
            "marks": [(mark, words[_SIGNS[mark][0]], _SIGNS[mark][1]) for mark in row.support],
        }
        for row in client_table(issue.html)
    ]
    legend = [(sign, words[name]) for name, sign in _SIGNS.values()]
    why = words["clients_why"].format(source=client_tables()["source"])
    return {"names": client_names(), "rows": rows, "why": why, "legend": legend}


def problems_in(error: PublisherError) -> list[Problem]:
    """List the errors that kept a page from being made."""
    errors = error.errors if isinstance(error, PublisherErrors) else (error,)
    return [one.as_problem() for one in errors]


def kilobytes(length: int) -> str:
    """Write a size as people read it."""
    return f"{length / 1024:.1f} KB"


def _frame(place: Place, frame: tuple[str, str, int, View], issue: Issue, words: Words) -> dict[str, str]:
    device, scheme, width, view = frame
    length = len(issue.html.encode())
    clipped = words["is_clipped" if length > CLIP_BYTES else "not_clipped"].format(size=f"{length / 1024:.1f}")
    said = {"clipped": clipped, "no-style": f"{words['no_style']}{words['separator']}{words['no_style_why']}"}
    plain = words["frame"].format(view=words[device], scheme=words[scheme], width=width)
    return {"device": device, "scheme": scheme, "words": said.get(view, plain), "url": place.frame_url(view)}


def _inbox(issue: Issue, words: Words) -> list[tuple[str, str, str]]:
    widths = {"inbox_phone": (PHONE_SUBJECT, PHONE_PREHEADER), "inbox_desktop": (DESKTOP_SUBJECT, DESKTOP_PREHEADER)}
    return [
        (words[name], cut(issue.subject, subject), cut(issue.preheader, preheader))
        for name, (subject, preheader) in widths.items()
    ]


def _sizes(issue: Issue, preview: IssuePreview, words: Words) -> list[dict[str, Any]]:
    pictures = preview.report.pictures
    total = sum(map(len, pictures.values()))
    return [
        _size(words["size_html"], len(issue.html.encode()), words, CLIP_BYTES),
        _size(words["size_style"], style_bytes(issue.html), words, _STYLE_LIMIT),
        _size(words["size_text"], len(issue.text.encode()), words),
        _size(words["size_pictures"].format(count=len(pictures)), total, words),
    ]


def _size(label: str, length: int, words: Words, limit: int = 0) -> dict[str, Any]:
    shown = words["of"].format(limit=f"{limit // 1024} KB") if limit else ""
    percent = min(100, round(100 * length / limit)) if limit else 0
    return {"words": label, "shown": kilobytes(length), "limit": shown, "percent": percent}


def _count(problems: tuple[Problem, ...], words: Words) -> str:
    errors = sum(problem.severity == "error" for problem in problems)
    return words["problem_count"].format(errors=errors, warnings=len(problems) - errors)


def _facts(preview: IssuePreview, issue: Issue, config: Config, words: Words) -> dict[str, str]:
    zone = config.zone_of(config.newsletter(preview.newsletter))
    ends = [moment.astimezone(zone).strftime("%Y-%m-%d %H:%M") for moment in (issue.period.start, issue.period.end)]
    return {
        "language": config.language_of(config.newsletter(preview.newsletter)),
        "number": words["number"].format(number=issue.number),
        "posts": words["posts"].format(count=len(issue.manifest)),
        "period": " – ".join(ends),
        "state": words["state_preview" if preview.report.outcome == "preview" else "state_frozen"],
    }

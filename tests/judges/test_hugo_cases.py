"""Small sites and snippets, with what Hugo 0.168 answered (hugo_cases.json); the clock stood at 2026-03-01."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from publisher.content.hugo.site import MarkdownSettings
from publisher.content.load import read_pages
from publisher.content.markdown.convert import to_html
from publisher.content.markdown.headings import heading_id
from tests.judges.hugo_answers import NOW, config_of, moment, normal_form

if TYPE_CHECKING:
    from publisher.content.pages import Page

CASES = json.loads(Path(__file__).with_name("hugo_cases.json").read_text(encoding="utf-8"))
#: `draft: yes` is published by Hugo and held back here, with a warning: a draft that is mailed can't be called back.
HELD_BACK = {"draft: yes", 'draft: "yes"'}
#: Snippets known by a part of them that come out otherwise than in Hugo, each for a reason. No reader is worse off.
OTHERWISE = {
    "&quot;x&quot;": "a quote written as an entity is turned like any other: in a tree both are one character",
    'http://a.b/"x"': "a double quote ends a bare address: it closes a quotation, no address holds one",
    "'ve'": "Hugo leaves the quote behind a last ve straight; here it is an apostrophe as the others are",
    'https://a.b/x"': "the same double quote; and a bare address in a raw <div> stays text, as raw HTML does",
    '<p>"raw"</p>': "quotes in a paragraph of raw HTML are turned like those beside it",
    ": two": "one definition among tight ones stays tight: its paragraph would only add a gap",
    "/a](b)": "a bracket that nothing opened belongs to the Markdown around it, not to an address",
}


@pytest.mark.parametrize("case", CASES["sites"], ids=lambda case: case["name"])
def test_a_small_site_has_the_pages_that_hugo_gives_it(case: dict[str, Any], tmp_path: Path) -> None:
    for name, content in case["files"].items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    pages = {(page.file.language, file_of(page)): page for page in read_pages(config_of(tmp_path), NOW).pages}

    for expected in case["pages"]:
        page = pages[expected["lang"], expected["file"]]
        assert (page.permalink, page.title, page.section, page.weight, page.kind) == tuple(
            expected[name] for name in ("url", "title", "section", "weight", "kind")
        )
        if page.kind == "page":
            dates = (page.dates.date, page.dates.published, page.dates.lastmod, page.dates.expires)
            assert dates == tuple(moment(expected[name]) for name in ("date", "pub", "mod", "exp"))
    shown = {place for place, page in pages.items() if not page.hidden}
    held_back = {
        (page["lang"], page["file"])
        for page in case["pages"]
        if any(line in HELD_BACK for line in case["files"].get(f"content/{page['file']}", "").split("\n"))
    }
    assert shown == {(page["lang"], page["file"]) for page in case["pages"]} - held_back


def file_of(page: Page) -> str:
    """Name a page's file below its content folder, as Hugo does; our keys tell the folders of languages apart."""
    own = (page.file.stem,) if page.file.kind != "page" and page.file.stem else ()
    return "/".join((*page.file.folders, *own, page.file.path.name))


@pytest.mark.parametrize(
    "snippet",
    [one for one in CASES["snippets"] if not any(sign in one["markdown"] for sign in OTHERWISE)],
    ids=lambda one: re.sub(r"\s+", " ", one["markdown"])[:30],
)
def test_a_snippet_becomes_the_html_that_hugo_makes_of_it(snippet: dict[str, str]) -> None:
    ours, theirs = both(snippet)

    assert ours == theirs


@pytest.mark.parametrize("sign", OTHERWISE)
def test_a_difference_that_is_excused_is_still_there(sign: str) -> None:
    snippets = [one for one in CASES["snippets"] if sign in one["markdown"]]

    assert any(ours != theirs for ours, theirs in map(both, snippets))


@pytest.mark.parametrize("kind", CASES["heading_ids"])
def test_a_heading_has_the_id_that_hugo_gives_it(kind: str) -> None:
    expected = CASES["heading_ids"][kind]

    assert {text: heading_id(text, kind) for text in expected} == expected


def both(snippet: dict[str, str]) -> tuple[object, object]:
    made = to_html(snippet["markdown"], MarkdownSettings(raw_html=True, cjk_emphasis=False))

    url = "https://example.tw/"
    return normal_form(made, url, url), normal_form(snippet["html"], url, url)

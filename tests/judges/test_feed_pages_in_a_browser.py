"""A real browser looks at the pages about feeds: nothing overflows, the dark is dark, the address can be copied."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest

from docs.chromium import Chromium, find_chromium
from publisher.config import load_config
from publisher.pipeline.build import build

PROGRAM = find_chromium()
GOLDEN = Path(__file__).parents[1] / "golden"
PAGES = (
    ("maximal", "feeds/all/index.html"),
    ("maximal", "feeds/all/podcast/index.html"),
    ("maximal", "feeds/all/from/來源--節目/index.html"),
    ("wordless", "feeds/index.html"),
    ("busy", "feeds/index.html"),
)

_COMPLAINTS = frozenset({"Log.entryAdded", "Runtime.exceptionThrown"})

pytestmark = [pytest.mark.slow, pytest.mark.skipif(PROGRAM is None, reason="no Chromium here")]


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sites")
    for name in dict(PAGES):
        shutil.copytree(GOLDEN / name / "site", root / name)
        build(load_config(root / name), datetime(2026, 10, 8, tzinfo=UTC))
    return root


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    assert PROGRAM
    with Chromium(PROGRAM) as opened:
        yield opened


def address(sites: Path, site: str, page: str) -> str:
    return (sites / site / "public" / page).as_uri()


@pytest.mark.parametrize("width", [1280, 375, 320])
@pytest.mark.parametrize(("site", "page"), PAGES)
def test_nothing_is_wider_than_the_screen(browser: Chromium, sites: Path, site: str, page: str, width: int) -> None:
    browser.open(address(sites, site, page), width=width)
    assert browser.run("document.documentElement.scrollWidth") <= width
    wide = "[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth)"
    assert browser.run(f"{wide}.map(e => e.outerHTML.slice(0, 90))") == []


@pytest.mark.parametrize(("scheme", "ground", "card"), [("light", 245, 255), ("dark", 21, 31)])
def test_the_dark_is_dark(
    browser: Chromium, sites: Path, scheme: Literal["light", "dark"], ground: int, card: int
) -> None:
    browser.open(address(sites, *PAGES[0]), scheme=scheme)
    colour = "getComputedStyle(document.querySelector('{}')).backgroundColor"
    assert browser.run(colour.format("body")).startswith(f"rgb({ground},")
    assert browser.run(colour.format(".card")).startswith(f"rgb({card},")


@pytest.mark.parametrize(("site", "page"), PAGES)
def test_a_page_fetches_nothing_and_complains_of_nothing(browser: Chromium, sites: Path, site: str, page: str) -> None:
    browser.open(address(sites, site, page))
    requests = [event["params"] for event in browser.events if event.get("method") == "Network.requestWillBeSent"]
    # The show's cover is all that a page has from elsewhere; nobody serves it here.
    covers = [one["request"]["url"] for one in requests[1:]]
    assert covers == (["https://everything.example/blog/images/cover.png"] if "podcast" in page else [])
    complaints = [one["params"] for one in browser.events if one.get("method") in _COMPLAINTS]
    assert [one for one in complaints if one.get("entry", {}).get("url", "") not in covers] == []


def test_the_browser_reads_the_page_as_it_was_written(browser: Chromium, sites: Path) -> None:
    browser.open(address(sites, *PAGES[0]))
    assert browser.run("document.compatMode") == "CSS1Compat"
    assert browser.run("new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size") == browser.run(
        "document.querySelectorAll('[id]').length"
    )
    assert browser.run("document.querySelector('label').control.value").endswith("/feeds/all/rss.xml")
    assert browser.run("document.querySelectorAll('p p, a a, ul > :not(li), ol > :not(li)').length") == 0


def test_who_goes_to_the_address_has_it_selected(browser: Chromium, sites: Path) -> None:
    browser.open(address(sites, *PAGES[0]))
    browser.run("document.getElementById('address').focus()")
    assert browser.run("getSelection().toString()").endswith("/feeds/all/rss.xml")


def test_without_script_the_button_is_not_there_and_all_can_be_read(browser: Chromium, sites: Path) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(address(sites, *PAGES[0]))
        assert browser.run("document.getElementById('copy').hidden")
        assert browser.run("document.querySelectorAll('.entries li').length") == 10
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)


def test_a_podcast_shows_its_cover_and_a_feed_has_none(browser: Chromium, sites: Path) -> None:
    cover = "getComputedStyle(document.querySelector('.cover img')).width"
    browser.open(address(sites, *PAGES[1]), width=375)
    assert browser.run(cover) == "168px"
    browser.open(address(sites, *PAGES[0]))
    assert browser.run("document.querySelectorAll('img').length") == 0

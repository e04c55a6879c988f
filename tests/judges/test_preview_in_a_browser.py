"""A real browser looks at the preview: nothing overflows, nothing is fetched from elsewhere, and a save is seen."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from docs.chromium import Chromium, find_chromium
from publisher.web.preview_address import TABS
from tests.preview_samples import a_site, write_post, write_template

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROGRAM = find_chromium()

pytestmark = [pytest.mark.slow, pytest.mark.skipif(PROGRAM is None, reason="no Chromium here")]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_site(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def address(root: Path) -> Iterator[str]:
    words = ["preview", "--config", str(root), "--now", "2026-10-08T08:00"]
    command = [sys.executable, "-u", "-m", "publisher.cli.main", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+/", running.stdout.readline())
        assert found
        yield found[0]
        running.send_signal(signal.SIGINT)
        running.wait(timeout=60)


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    assert PROGRAM
    with Chromium(PROGRAM) as opened:
        yield opened


def url_of(address: str, tab: str) -> str:
    return f"{address}feeds" if tab == "feeds" else f"{address}mail/weekly/{tab}"


def seen(browser: Chromium, method: str) -> list[dict[str, Any]]:
    return [event["params"] for event in browser.events if event.get("method") == method]


@pytest.mark.parametrize("width", [1280, 375, 320])
@pytest.mark.parametrize("tab", TABS)
def test_no_page_is_wider_than_the_window_or_asks_elsewhere(
    browser: Chromium, address: str, tab: str, width: int
) -> None:
    browser.open(url_of(address, tab), width=width)
    assert browser.run("document.documentElement.scrollWidth") == width
    asked = [request["request"]["url"] for request in seen(browser, "Network.requestWillBeSent")]
    assert asked
    assert all(url.startswith((address, "data:")) for url in asked)
    assert [entry["entry"]["text"] for entry in seen(browser, "Log.entryAdded")] == []


#: Widths, in pixels, of the pictures in all frames as they were loaded: 0 for one that was not.
WIDTHS_OF_PICTURES = """
    Array.from(frames).flatMap((one) => [...one.document.images]).map((image) => image.naturalWidth)
"""


def test_the_mail_and_its_pictures_are_drawn_in_light_and_dark(browser: Chromium, address: str) -> None:
    browser.open(url_of(address, "phone"))
    grounds = browser.run("Array.from(frames).map((one) => one.getComputedStyle(one.document.body).backgroundColor)")
    assert grounds == ["rgb(245, 242, 235)", "rgb(21, 22, 23)"]
    assert min(browser.run(WIDTHS_OF_PICTURES)) > 0
    assert browser.run("Array.from(frames).map((one) => one.innerWidth)") == [375, 375]


def test_pictures_that_are_off_are_off(browser: Chromium, address: str) -> None:
    browser.open(url_of(address, "no-pictures"))
    assert browser.run(WIDTHS_OF_PICTURES) == [0, 0]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_follows_the_browsers_scheme_and_the_mail_does_not(
    browser: Chromium, address: str, scheme: Any
) -> None:
    browser.open(url_of(address, "phone"), scheme=scheme)
    ground = browser.run("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(245, 242, 235)", "dark": "rgb(21, 22, 23)"}[scheme]
    first = browser.run("frames[0].getComputedStyle(frames[0].document.body).backgroundColor")
    assert first == "rgb(245, 242, 235)"


def press(browser: Chromium, key: str, code: int) -> None:
    for kind in ("rawKeyDown", "keyUp"):
        browser.call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code)


def test_the_keyboard_reaches_the_tabs_after_one_skip_link(browser: Chromium, address: str) -> None:
    browser.open(url_of(address, "phone"))
    reached = []
    for _ in range(12):
        press(browser, "Tab", 9)
        reached.append(browser.run("document.activeElement.getAttribute('href') ?? document.activeElement.tagName"))
    assert reached[0] == "#content"
    tabs = [url for url in reached if "/mail/weekly/" in url and "week=due" in url]
    assert len(dict.fromkeys(tabs)) >= len(TABS) - 1


def test_everything_that_can_be_reached_has_a_name(browser: Chromium, address: str) -> None:
    for tab in TABS:
        browser.open(url_of(address, tab))
        nodes = browser.call("Accessibility.getFullAXTree")["nodes"]
        nameless = [
            node["role"]["value"]
            for node in nodes
            if node.get("role", {}).get("value") in {"link", "Iframe", "heading", "navigation", "region"}
            and not node.get("name", {}).get("value", "").strip()
        ]
        assert nameless == [], tab


def test_a_save_is_seen_and_the_place_in_the_mail_is_kept(browser: Chromium, address: str, root: Path) -> None:
    browser.open(url_of(address, "phone"))
    browser.run("frames[0].scrollTo(0, 200)")
    write_post(root, "new", title="剛剛存檔的文章", date="2026-10-06T09:00:00+08:00")
    try:
        browser.wait_until("frames[0].document.body.textContent.includes('剛剛存檔的文章')")
        browser.wait_until("frames[0].scrollY === 200")
    finally:
        (root / "content" / "posts" / "new.md").unlink()


def test_a_mistake_in_a_template_is_shown_and_goes_when_it_is_mended(
    browser: Chromium, address: str, root: Path
) -> None:
    browser.open(url_of(address, "phone"))
    write_template(root, "blocks/card.mjml.j2", "<mj-section>\n{{ story.mood }}\n</mj-section>")
    try:
        browser.wait_until("document.querySelector('[role=alert]')?.textContent.includes('blocks/card.mjml.j2:2:1')")
    finally:
        (root / "email_templates" / "blocks" / "card.mjml.j2").unlink()
    browser.wait_until("frames.length === 2")

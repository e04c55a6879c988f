"""Every byte of every format: a change of them makes every subscriber's reader fetch and compare everything again.

`UPDATE_GOLDEN=1 pytest tests/golden/feeds` rewrites the expected files; look at the difference before committing it.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from publisher.model.post import Image
from publisher.syndication.json_feed import render_json
from publisher.syndication.podcast import render_podcast
from publisher.syndication.rss_atom import render_atom, render_rss
from tests.feed_samples import SITE, a_feed, a_full_entry, a_podcast, an_entry

HERE = Path(__file__).parent
MINIMAL = a_feed(
    an_entry(1, guid="urn:x:1", summary="", html="", language=""), authors=(), hubs=(), description="", language="en"
)
MAXIMAL = a_feed(
    a_full_entry(language="ja", html="<p>]]> & 𠮷 👩‍👩‍👧‍👦</p>\n"),
    an_entry(1),
    icon=Image(url=f"{SITE}icon.png", mime_type="image/png"),
    copyright="CC BY 4.0",
)
CASES: dict[str, tuple[Callable[[Any], bytes], Any]] = {
    "minimal.rss.xml": (render_rss, MINIMAL),
    "minimal.atom.xml": (render_atom, MINIMAL),
    "minimal.feed.json": (render_json, MINIMAL),
    "maximal.rss.xml": (render_rss, MAXIMAL),
    "maximal.atom.xml": (render_atom, MAXIMAL),
    "maximal.feed.json": (render_json, MAXIMAL),
    "maximal.podcast.xml": (render_podcast, a_podcast(*MAXIMAL.entries, feed=MAXIMAL, kind="serial", explicit=True)),
}


@pytest.mark.parametrize("name", CASES)
def test_a_feed_is_what_it_was(name: str) -> None:
    render, value = CASES[name]
    expected = HERE / name
    if os.environ.get("UPDATE_GOLDEN"):
        expected.write_bytes(render(value))
    assert render(value).decode("utf-8") == expected.read_bytes().decode("utf-8")

"""Archives as a build writes them, walked by readers: feedparser for XML, ten lines of our own for JSON."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.config import load_config
from publisher.pipeline.build import build
from publisher.pipeline.build_report import BuildReport
from publisher.pipeline.identity import read_lock

NOW = datetime(2026, 11, 8, tzinfo=UTC)
SITE = """
[site]
title = "山城週記"
url = "https://shan.example"
language = "zh-TW"

[feeds]
pages = false
limit = 3
archive_size = {size}
{more}
"""
#: Of a document: its guids, and the address of the next older one.
Step = tuple[list[str], str]


class LongSite:
    """A site with more posts than its feed shows."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.public = root / "public"
        (root / "content").mkdir(parents=True)
        self.settings()

    def settings(self, size: int = 4, more: str = "") -> None:
        (self.root / "publisher.toml").write_text(SITE.format(size=size, more=more), encoding="utf-8")

    def post(self, number: int, day: int | None = None, text: str = "內文。", tags: str = "") -> None:
        date = datetime(2026, 10, day or number, 8, tzinfo=UTC).isoformat()
        source = f"---\ntitle: 第{number}篇\ndate: {date}\ntags: [{tags}]\n---\n\n{text} {number}\n"
        (self.root / "content" / f"{number:02}.md").write_text(source, encoding="utf-8")

    def posts(self, last: int) -> None:
        for number in range(1, last + 1):
            self.post(number)

    def delete(self, number: int) -> None:
        (self.root / "content" / f"{number:02}.md").unlink(missing_ok=True)

    def build(self, **options: Any) -> BuildReport:
        return build(load_config(self.root), options.pop("now", NOW), **options)

    def open(self, url: str) -> bytes:
        return (self.public / urlsplit(url).path.lstrip("/")).read_bytes()

    def walk(self, form: str, folder: str = "feeds") -> list[list[str]]:
        """Follow a feed into its past: the guids of each document, the feed first."""
        name, read = READERS[form]
        url, seen = f"https://shan.example/{folder}/{name}", list[list[str]]()
        while url:
            guids, url = read(self.open(url))
            seen.append([short(guid) for guid in guids])
            assert len(seen) < 100, "it walks in a circle"
        return seen

    def guids(self) -> set[str]:
        lines = read_lock(load_config(self.root)).lines.values()
        return {short(line.guid) for line in lines if not line.gone}

    def pages(self, form: str = "rss") -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(self.public.glob(f"feeds/archive/{form}/*"))}


def short(guid: str) -> str:
    return guid.removeprefix("https://shan.example/").strip("/")


def read_xml(content: bytes) -> Step:
    parsed = feedparser.parse(content)
    assert not parsed.bozo
    older = [link.href for link in parsed.feed.links if link.rel == "prev-archive"]
    return [entry.id for entry in parsed.entries], older[0] if older else ""


def read_json(content: bytes) -> Step:
    table = json.loads(content)
    return [item["id"] for item in table["items"]], table.get("next_url", "")


READERS: dict[str, tuple[str, Callable[[bytes], Step]]] = {
    "rss": ("rss.xml", read_xml),
    "atom": ("atom.xml", read_xml),
    "json": ("feed.json", read_json),
}


@pytest.fixture
def site(tmp_path: Path) -> LongSite:
    return LongSite(tmp_path)


@pytest.mark.parametrize("form", list(READERS))
def test_who_walks_from_the_feed_into_its_past_meets_every_post(site: LongSite, form: str) -> None:
    site.posts(10)
    site.build()
    assert site.walk(form) == [["10", "09", "08"], ["08", "07", "06", "05"], ["04", "03", "02", "01"]]


def test_a_feed_shows_what_no_page_holds_yet_beside_its_newest(site: LongSite) -> None:
    site.settings(size=5)
    site.posts(9)
    site.build()
    assert site.walk("rss") == [["09", "08", "07", "06"], ["05", "04", "03", "02", "01"]]


def test_without_a_full_page_a_feed_is_as_it_was(site: LongSite) -> None:
    site.posts(3)
    site.build()
    with_archives = site.open("/feeds/rss.xml")
    (site.root / "publisher.toml").write_text(SITE.format(size=4, more="").replace("archive_size = 4", ""), "utf-8")
    site.build()
    assert site.open("/feeds/rss.xml") == with_archives


def test_a_full_page_stays_as_it_is_while_posts_come_late_or_new(site: LongSite) -> None:
    site.posts(12)
    site.build()
    before = site.pages()
    site.post(13)
    site.post(14, day=1)
    site.post(15, day=2)
    site.post(16, day=14)
    site.build()
    after = site.pages()
    assert list(after) == ["1.xml", "2.xml", "3.xml", "4.xml"]
    assert [after[name] for name in ("1.xml", "2.xml")] == [before[name] for name in ("1.xml", "2.xml")]
    # The last one has learnt of its successor, once.
    assert read_xml(after["3.xml"]) == read_xml(before["3.xml"])
    assert site.walk("atom")[1] == ["16", "13", "15", "14"]


def test_a_post_that_goes_leaves_its_page_shorter_and_no_other_page_changes(site: LongSite) -> None:
    site.posts(10)
    site.build()
    before = site.pages()
    site.delete(2)
    report = site.build()
    assert site.walk("rss")[1:] == [["08", "07", "06", "05"], ["04", "03", "01"]]
    assert site.pages()["2.xml"] == before["2.xml"]
    assert sum(file.changed for file in report.files) == 3  # one page, in three formats


def test_a_page_without_posts_keeps_the_way_into_the_past_open(site: LongSite) -> None:
    site.posts(12)
    site.build()
    for number in (5, 6, 7, 8):
        site.delete(number)
    site.build()
    assert site.walk("json")[1:] == [["12", "11", "10", "09"], [], ["04", "03", "02", "01"]]


def test_only_what_changes_is_rendered_again(site: LongSite, tmp_path: Path) -> None:
    site.posts(12)
    site.build()
    site.post(2, text="改過的內文。")
    report = site.build()
    changed = [file.path.relative_to(site.public).as_posix() for file in report.files if file.changed]
    assert changed == ["feeds/archive/rss/1.xml", "feeds/archive/atom/1.xml", "feeds/archive/json/1.json"]


def test_a_renamed_post_stays_on_its_page(site: LongSite) -> None:
    site.posts(10)
    site.build()
    (site.root / "content/02.md").rename(site.root / "content/99.md")
    site.build()
    assert site.walk("rss")[2] == ["04", "03", "02", "01"]


def test_another_clock_folder_or_page_size_moves_nobody(site: LongSite) -> None:
    site.posts(10)
    site.build()
    before = site.pages("json")
    site.settings(size=2)
    site.build(now=datetime(2027, 1, 1, tzinfo=UTC))
    after = site.pages("json")
    assert list(after) == ["1.json", "2.json", "3.json"]
    assert after["1.json"] == before["1.json"]
    assert site.walk("json")[1:] == [["10", "09"], ["08", "07", "06", "05"], ["04", "03", "02", "01"]]


def test_terms_have_archives_of_their_own_where_they_ask(site: LongSite) -> None:
    site.settings(more='by = ["tags"]\n[feeds.group.tags]\narchive_size = 2')
    for number in range(1, 6):
        site.post(number, tags="ai")
    site.build()
    # An old post that gets the tag later moves nobody.
    site.post(6, day=1)
    site.build()
    site.post(6, day=1, tags="ai")
    site.build()
    folder = "feeds/tags/ai"
    assert site.walk("rss", folder) == [["05", "04", "03"], ["05", "06"], ["04", "03"], ["02", "01"]]


def test_a_frozen_build_adds_no_page_and_the_feed_shows_what_waits(site: LongSite) -> None:
    site.settings(size=9)
    site.posts(10)
    site.build()
    for path in site.root.glob("content/0[1-9].md"):
        path.touch()
    site.settings(size=1)
    site.build(frozen_lock=True)
    assert site.walk("rss")[0] == ["10", "09", "08"]
    assert list(site.pages()) == ["1.xml"]


def test_pages_that_are_made_no_more_are_told_when_they_go(site: LongSite) -> None:
    site.posts(10)
    site.build()
    site.settings(size=4, more='formats = ["rss"]')
    report = site.build()
    assert [(problem.rule, problem.severity) for problem in report.problems] == [("archive-gone", "warning")]
    assert "4 archive pages are no longer made" in report.problems[0].message
    assert not (site.public / "feeds/archive/json").exists()


def test_a_hub_is_named_by_the_feed_and_not_by_its_pages(site: LongSite) -> None:
    site.settings(more='hubs = ["https://hub.example/"]')
    site.posts(10)
    site.build()
    assert b"hub.example" in site.open("/feeds/rss.xml")
    assert not any(b"hub.example" in page for page in site.pages().values())


acts = st.lists(
    st.tuples(st.sampled_from(["add", "edit", "delete"]), st.integers(1, 20), st.integers(1, 28)), max_size=8
)


@given(acts)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_added_edited_or_deleted_full_pages_keep_their_posts(
    tmp_path_factory: pytest.TempPathFactory, history: list[tuple[str, int, int]]
) -> None:
    site = LongSite(tmp_path_factory.mktemp("site"))
    site.posts(9)
    site.build()
    places = dict(enumerate(reversed(site.walk("rss")[1:])))
    for act, number, day in history:
        if act == "delete":
            site.delete(number)
        elif act == "edit" and (site.root / f"content/{number:02}.md").exists():
            site.post(number, text=f"改 {day}")
        else:
            site.post(number, day=day)
        site.build()
        first, *older = site.walk("rss")
        here = site.guids()
        walked = [guid for page in older for guid in page]
        assert len(walked) == len(set(walked))
        assert {*first, *walked} == here
        now = dict(enumerate(reversed(older)))
        for at, guids in places.items():
            assert set(now[at]) & set(guids) == set(guids) & here
        assert {at: set(guids) - here for at, guids in now.items() if set(guids) - here} == {}
        places = {at: list({*places.get(at, ()), *guids}) for at, guids in now.items()}


def test_an_archive_shows_as_much_of_a_post_as_its_feed(site: LongSite) -> None:
    site.settings(more='content = "summary"')
    site.posts(5)
    site.build()
    items = json.loads(site.pages("json")["1.json"])["items"]
    assert [(item["summary"], "content_html" in item) for item in items][:1] == [("內文。 4", False)]


def test_a_saved_query_has_an_archive_of_its_own(site: LongSite) -> None:
    site.settings(more="[feeds.query.ai]\nwhere = '\"ai\" in tags'\narchive_size = 2")
    for number in range(1, 6):
        site.post(number, tags="ai" if number % 2 else "")
    site.build()
    assert site.walk("atom", "feeds/ai") == [["05", "03", "01"], ["03", "01"]]

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest
from PIL import Image

from publisher.config import load_config
from publisher.errors import ConfigError, PublisherErrors, TemplateError
from publisher.pipeline.build import build
from publisher.pipeline.build_report import BuildReport

NOW = datetime(2026, 10, 8, tzinfo=UTC)
SITE = """
[site]
title = "山城週記"
url = "https://shan.example"
language = "zh-TW"
timezone = "Asia/Taipei"
"""
PODCAST = """
[podcast]
cover = "cover.jpg"
category = "Society & Culture"
"""
AUDIO = Path(__file__).parents[2] / "golden/maximal/site/static/audio/tone.mp3"


class SmallSite:
    """A site in a folder, with what a test adds to it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.feeds = root / "public" / "feeds"
        (root / "content").mkdir()
        (root / "static").mkdir()
        self.settings("")

    def settings(self, more: str) -> None:
        # Pages about feeds have tests of their own.
        more = more if "[feeds]" in more else f"{more}\n[feeds]\n"
        text = SITE + more.replace("[feeds]\n", "[feeds]\npages = false\n")
        (self.root / "publisher.toml").write_text(text, encoding="utf-8")

    def post(self, name: str, day: int, more: str = "", body: str = "內文。") -> None:
        text = f"---\ntitle: 第{day}天\ndate: 2026-10-{day:02}T08:00:00+08:00\n{more}---\n\n{body}\n"
        (self.root / "content" / f"{name}.md").write_text(text, encoding="utf-8")

    def audio(self, name: str = "a.mp3") -> None:
        shutil.copy(AUDIO, self.root / "static" / name)

    def cover(self, size: tuple[int, int] = (1400, 1400)) -> None:
        Image.new("RGB", size, "navy").save(self.root / "static" / "cover.jpg", quality=20)

    def build(self, **options: Any) -> BuildReport:
        return build(load_config(self.root), options.pop("now", NOW), **options)

    def titles(self, name: str = "rss.xml") -> list[str]:
        return [entry.title for entry in feedparser.parse((self.feeds / name).read_bytes()).entries]

    def rules(self, report: BuildReport) -> list[tuple[str, str]]:
        return [(problem.rule, problem.severity) for problem in report.problems]


@pytest.fixture
def site(tmp_path: Path) -> SmallSite:
    return SmallSite(tmp_path)


@contextmanager
def untouched(folder: Path) -> Iterator[None]:
    """Fail where a file below a folder appears, vanishes or is written."""

    def state() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}

    before = state()
    yield
    assert state() == before


def test_a_build_writes_three_feeds_with_the_newest_posts_first(site: SmallSite) -> None:
    for day in (2, 3, 1):
        site.post(f"post{day}", day)
    report = site.build()
    assert sorted(path.name for path in site.feeds.iterdir()) == ["atom.xml", "feed.json", "rss.xml"]
    assert site.titles("rss.xml") == site.titles("atom.xml") == ["第3天", "第2天", "第1天"]
    items = json.loads((site.feeds / "feed.json").read_bytes())["items"]
    assert [item["title"] for item in items] == ["第3天", "第2天", "第1天"]
    assert (report.written, report.entries, report.problems) == (3, 3, ())


def test_a_feed_shows_as_many_posts_as_it_may(site: SmallSite) -> None:
    site.settings("[feeds]\nlimit = 2")
    for day in range(1, 6):
        site.post(f"post{day}", day)
    report = site.build()
    assert site.titles() == ["第5天", "第4天"]
    assert report.entries == 2


def test_drafts_and_future_posts_reach_no_feed(site: SmallSite) -> None:
    site.post("draft", 1, "draft: true\n", "秘密")
    site.post("future", 20, "", "秘密")
    site.post("seen", 2)
    report = site.build()
    assert site.titles() == ["第2天"]
    assert dict(report.left_out) == {"draft": 1, "future": 1}
    assert all("秘密".encode() not in path.read_bytes() for path in site.feeds.iterdir())


def test_a_second_build_writes_nothing_even_days_later(site: SmallSite) -> None:
    site.post("post", 1)
    site.build()
    with untouched(site.root / "public"):
        report = site.build(now=datetime(2026, 10, 14, 3, 4, 5, 678, tzinfo=UTC))
    assert (report.written, len(report.files)) == (0, 3)


def test_only_what_changed_is_written(site: SmallSite) -> None:
    site.post("post", 1)
    site.build()
    (site.feeds / "atom.xml").unlink()
    report = site.build()
    assert [file.path.name for file in report.files if file.changed] == ["atom.xml"]


def test_a_dry_run_writes_nothing_and_tells_what_it_would(site: SmallSite) -> None:
    site.post("post", 1)
    with untouched(site.root):
        report = site.build(dry_run=True)
    assert (report.written, len(report.files)) == (3, 3)


def test_one_bad_post_spoils_one_post(site: SmallSite) -> None:
    site.post("good", 1)
    site.post("bad", 2, "date: yesterday\n")
    report = site.build()
    assert site.titles() == ["第1天"]
    assert [str(problem.at).split(":")[0] for problem in report.problems] == ["content/bad.md"]


def test_progress_is_told_post_by_post(site: SmallSite) -> None:
    for day in (1, 2):
        site.post(f"post{day}", day)
    told: list[tuple[int, int]] = []
    site.build(progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


def test_a_template_that_fails_for_every_post_leaves_the_feeds_as_they_are(site: SmallSite) -> None:
    site.post("one", 1)
    site.post("two", 2)
    site.build()
    (site.root / "feeds").mkdir()
    (site.root / "feeds" / "entry.html.j2").write_text("{{ nothing }}", encoding="utf-8")
    with untouched(site.feeds), pytest.raises(PublisherErrors) as caught:
        site.build()
    [error] = caught.value.errors
    assert isinstance(error, TemplateError)
    assert str(error.at).endswith("feeds/entry.html.j2:1:1")


def test_a_template_that_fails_for_one_post_leaves_that_post_out(site: SmallSite) -> None:
    site.post("one", 1)
    site.post("two", 2)
    (site.root / "feeds").mkdir()
    source = "{% if post.title == '第2天' %}{{ nothing }}{% endif %}{{ html }}"
    (site.root / "feeds" / "entry.html.j2").write_text(source, encoding="utf-8")
    report = site.build()
    assert site.titles() == ["第1天"]
    assert site.rules(report) == [("post-not-shown", "error")]


def test_of_two_posts_with_one_guid_the_newer_is_shown(site: SmallSite) -> None:
    site.post("new", 2, "guid: urn:x:1\n")
    site.post("old", 1, "guid: urn:x:1\n")
    report = site.build()
    assert site.titles() == ["第2天"]
    assert site.rules(report) == [("same-guid", "error")]
    assert "content/new.md has the same guid: urn:x:1" in report.problems[0].message
    assert str(report.problems[0].at) == "content/old.md:4:7"


def test_feeds_may_lie_beside_the_home_page(site: SmallSite) -> None:
    site.settings('[feeds]\npath = "."\nformats = ["atom"]')
    site.post("post", 1)
    site.build()
    assert feedparser.parse((site.root / "public" / "atom.xml").read_bytes()).feed.links[0].href == (
        "https://shan.example/atom.xml"
    )


def test_feeds_lie_inside_the_output_folder(site: SmallSite) -> None:
    site.settings('[feeds]\npath = "../elsewhere"')
    site.post("post", 1)
    with untouched(site.root), pytest.raises(ConfigError, match=r"feeds\.path"):
        site.build()


def test_posts_with_audio_are_a_podcast_too(site: SmallSite) -> None:
    site.settings("[feeds]\nlimit = 1\n" + PODCAST)
    site.audio()
    site.cover()
    site.post("silent", 3)
    site.post("spoken", 2, "audio: /a.mp3\nepisode: 4\n")
    report = site.build()
    assert (site.titles(), site.titles("podcast.xml"), report.problems) == (["第3天"], ["第2天"], ())
    [episode] = feedparser.parse((site.feeds / "podcast.xml").read_bytes()).entries
    [enclosure] = episode.enclosures
    assert (enclosure.href, enclosure.type) == ("https://shan.example/a.mp3", "audio/mpeg")
    assert enclosure.length == str(AUDIO.stat().st_size)
    assert int(episode.itunes_duration) > 0


def test_without_audio_there_is_no_podcast(site: SmallSite) -> None:
    site.settings(PODCAST)
    site.post("silent", 1)
    report = site.build()
    assert (len(report.files), report.problems) == (3, ())


def test_without_settings_for_it_there_is_no_podcast(site: SmallSite) -> None:
    site.audio()
    site.post("spoken", 1, "audio: /a.mp3\n")
    assert len(site.build().files) == 3


@pytest.mark.parametrize(
    ("size", "rule"),
    [((1400, 1401), "podcast-cover-square"), ((1000, 1000), "podcast-cover-size"), (None, "podcast-cover")],
)
def test_a_cover_that_apple_would_reject_stops_the_podcast_only(
    site: SmallSite, size: tuple[int, int] | None, rule: str
) -> None:
    site.settings(PODCAST)
    site.audio()
    if size:
        site.cover(size)
    site.post("spoken", 1, "audio: /a.mp3\n")
    report = site.build()
    assert sorted(path.name for path in site.feeds.iterdir()) == ["atom.xml", "feed.json", "rss.xml"]
    assert site.rules(report) == [(rule, "error")]
    assert str(report.problems[0].at) == "publisher.toml"


def test_a_cover_on_another_server_is_taken_unseen(site: SmallSite) -> None:
    site.settings(PODCAST.replace("cover.jpg", "https://cdn.example/cover.jpg"))
    site.audio()
    site.post("spoken", 1, "audio: /a.mp3\n")
    report = site.build()
    assert site.titles("podcast.xml") == ["第1天"]
    assert site.rules(report) == [("podcast-cover", "warning")]


def test_audio_that_apple_would_reject_stays_out_of_the_podcast_only(site: SmallSite) -> None:
    site.settings(PODCAST)
    site.cover()
    site.audio()
    site.post("good", 1, "audio: /a.mp3\n")
    site.post("far", 2, "audio: https://cdn.example/b.mp3\n")
    report = site.build()
    assert (site.titles(), site.titles("podcast.xml")) == (["第2天", "第1天"], ["第1天"])
    assert site.rules(report) == [("podcast-length", "error")]
    assert str(report.problems[0].at) == "content/far.md:4:8"


def test_an_episode_of_a_serial_show_should_have_a_number(site: SmallSite) -> None:
    site.settings(PODCAST + 'kind = "serial"')
    site.cover()
    site.audio()
    site.post("first", 1, "audio: /a.mp3\nepisode: 1\n")
    site.post("second", 2, "audio: /a.mp3\n")
    report = site.build()
    assert site.titles("podcast.xml") == ["第2天", "第1天"]
    assert [(str(one.at), one.rule, one.severity) for one in report.problems] == [
        ("content/second.md:4:8", "podcast-number", "warning")
    ]

"""Builds that find what the last one left in .publisher: always the bytes of a build that finds nothing."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from publisher.config import load_config
from publisher.pipeline.build import build
from publisher.pipeline.built import ENTRIES_NAME

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.pipeline.build_report import BuildReport

NOW = datetime(2026, 10, 8, tzinfo=UTC)
SITE = """
[site]
title = "山城週記"
url = "https://shan.example"
language = "zh-TW"
generator = "hugo"
[feeds]
by = ["tags"]
"""
POST = "---\ntitle: {title}\ndate: 2026-10-{day:02}\n{more}---\n\n{body}\n"


class CachedSite:
    """A site whose files are old enough for caches to trust their times."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.caches = root / ".publisher"
        self.output = root / "public"
        self.write("publisher.toml", SITE)
        self.write("hugo.toml", "")
        self.picture("static/a.png", 30)
        self.post("a", 1, "image: /a.png\ntags: [鐵道, 山]\n", "![圖](/b.png) {{< nothing >}}")
        self.post("b", 2, "tags: [山]\n", '{{< ref "c.md" >}} [丙](c.md)')
        self.post("c", 3, "image: /missing.png\n", "內文。")
        self.post("later", 20)

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        self.age(path)

    def age(self, path: Path) -> None:
        """Let a file have changed long ago, but at another moment than the last time."""
        self.seconds = getattr(self, "seconds", 1_700_000_000) + 60
        os.utime(path, (self.seconds, self.seconds))

    def post(self, name: str, day: int, more: str = "", body: str = "內文。") -> None:
        self.write(f"content/posts/{name}.md", POST.format(title=name, day=day, more=more, body=body))

    def picture(self, name: str, width: int) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (width, 20), "navy").save(path)
        self.age(path)

    def swap(self, name: str, old: str, new: str) -> None:
        """Change a file so that neither its size nor its time tells."""
        path = self.root / name
        stat = path.stat()
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    def build(self, now: datetime = NOW, *, dry_run: bool = False) -> BuildReport:
        return build(load_config(self.root), now, dry_run=dry_run)

    def outputs(self) -> dict[str, bytes]:
        files = (path for path in sorted(self.output.rglob("*")) if path.is_file())
        return {path.relative_to(self.output).as_posix(): path.read_bytes() for path in files}

    def check(self, now: datetime = NOW) -> BuildReport:
        """Build with what lies there, and compare with a build that finds nothing."""
        report, outputs = self.build(now), self.outputs()
        shutil.rmtree(self.caches)
        shutil.rmtree(self.output)
        afresh = self.build(now)
        assert outputs == self.outputs()
        assert (report.problems, report.entries, report.left_out) == (afresh.problems, afresh.entries, afresh.left_out)
        return report


@pytest.fixture
def site(tmp_path: Path) -> CachedSite:
    made = CachedSite(tmp_path)
    made.build()
    return made


def test_nothing_changed_changes_nothing_and_tells_every_problem_again(site: CachedSite) -> None:
    report = site.check()
    assert report.written == 0
    assert {problem.rule for problem in report.problems} == {"missing-image", "unknown-shortcode"}


def test_a_post_that_did_not_change_is_not_rendered_again(site: CachedSite) -> None:
    site.swap("content/posts/c.md", "內文", "新的")
    assert site.build().written == 0


def test_a_post_that_did_not_change_stands_in_a_feed_that_did(site: CachedSite) -> None:
    site.swap("content/posts/c.md", "內文", "新的")
    site.post("d", 4)
    assert site.build().written > 0
    assert "內文" in site.outputs()["feeds/rss.xml"].decode()


def test_a_changed_post_is_seen(site: CachedSite) -> None:
    site.post("a", 1, "image: /a.png\n", "新的。")
    assert site.check().written > 0


def test_a_deleted_and_a_renamed_post_are_seen_and_forgotten(site: CachedSite) -> None:
    (site.root / "content/posts/a.md").unlink()
    (site.root / "content/posts/c.md").rename(site.root / "content/posts/e.md")
    site.build()
    index = (site.caches / ENTRIES_NAME).read_bytes().split(b"\n")[1]
    assert [name.split("\n")[0] for name in json.loads(index)] == [str(site.root / "content/posts/e.md")]
    assert "feeds/tags/鐵道/rss.xml" not in site.outputs()
    site.check()


def test_a_changed_picture_is_measured_again(site: CachedSite) -> None:
    before = site.outputs()["feeds/rss.xml"]
    site.picture("static/a.png", 40)
    site.check()
    assert site.outputs()["feeds/rss.xml"] != before


def test_a_picture_that_was_missing_is_found(site: CachedSite) -> None:
    site.picture("static/missing.png", 40)
    assert "missing-image" not in {problem.rule for problem in site.check().problems}


def test_a_picture_that_changed_just_now_may_change_again(site: CachedSite) -> None:
    site.picture("static/a.png", 40)
    os.utime(site.root / "static/a.png")
    site.build()
    stat = (site.root / "static/a.png").stat()
    content = (site.root / "static/a.png").read_bytes()
    # Width 41 instead of 40, in the same tick of the clock.
    (site.root / "static/a.png").write_bytes(content[:19] + b"\x29" + content[20:])
    os.utime(site.root / "static/a.png", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    site.check()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("feeds/entry.html.j2", "<p>{{ post.title }}</p>"),
        ("feeds/shortcodes/nothing.html.j2", "<b>一</b>"),
        ("layouts/shortcodes/nothing.html", "<i>二</i>"),
        ("themes/t/layouts/shortcodes/nothing.html", "<i>三</i>"),
        ("hugo.toml", 'theme = "t"\n[markup.goldmark.renderer]\nunsafe = true\n'),
        ("content/posts/_index.md", "---\ncascade: {source_name: 週報}\n---\n"),
        ("publisher.toml", SITE.replace("山城", "山村")),
        ("publisher.toml", SITE + "limit = 2\n"),
    ],
)
def test_a_template_and_a_setting_change_every_entry(site: CachedSite, name: str, content: str) -> None:
    site.write(name, content)
    site.check()
    site.write(name, content + "\n")
    site.check()


def test_a_link_to_a_post_follows_it(site: CachedSite) -> None:
    site.post("c", 3, "slug: elsewhere\n")
    site.check()
    assert "https://shan.example/posts/elsewhere/" in site.outputs()["feeds/tags/山/rss.xml"].decode()


def test_posts_come_and_go_as_the_clock_says(site: CachedSite) -> None:
    site.post("gone", 4, "expiryDate: 2026-10-15\n")
    for days, entries in ((0, 4), (10, 3), (14, 4), (2, 4)):
        assert site.check(NOW + timedelta(days=days)).entries == entries
        assert site.build(NOW + timedelta(days=days)).written == 0


def test_an_edited_and_a_deleted_output_are_written_again(site: CachedSite) -> None:
    before = site.outputs()
    (site.output / "feeds/rss.xml").write_text("edited", encoding="utf-8")
    (site.output / "feeds/tags/山/atom.xml").unlink()
    assert site.build().written == 2
    assert site.outputs() == before


@pytest.mark.parametrize("damage", [b"", b"\xff", b"a b\n{}\n{}", b"[" * 100_000])
def test_damaged_caches_are_none(site: CachedSite, damage: bytes) -> None:
    for path in [path for path in site.caches.rglob("*") if path.is_file()]:
        path.write_bytes(damage)
    (site.output / "feeds/rss.xml").unlink()
    site.check()


def test_an_entry_with_one_wrong_byte_is_none(site: CachedSite) -> None:
    path = site.caches / ENTRIES_NAME
    content = path.read_bytes()
    assert "內文".encode() in content
    path.write_bytes(content.replace("內文".encode(), "外文".encode()))
    (site.output / "feeds/rss.xml").unlink()
    site.check()


def test_what_another_program_left_is_ignored(site: CachedSite, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("content.cards", "pipeline.build"):
        monkeypatch.setattr(f"publisher.{place}.program_stamp", lambda: "another")
    site.swap("content/posts/c.md", "內文", "新的")
    assert site.build().written > 0


def test_a_dry_run_leaves_no_trace(tmp_path: Path) -> None:
    site = CachedSite(tmp_path)
    site.build(dry_run=True)
    assert not site.caches.exists()

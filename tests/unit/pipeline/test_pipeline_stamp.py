"""The stamp on a site that was found built: what takes it away, and what it says as long as it holds."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from publisher.config import load_config
from publisher.pipeline.build import build
from publisher.pipeline.stamp import still_built

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from publisher.pipeline.build_report import BuildReport

NOW = datetime(2026, 10, 8, tzinfo=UTC)
SITE = '[site]\ntitle = "山城"\nurl = "https://shan.example"\n'
POST = "---\ntitle: 甲\ndate: {date}\nimage: /none.png\n---\n\n內文。\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give a site that was built, and found built by another build."""
    write(tmp_path / "publisher.toml", SITE)
    write(tmp_path / "static/a.txt", "a")
    write(tmp_path / "content/a.md", POST.format(date="2026-10-01"))
    write(tmp_path / "content/later.md", POST.format(date="2026-10-20"))
    write(tmp_path / "content/gone.md", POST.format(date="2026-09-01\nexpiryDate: 2026-10-05"))
    run(tmp_path)
    run(tmp_path)
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    os.utime(path, (1_700_000_000, 1_700_000_000))


def run(root: Path, now: datetime = NOW) -> BuildReport:
    report = build(load_config(root), now)
    # The lock is written by the build itself, just now.
    if (root / "publisher.lock").exists():
        os.utime(root / "publisher.lock", (1_700_000_000, 1_700_000_000))
    return report


def test_a_site_that_is_built_has_the_report_of_its_last_build(root: Path) -> None:
    report = run(root)
    assert still_built(root, NOW) == report
    assert (report.written, report.entries, report.left_out) == (0, 1, {"expired": 1, "future": 1})
    assert [problem.rule for problem in report.problems] == ["missing-image"]


def test_a_site_that_was_just_written_has_no_stamp(tmp_path: Path) -> None:
    write(tmp_path / "publisher.toml", SITE)
    write(tmp_path / "content/a.md", POST.format(date="2026-10-01"))
    run(tmp_path)
    assert still_built(tmp_path, NOW) is None


CHANGES: dict[str, Callable[[Path], object]] = {
    "settings": lambda root: write(root / "publisher.toml", SITE + 'language = "ja"\n'),
    "a post changed": lambda root: write(root / "content/a.md", POST.format(date="2026-10-02T00:00:00Z")),
    "only its time did": lambda root: os.utime(root / "content/a.md"),
    "a post came": lambda root: write(root / "content/b.md", POST.format(date="2026-10-02")),
    "a post went": lambda root: (root / "content/a.md").unlink(),
    "a post has another name": lambda root: (root / "content/a.md").rename(root / "content/b.md"),
    "a folder came": lambda root: (root / "content/x.md").mkdir(),
    "a link that leads nowhere came": lambda root: (root / "content/x.md").symlink_to("nowhere"),
    "a link to a folder came": lambda root: (root / "elsewhere").symlink_to(root / "content"),
    "a picture came": lambda root: write(root / "static/none.png", "x"),
    "a template came": lambda root: write(root / "feeds/entry.html.j2", "x"),
    "the generator's settings came": lambda root: write(root / "hugo.toml", ""),
    "an output was edited": lambda root: write(root / "public/feeds/rss.xml", "x"),
    "an output was touched": lambda root: os.utime(root / "public/feeds/rss.xml", (1, 1)),
    "an output went": lambda root: (root / "public/feeds/atom.xml").unlink(),
    "the stamp was damaged": lambda root: (root / ".publisher/stamp.json").write_bytes(b"x\n{}"),
    "the stamp is another thing": lambda root: (root / ".publisher/stamp.json").write_bytes(b""),
    "the caches went": lambda root: (root / ".publisher/stamp.json").unlink(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_any_change_takes_the_stamp_away(root: Path, change: Callable[[Path], object]) -> None:
    change(root)
    assert still_built(root, NOW) is None


@pytest.mark.parametrize(("days", "holds"), [(0, True), (11, True), (13, False), (-2, True), (-4, False)])
def test_the_stamp_holds_until_a_post_comes_or_goes(root: Path, days: int, holds: bool) -> None:
    assert bool(still_built(root, NOW + timedelta(days=days))) == holds


def test_a_change_in_the_tick_of_the_stamp_is_not_missed(root: Path) -> None:
    (root / "content/a.md").touch()
    run(root)
    run(root)
    assert still_built(root, NOW) is None


def test_what_others_put_among_the_outputs_does_not_matter(root: Path) -> None:
    write(root / "public/index.html", "x")
    assert still_built(root, NOW)


def test_another_program_sees_no_stamp(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("publisher.pipeline.stamp.program_stamp", lambda: "another")
    assert still_built(root, NOW) is None


@pytest.mark.parametrize("settings", ['content = "../posts"', 'output = "."', 'static = ["../static"]'])
def test_a_site_that_lies_here_and_there_gets_no_stamp(tmp_path: Path, settings: str) -> None:
    root = tmp_path / "site"
    write(tmp_path / "posts/a.md", POST.format(date="2026-10-01"))
    write(root / "content/a.md", POST.format(date="2026-10-01"))
    write(root / "publisher.toml", SITE + settings + "\n")
    run(root)
    run(root)
    assert not (root / ".publisher/stamp.json").exists()


def test_other_settings_than_those_of_publisher_toml_get_no_stamp(tmp_path: Path) -> None:
    write(tmp_path / "publisher.toml", SITE)
    write(tmp_path / "other.toml", SITE + 'language = "ja"\n')
    write(tmp_path / "content/a.md", POST.format(date="2026-10-01"))
    for _ in range(2):
        build(load_config(tmp_path / "other.toml"), NOW)
    assert not (tmp_path / ".publisher/stamp.json").exists()


def test_a_stamp_is_compared_without_what_reads_settings_and_posts() -> None:
    heavy = "pydantic yaml lxml jinja2 feedgen frontmatter tomllib PIL"
    code = f"import sys, publisher.pipeline.stamp; sys.exit(str([m for m in '{heavy}'.split() if m in sys.modules]))"
    found = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert found.stderr.strip() == "[]"

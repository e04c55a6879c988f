"""The same site gives the same feeds, in whatever process they are built."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[3] / "example"
HERE = {"PYTHONHASHSEED": "1", "TZ": "Asia/Taipei", "LC_ALL": "C.UTF-8"}
ELSEWHERE = {"PYTHONHASHSEED": "2", "TZ": "America/St_Johns", "LC_ALL": "POSIX"}


def build(site: Path, now: str, environment: dict[str, str], *, folder: Path) -> str:
    command = [sys.executable, "-m", "publisher.cli.main", "build", "--config", os.fspath(site), "--now", now]
    done = subprocess.run(
        command, env={**os.environ, **environment}, cwd=folder, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def files(site: Path) -> dict[str, bytes]:
    feeds = site / "public" / "feeds"
    return {path.relative_to(feeds).as_posix(): path.read_bytes() for path in feeds.rglob("*") if path.is_file()}


def test_another_process_place_and_day_of_the_week_give_the_same_bytes(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "elsewhere" / "other"
    for site in (one, other):
        shutil.copytree(EXAMPLE, site)
    build(one, "2026-10-09T08:00", HERE, folder=tmp_path)
    build(other, "2026-10-14T21:34:56.789", ELSEWHERE, folder=other)
    assert {"atom.xml", "feed.json", "podcast.xml", "rss.xml", "tags/hugo/rss.xml", "categories/書架/atom.xml"} < set(
        files(one)
    )
    assert files(one) == files(other)

    # Beside what is published stand only caches, which may learn.
    published = [one / "publisher.lock", *(one / "public").rglob("*")]
    before = {path: path.stat().st_mtime_ns for path in published}
    said = build(one, "2026-10-12T00:00", ELSEWHERE, folder=other)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert set((one / "public").rglob("*")) == set(published[1:])
    assert "0 of them changed" in said

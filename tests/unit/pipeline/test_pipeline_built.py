"""What an earlier build left behind goes, and nothing else."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from publisher.config import load_config
from publisher.pipeline.build import build
from publisher.pipeline.build_report import BuildReport

NOW = datetime(2026, 10, 8, tzinfo=UTC)
SITE = """[site]
title = "山城週記"
url = "https://shan.example"
[feeds]
pages = false
formats = ["rss"]
by = ["tags"]
"""
OLD = "public/feeds/tags/old/rss.xml"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "publisher.toml").write_text(SITE, encoding="utf-8")
    tag(tmp_path, "old")
    assert run(tmp_path).removed == ()
    assert (tmp_path / OLD).is_file()
    return tmp_path


def tag(site: Path, name: str) -> None:
    (site / "content").mkdir(exist_ok=True)
    (site / "content/post.md").write_text(
        f"---\ntitle: 一\ndate: 2026-10-01\ntags: {name}\n---\n內文。\n", encoding="utf-8"
    )


def run(site: Path, *, dry_run: bool = False) -> BuildReport:
    return build(load_config(site), NOW, dry_run=dry_run)


def test_a_feed_that_nobody_needs_any_more_goes_with_its_folder(site: Path) -> None:
    tag(site, "new")
    assert [path.relative_to(site).as_posix() for path in run(site).removed] == [OLD]
    assert not (site / OLD).parent.exists()
    assert (site / "public/feeds/tags/new/rss.xml").is_file()
    assert run(site).removed == ()


def test_a_dry_run_tells_what_would_go_and_leaves_it(site: Path) -> None:
    tag(site, "new")
    assert len(run(site, dry_run=True).removed) == 1
    assert (site / OLD).is_file()
    assert len(run(site).removed) == 1


def test_what_somebody_else_has_changed_stays(site: Path) -> None:
    (site / OLD).write_text("mine now", encoding="utf-8")
    tag(site, "new")
    assert run(site).removed == ()
    assert (site / OLD).read_text(encoding="utf-8") == "mine now"


def test_a_file_that_only_changed_its_case_stays(site: Path) -> None:
    """On a disk that does not tell Old from old, the old file is the new one."""
    listed = site / ".publisher/built.json"
    listed.write_text(listed.read_text(encoding="utf-8").replace("tags/old", "Tags/OLD"), encoding="utf-8")
    (site / "public/feeds/Tags/OLD").mkdir(parents=True)
    shouted = site / "public/feeds/Tags/OLD/rss.xml"
    shouted.write_bytes((site / OLD).read_bytes())
    assert run(site).removed == ()
    assert shouted.is_file()


def test_files_beside_ours_stay_with_their_folder(site: Path) -> None:
    other = (site / OLD).with_name("index.html")
    other.write_text("Hugo's", encoding="utf-8")
    tag(site, "new")
    assert len(run(site).removed) == 1
    assert other.is_file()


@pytest.mark.parametrize("damage", ["", "[]", "{", '{"output": "public", "files": 3}', "\xff", "[" * 100_000])
def test_without_a_list_nothing_goes(site: Path, damage: str) -> None:
    (site / ".publisher/built.json").write_text(damage, encoding="utf-8")
    tag(site, "new")
    assert run(site).removed == ()
    assert (site / OLD).is_file()


def test_a_list_that_leads_out_of_the_output_folder_deletes_nothing_there(site: Path) -> None:
    listed = json.loads((site / ".publisher/built.json").read_text(encoding="utf-8"))
    target = site / "keep.txt"
    target.write_bytes((site / OLD).read_bytes())
    names = ("../keep.txt", str(target), "feeds/link/keep.txt", "feeds/\0")
    (site / "public/feeds/link").symlink_to(site)
    listed["files"] |= dict.fromkeys(names, listed["files"]["feeds/tags/old/rss.xml"])
    (site / ".publisher/built.json").write_text(json.dumps(listed), encoding="utf-8")
    tag(site, "new")
    assert [path.relative_to(site).as_posix() for path in run(site).removed] == [OLD]
    assert target.is_file()


def test_another_output_folder_is_another_story(site: Path) -> None:
    text = SITE.replace("[feeds]", 'output = "elsewhere"\n[feeds]')
    (site / "publisher.toml").write_text(text, encoding="utf-8")
    tag(site, "new")
    assert run(site).removed == ()
    assert (site / OLD).is_file()


def test_the_list_stays_out_of_git(site: Path) -> None:
    assert (site / ".publisher/.gitignore").read_text(encoding="utf-8") == "*\n"

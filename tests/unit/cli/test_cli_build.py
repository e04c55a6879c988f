import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from publisher.cli.build import build

SITE = """
[site]
title = "山城週記"
url = "https://shan.example"
language = "zh-TW"
timezone = "Asia/Taipei"
"""
GOOD = "---\ntitle: 好\ndate: 2026-10-01\n---\n\n內文。\n"
#: Its picture is not there: a warning.
DOUBTFUL = GOOD.replace("title: 好", "title: 圖\nimage: /no.png")
BAD = GOOD.replace("2026-10-01", "yesterday")

app = typer.Typer(pretty_exceptions_enable=False)
app.command()(build)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "content").mkdir()
    (tmp_path / "publisher.toml").write_text(SITE, encoding="utf-8")
    return tmp_path


def run(site: Path, *options: str, **posts: str) -> tuple[int, str, str]:
    for name, text in posts.items():
        (site / "content" / f"{name}.md").write_text(text, encoding="utf-8")
    result = CliRunner().invoke(app, ["--config", str(site), "--now", "2026-10-08T08:00", *options])
    return result.exit_code, result.stdout, result.stderr


def test_it_says_what_it_wrote(site: Path) -> None:
    code, out, err = run(site, good=GOOD)
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "  wrote       publisher.lock",
        "  wrote       public/feeds/rss.xml",
        "  wrote       public/feeds/atom.xml",
        "  wrote       public/feeds/feed.json",
        "  wrote       public/feeds/index.html",
        "  wrote       public/feeds/feeds.opml",
        "3 feeds with 1 post · 3 of them changed · 2 pages about them",
    ]
    assert run(site)[1].splitlines()[0] == "  unchanged   public/feeds/rss.xml"


def test_a_dry_run_says_what_would_change_and_writes_nothing(site: Path) -> None:
    code, out, _ = run(site, "--dry-run", good=GOOD, future=GOOD.replace("2026-10-01", "2026-11-01"))
    assert code == 0
    assert "  would write public/feeds/rss.xml\n" in out
    assert "3 feeds with 1 post · 3 of them would change · 2 pages about them · left out: 1 future" in out
    assert not (site / "public").exists()


def test_a_bad_post_is_told_on_standard_error_and_the_rest_is_built(site: Path) -> None:
    code, out, err = run(site, good=GOOD, bad=BAD)
    assert code == 1
    assert "error: content/bad.md:3:" in err
    assert "hint: " in err
    assert "1 error" in out
    assert "好" in (site / "public/feeds/rss.xml").read_text(encoding="utf-8")


def test_a_warning_is_an_error_only_where_that_is_wanted(site: Path) -> None:
    code, out, err = run(site, doubtful=DOUBTFUL)
    assert code == 0
    assert "warning: content/doubtful.md:3:" in err
    assert "1 warning" in out
    assert run(site, "--strict")[0] == 1


def test_scripts_get_the_same_as_json(site: Path) -> None:
    code, out, _ = run(site, "--json", good=GOOD, doubtful=DOUBTFUL)
    report = json.loads(out)
    assert code == 0
    assert (report["dry_run"], report["entries"], report["left_out"]) == (False, 2, {})
    assert next((file["path"], file["changed"]) for file in report["files"]) == ("public/feeds/rss.xml", True)
    [problem] = report["problems"]
    assert (problem["file"], problem["line"], problem["severity"]) == ("content/doubtful.md", 3, "warning")


def bare(site: Path) -> tuple[int, str, str]:
    """Run `publisher build` in the site's folder, with nothing else said."""
    command = [sys.executable, "-m", "publisher.cli.main", "build"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=site, encoding="utf-8")
    return done.returncode, done.stdout, done.stderr


def test_build_alone_builds_the_site_of_this_folder(site: Path) -> None:
    run(site, good=GOOD, bad=BAD)
    unchanged = run(site)
    assert unchanged[0] == 1
    assert bare(site) == unchanged


def test_build_alone_says_what_is_wrong(tmp_path: Path) -> None:
    code, out, err = bare(tmp_path)
    assert (code, out) == (1, "")
    assert err.startswith("error: no publisher.toml in .\nhint: ")

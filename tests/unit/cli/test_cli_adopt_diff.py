import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from publisher.cli.adopt import adopt
from publisher.cli.build import build
from publisher.cli.diff import diff

SITE = '[site]\ntitle = "山城週記"\nurl = "https://shan.example/"\n'
POST = "---\ntitle: 一\ndate: 2026-10-01\n---\n第一段。\n"
FEED = (
    '<rss version="2.0"><channel><title>站</title><link>https://shan.example/</link><item><title>一</title>'
    "<link>https://shan.example/post/</link><guid>urn:1</guid><pubDate>Thu, 01 Oct 2026 00:00:00 +0000</pubDate>"
    "</item><item><title>二</title><link>https://shan.example/two/</link><guid>urn:2</guid></item></channel></rss>"
)

app = typer.Typer(pretty_exceptions_enable=False)
for command in (adopt, build, diff):
    app.command()(command)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "publisher.toml").write_text(SITE, encoding="utf-8")
    (tmp_path / "content").mkdir()
    (tmp_path / "content/post.md").write_text(POST, encoding="utf-8")
    (tmp_path / "live.xml").write_text(FEED, encoding="utf-8")
    return tmp_path


def run(site: Path, *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*words, "--config", str(site), "--now", "2026-10-08T08:00"])
    return result.exit_code, result.stdout


def test_adopting_tells_whose_guids_were_taken_over(site: Path) -> None:
    feed = str(site / "live.xml")
    assert run(site, "adopt", feed, "--dry-run")[1].splitlines() == [
        "  post.md: urn:1",
        "  no post here: 二 (urn:2)",
        "2 items: 1 guid would be adopted · publisher.lock would be written",
    ]
    assert not (site / "publisher.lock").exists()
    code, out = run(site, "adopt", feed, "--json")
    assert code == 0
    assert [one["outcome"] for one in json.loads(out)["items"]] == ["adopted", "no such post"]
    assert run(site, "adopt", feed)[1].endswith("2 items: 0 guids adopted · 1 the same as before\n")


def test_a_guid_that_can_t_be_taken_over_ends_with_one(site: Path) -> None:
    run(site, "adopt", str(site / "live.xml"))
    (site / "live.xml").write_text(FEED.replace("urn:1", "urn:other"), encoding="utf-8")
    code, out = run(site, "adopt", str(site / "live.xml"))
    assert code == 1
    assert "  refused: post.md has another guid for good, urn:1, and not urn:other\n" in out


def test_a_diff_without_changes_says_so(site: Path) -> None:
    run(site, "build")
    assert run(site, "diff", "--fail-on", "rerun") == (
        0,
        "1 feed compared · 1 unchanged · nothing will appear as unread again\n",
    )


def test_a_rerun_is_told_and_fails_where_that_is_asked_for(site: Path) -> None:
    live = str(site / "live.xml")
    code, out = run(site, "diff", "--against", live)
    assert code == 0
    assert out.splitlines() == [
        "feeds/rss.xml: 1 post",
        "  1 entry will appear as unread again",
        "  1 entry will be in the feed no more; readers keep what they have",
        "    re-identified: 一 (urn:1 → https://shan.example/post/)",
        "    vanished: 二",
        "1 feed compared · 0 unchanged · up to 1 unread again",
    ]
    code, out = run(site, "diff", "--against", live, "--fail-on", "rerun", "--json")
    assert (code, json.loads(out)["reruns"]) == (1, 1)

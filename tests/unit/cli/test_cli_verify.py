import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from publisher.cli.verify import verify

SITE = '[site]\ntitle = "山城週記"\nurl = "https://shan.example/"\n'
POST = "---\ntitle: 一\ndate: 2026-10-01\n---\n第一段。\n\n第二段。\n"
FEED = (
    '<rss version="2.0"><channel><title>站</title><link>https://shan.example/</link><item><title>一</title>'
    "<link>https://shan.example/post/</link><pubDate>Thu, 01 Oct 2026 00:00:00 +0000</pubDate>"
    "<description>第一段。</description></item></channel></rss>"
)

app = typer.Typer(pretty_exceptions_enable=False)
app.command()(verify)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "publisher.toml").write_text(SITE, encoding="utf-8")
    for folder in ("content", "public"):
        (tmp_path / folder).mkdir()
    (tmp_path / "content/post.md").write_text(POST, encoding="utf-8")
    return tmp_path


def run(site: Path, feed: str, *options: str) -> tuple[int, str]:
    (site / "public/index.xml").write_text(feed, encoding="utf-8")
    result = CliRunner().invoke(app, ["--config", str(site), "--now", "2026-10-08T08:00", *options])
    return result.exit_code, result.stdout


def test_nothing_but_what_is_meant_ends_with_zero(site: Path) -> None:
    code, out = run(site, FEED)
    assert code == 0
    assert out.splitlines() == [
        "public/index.xml: 1 item, 1 of them ours too",
        "  as intended, 1 ×: it has the beginning of the post, ours all of it",
        "1 feed compared: nothing differs but as intended",
    ]


def test_anything_else_is_told_and_ends_with_one(site: Path) -> None:
    code, out = run(site, FEED.replace("<title>一", "<title>二"))
    assert code == 1
    assert "  https://shan.example/post/\n    title is '二', ours '一'\n" in out
    assert out.endswith("1 feed compared: 1 to look at\n")


def test_scripts_get_every_difference_as_json(site: Path) -> None:
    code, out = run(site, FEED.replace("<title>一", "<title>二"), "--json", "--against", str(site / "public"))
    table = json.loads(out)
    assert (code, table["same"], table["errors"]) == (1, False, [])
    [feed] = table["feeds"]
    assert (feed["file"], feed["items"], feed["compared"]) == ("public/index.xml", 1, 1)
    assert feed["differences"] == [
        {"link": "https://shan.example/post/", "what": "title", "theirs": "二", "ours": "一", "intended": ""},
        {"link": "https://shan.example/post/", "what": "text", "intended": "summary"},
    ]

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from publisher.cli.build import build
from publisher.cli.explain import explain
from publisher.errors import ContentError

SITE = (
    '[site]\ntitle = "山城週記"\nurl = "https://shan.example/"\nauthor = "林小山"\n[feeds]\nby = ["tags"]\nlimit = 2\n'
)

app = typer.Typer(pretty_exceptions_enable=False)
for command in (build, explain):
    app.command()(command)


def write(site: Path, name: str, day: int, more: str = "", body: str = "") -> None:
    text = f"---\ntitle: 第{day}天\ndate: 2026-10-{day:02}\n{more}---\n{body or name}的內文。\n"
    (site / f"content/{name}.md").write_text(text, encoding="utf-8")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "publisher.toml").write_text(SITE, encoding="utf-8")
    (tmp_path / "content").mkdir()
    write(tmp_path, "a", 1, "tags: [山]\n")
    write(tmp_path, "b", 2)
    return tmp_path


def run(site: Path, *words: str) -> str:
    result = CliRunner().invoke(app, [*words, "--config", str(site), "--now", "2026-10-08T08:00"])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.stdout


def facts(site: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(site, "explain", name, "--json"))
    return found


def test_a_post_is_found_by_file_key_address_and_guid(site: Path) -> None:
    write(site, "c", 3, "guid: tag:shan@2026\n")
    for name in (str(site / "content/c.md"), "c.md", "https://shan.example/c/", "tag:shan@2026"):
        assert facts(site, name)["post"] == "c.md"


def test_a_person_reads_everything_in_order(site: Path) -> None:
    run(site, "build")
    out = run(site, "explain", "a.md").splitlines()
    assert out[:6] == [
        "a.md: 第1天",
        "  https://shan.example/a/",
        "  guid https://shan.example/a/",
        "  the guid is its address",
        "  first published 2026-10-01T00:00:00+00:00",
        '  not changed significantly since (feeds.update = "significant", update_share = 0.1)',
    ]
    assert "  feeds/rss.xml: no. 2 of 2; the feed of the whole site" in out
    assert "  feeds/tags/山/rss.xml: no. 1 of 1; tags has 山" in out
    assert "in NetNewsWire" in out
    heads = [out.index(f"as {name}") for name in ("RSS", "Atom", "JSON Feed")]
    assert heads == sorted(heads)


def test_the_entry_is_shown_in_each_format(site: Path) -> None:
    found = facts(site, "a.md")
    assert found["rss"].strip().startswith("<item>")
    assert found["atom"].strip().startswith("<entry")
    assert found["json"]["id"] == found["guid"] == "https://shan.example/a/"


def test_a_feed_that_is_full_says_why_it_lacks_the_post(site: Path) -> None:
    write(site, "c", 3)
    assert facts(site, "a.md")["feeds"][0] == {
        "path": "feeds/rss.xml",
        "place": 0,
        "size": 2,
        "why": "2 posts are newer, and feeds.limit is 2",
    }


def test_the_story_of_a_renamed_post_is_told(site: Path) -> None:
    run(site, "build")
    (site / "content/a.md").rename(site / "content/z.md")
    story = facts(site, "z.md")["story"]
    assert "the guid is an address that it had; it stays, for readers know the post by it" in story
    assert any("it was a.md, and is recognised by its text" in said for said in story)
    assert "earlier at https://shan.example/a/" in story


def test_a_change_is_dated_by_whoever_said_so(site: Path) -> None:
    run(site, "build")
    write(site, "a", 1, body="".join(f"第{number}段和以前完全不同，" for number in range(30)))
    assert facts(site, "a.md")["story"][-1] == "last significant change noticed 2026-10-08T08:00:00+00:00"
    write(site, "a", 1, "lastmod: 2026-10-03\n")
    assert facts(site, "a.md")["story"][-1] == "last changed 2026-10-03T00:00:00+00:00, as its front matter says"


def test_guids_that_were_stated_and_made_are_told_apart(site: Path) -> None:
    write(site, "s", 3, "guid: urn:s\n")
    run(site, "build")
    assert facts(site, "s.md")["story"][0] == "the guid is what its front matter states"
    write(site, "s", 3)
    assert facts(site, "s.md")["story"][0].startswith("the guid is in publisher.lock: taken over")
    (site / "content/a.md").unlink()
    run(site, "build")
    write(site, "a", 7, body="新的一篇")
    assert facts(site, "a.md")["story"][0].startswith("the guid was made for it")


def test_what_no_feed_shows_is_told_why(site: Path) -> None:
    write(site, "d", 4, "draft: true\n")
    with pytest.raises(ContentError, match=r"content/d\.md: no feed shows it: draft"):
        run(site, "explain", "d.md")
    with pytest.raises(ContentError, match=r"there is no post nothing\.md"):
        run(site, "explain", "nothing.md")


def test_a_refused_post_is_told_by_whom(site: Path) -> None:
    run(site, "build")
    write(site, "copy", 1, "tags: [山]\n", "a")
    with pytest.raises(ContentError, match=r"content/copy\.md:2:1: left out .*content/a\.md has the same text"):
        run(site, "explain", "copy.md")


def test_the_archive_page_of_a_post_is_named(site: Path) -> None:
    text = (site / "publisher.toml").read_text("utf-8").replace("[feeds]", "[feeds]\narchive_size = 1")
    (site / "publisher.toml").write_text(text, encoding="utf-8")
    run(site, "build")
    out = run(site, "explain", "a.md").splitlines()
    assert "  feeds/archive/rss/1.xml: no. 1 of 1; page 1 of the archive, for good" in out

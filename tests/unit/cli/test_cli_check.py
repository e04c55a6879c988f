import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from publisher.cli.check import check

SITE = '[site]\ntitle = "山城週記"\nurl = "https://shan.example"\n'
GOOD = "---\ntitle: 好\ndate: 2026-10-01\n---\n\n內文。\n"

app = typer.Typer(pretty_exceptions_enable=False)
app.command()(check)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "content").mkdir()
    (tmp_path / "publisher.toml").write_text(SITE, encoding="utf-8")
    return tmp_path


def run(site: Path, *options: str, **posts: str) -> tuple[int, str]:
    for name, text in posts.items():
        (site / "content" / f"{name}.md").write_text(text, encoding="utf-8")
    result = CliRunner().invoke(app, ["--config", str(site), "--now", "2026-10-08T08:00", *options])
    return result.exit_code, result.stdout


def test_a_sound_site_ends_with_zero(site: Path) -> None:
    assert run(site, good=GOOD) == (0, "1 post, nothing doubtful\n")


def test_what_is_left_out_is_counted(site: Path) -> None:
    out = run(site, good=GOOD, draft=GOOD.replace("title", "draft: true\ntitle"))[1]
    assert out == "1 post, nothing doubtful · left out: 1 draft\n"


def test_doubts_are_named_with_place_and_counted_by_rule(site: Path) -> None:
    code, out = run(site, doubtful=GOOD.replace("title: 好", "title: 圖\nimage: /no.png"))
    assert code == 0
    assert out.startswith(
        "warning: content/doubtful.md:3:8: image not found: /no.png [missing-image]\n   3 | image: /no.png\nhint: "
    )
    tail = "\n\n1 warning in 1 file, 1 post looked at\n  1 missing-image\n  1 note more: publisher check --notes\n"
    assert out.endswith(tail)
    assert run(site, "--strict")[0] == 1


def test_an_error_ends_with_one(site: Path) -> None:
    code, out = run(site, good=GOOD, bad=GOOD.replace("2026-10-01", "yesterday"))
    assert code == 1
    assert out.startswith("error: content/bad.md:3:")
    assert run(site, str(site / "content/good.md")) == (0, "1 post, nothing doubtful\n")


def test_scripts_get_the_same_as_json(site: Path) -> None:
    code, out = run(site, "--json", bad=GOOD.replace("內文。", "{{< nowhere >}}"))
    table = json.loads(out)
    assert (code, table["posts"], table["rules"]) == (0, 1, {"unknown-shortcode": 1})
    [problem] = table["problems"]
    assert (problem["file"], problem["line"], problem["column"]) == ("content/bad.md", 6, 1)
    assert json.loads(run(site, "--json", "--quick")[1])["problems"] == []


FOLDED = GOOD.replace("內文。", "<details><summary>答案</summary>42</details>")


def test_notes_are_counted_and_told_on_request_and_fail_nothing(site: Path) -> None:
    code, out = run(site, "--strict", folded=FOLDED)
    assert (code, out) == (0, "1 post, nothing doubtful\n  1 note more: publisher check --notes\n")
    code, out = run(site, "--strict", "--notes")
    assert code == 0
    assert out.startswith("note: content/folded.md:6:1: 1 × <details>: what is folded in it lies open in Miniflux and ")
    assert out.endswith(
        "[E5]\n   6 | <details><summary>答案</summary>42</details>\nhint: " + out.partition("hint: ")[2]
    )
    assert out.endswith("\n\n1 note in 1 file, 1 post looked at\n  1 E5\n")


def test_a_reader_is_told_of_by_what_it_loses_alone(site: Path) -> None:
    doubtful = FOLDED.replace("title: 好", "title: 好\nimage: /no.png")
    assert "[E5]" in run(site, "--reader", "miniflux", doubtful=doubtful)[1]
    assert "missing-image" not in run(site, "--reader", "miniflux")[1]
    assert run(site, "--reader", "freshrss")[1] == "1 post, nothing doubtful\n"
    assert run(site, "--reader", "freshrss", "--platform", "flipboard")[0] == 1


def test_a_platform_says_what_it_asks_for(site: Path) -> None:
    code, out = run(site, "--platform", "apple", good=GOOD)
    assert (code, out.splitlines()[0]) == (
        1,
        "error: publisher.toml: there is no [podcast]: podcast directories have nothing to list [podcast-missing]",
    )
    out = run(site, "--rules", "--platform", "apple")[1]
    assert "podcast-cover-size    The cover has 1400 to 3000 pixels each way.\n" in out
    assert "flipboard" not in out


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--reader", "minflux"), 'there is no reader "minflux"; did you mean "miniflux"?'),
        (("--platform", "aple"), 'there is no platform "aple"; did you mean "apple"?'),
        (("--issue", "weekly", "--reader", "miniflux"), "--issue is about a mail"),
    ],
)
def test_a_name_that_is_not_known_is_a_mistake_of_usage(site: Path, options: tuple[str, ...], told: str) -> None:
    result = CliRunner().invoke(app, ["--config", str(site), *options], env={"COLUMNS": "200", "TERM": "dumb"})
    assert result.exit_code == 2
    assert told in " ".join(result.output.replace("│", " ").split())


def test_scripts_get_rule_severity_readers_place_and_mend(site: Path) -> None:
    [problem] = json.loads(run(site, "--json", folded=FOLDED)[1])["problems"]
    assert problem == {
        "severity": "note",
        "rule": "E5",
        "message": "1 × <details>: what is folded in it lies open in Miniflux and feedparser (rss2email, reader…)",
        "hint": "hide nothing there that spoils something: link to it instead",
        "file": "content/folded.md",
        "line": 6,
        "column": 1,
        "readers": ["miniflux", "feedparser"],
    }


def test_the_rules_can_be_listed(site: Path) -> None:
    out = run(site, "--rules")[1]
    rule = """\
E4                    A video or a sound has a player.
                      note; CommaFeed
                      mend: put a link to the file inside the element, or below it
"""
    assert rule in out
    assert "X3                    `]]>` inside CDATA is split.\n                      kept by the program\n" in out
    rules = {
        rule["id"]: rule for rule in json.loads(run(site, "--rules", "--json", "--reader", "commafeed")[1])["rules"]
    }
    assert rules["E4"]["readers"] == ["commafeed"]
    assert "E5" not in rules


def test_a_rule_that_may_be_broken_is_told_no_more(site: Path) -> None:
    (site / "publisher.toml").write_text(f'{SITE}[check]\nignore = ["E5"]\n', encoding="utf-8")
    assert run(site, "--notes", folded=FOLDED) == (0, "1 post, nothing doubtful\n")

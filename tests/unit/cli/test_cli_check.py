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
    assert out.startswith("warning: content/doubtful.md:3:8: image not found: /no.png\n   3 | image: /no.png\nhint: ")
    assert out.endswith("\n\n1 warning in 1 file, 1 post looked at\n  1 missing-image\n")
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

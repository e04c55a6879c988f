"""`publisher check --issue` looks at the next issue as clients, filters and readers would."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from publisher.cli.main import make_app
from tests.preview_samples import a_site, write_post

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return a_site(tmp_path)


def check(root: Path, *words: str) -> Result:
    moment = ("--now", "2026-10-08T08:00:00+08:00")
    return CliRunner().invoke(make_app(), ["check", "--issue", "weekly", "--config", str(root), *moment, *words])


def test_an_issue_without_doubts_is_said_to_be_so(root: Path) -> None:
    result = check(root, "--strict")
    assert (result.exit_code, result.stdout) == (0, "nothing doubtful in weekly 1, 2 posts: 山城的雨天｜第 1 期\n")


def test_doubts_are_printed_and_fail_where_strictness_was_asked_for(root: Path) -> None:
    write_post(root, "rain", title="快來看！真的！", image="/rain.jpg", tags=["鐵道"])
    assert "warning: the subject has several exclamation marks" in check(root).stdout
    assert "1 warning in weekly 1" in check(root).stdout
    assert (check(root).exit_code, check(root, "--strict").exit_code) == (0, 1)


def test_mail_that_is_signed_for_somebody_else_is_an_error(root: Path) -> None:
    with (root / "publisher.toml").open("a", encoding="utf-8") as file:
        file.write('[delivery.maildir.dkim]\ndomain = "relay.example"\n')
    result = check(root)
    assert result.exit_code == 1
    assert "error: delivery.maildir.dkim.domain is relay.example, but newsletters.weekly.sender" in result.stdout


def test_a_script_gets_the_table_of_mail_clients(root: Path) -> None:
    answer = json.loads(check(root, "--json").stdout)
    assert (answer["newsletter"], answer["number"], answer["week"], answer["problems"]) == ("weekly", 1, "due", [])
    assert {row["feature"]: row["Outlook (Windows)"] for row in answer["clients"]}["border-radius"] == "n"


def test_a_week_without_posts_has_nothing_to_check(root: Path) -> None:
    for file in (root / "content" / "posts").iterdir():
        file.unlink()
    assert check(root).stdout == "weekly: nothing new, so there is no issue to check\n"

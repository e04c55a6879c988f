import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from publisher.cli.main import make_app
from publisher.config import Config, load_config
from publisher.digest.freeze import content_hash, pictures_of
from publisher.errors import ConfigError, ContentError
from publisher.pipeline.issue import IssueReport, make_issue
from publisher.pipeline.letters import letters_for, opened_transport
from publisher.store.issues import latest_issue
from publisher.store.keys import TokenKey
from publisher.store.open import Store, open_store
from tests.digest_samples import a_subscriber, image_file

#: A Thursday at eight in Taipei: the moment at which the week of the first of October is over.
DUE = datetime(2026, 10, 8, 0, tzinfo=UTC)
#: Any variable that is set: nothing is sent with it.
KEY = {"env": "PATH"}
SETTINGS = """
[site]
title = "山城週記"
url = "https://shan.example/"
language = "zh-TW"
timezone = "Asia/Taipei"

[newsletters.weekly]
sender = "weekly@shan.example"
postal_address = "22448 新北市瑞芳區豎崎路 1 號"
weekday = "thursday"
hour = 08:00:00
first_number = 7
"""


def write_post(root: Path, name: str, **front: Any) -> None:
    matter = {"title": name, "date": "2026-10-02T09:00:00+08:00", "description": f"{name}的摘要。", **front}
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in matter.items() if value is not None]
    file = root / "content" / "posts" / f"{name}.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(["---", *lines, "---", "", f"{name}的內文，下雨。", ""]), encoding="utf-8")


def write_picture(root: Path, name: str, content: bytes) -> None:
    file = root / "static" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "publisher.toml").write_text(SETTINGS, encoding="utf-8")
    write_post(tmp_path, "rain", date="2026-10-03T09:00:00+08:00", image="/rain.webp", image_alt="雨中的車站")
    write_post(tmp_path, "train", image="/train.png")
    write_post(tmp_path, "early", date="2026-09-30T09:00:00+08:00")
    write_post(tmp_path, "draft", draft=True)
    write_picture(tmp_path, "rain.webp", image_file(kind="WEBP"))
    write_picture(tmp_path, "train.png", image_file((800, 600)))
    return tmp_path


@pytest.fixture
def config(root: Path) -> Config:
    return load_config(root)


@pytest.fixture
def store(config: Config) -> Iterator[Store]:
    opened = open_store(config.store.url, config.root)
    yield opened
    opened.close()


def make(config: Config, store: Store, now: datetime = DUE) -> IssueReport:
    return make_issue(config, "weekly", now, store=store)


def files(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_week_becomes_a_frozen_issue_with_pictures_and_pages(config: Config, store: Store) -> None:
    report = make(config, store)
    issue = report.issue
    assert issue
    assert (report.outcome, report.problems) == ("frozen", ())
    assert (issue.number, issue.subject) == (7, "rain｜第 7 期")
    assert issue.manifest == ("https://shan.example/posts/rain/", "https://shan.example/posts/train/")
    assert issue.content_hash == content_hash(issue)
    with store.read() as connection:
        assert latest_issue(connection, "weekly") == issue
    output = files(config.output_dir)
    pictures = pictures_of(issue.html)
    assert {name.rsplit("-")[-1] for name in pictures} == {"1200.jpg", "672.jpg"}
    assert output.keys() == {*pictures, "newsletters/weekly/index.html", "newsletters/weekly/7/index.html"}
    assert b"XXUNSUBSCRIBEXX" not in output["newsletters/weekly/7/index.html"]
    assert "雨中的車站" in issue.html


def test_the_same_week_again_gives_the_same_issue_whatever_happened_to_the_posts(config: Config, store: Store) -> None:
    first = make(config, store)
    before = files(config.output_dir)
    write_post(config.root, "rain", title="改了標題", date="2026-10-03T09:00:00+08:00")
    again = make(config, store, DUE + timedelta(days=6))
    assert again.outcome == "already frozen"
    assert again.issue == first.issue
    assert files(config.output_dir) == before


def test_pictures_and_pages_that_were_lost_are_put_back(config: Config, store: Store) -> None:
    make(config, store)
    before = files(config.output_dir)
    for name in before:
        (config.output_dir / name).unlink()
    assert make(config, store).problems == ()
    assert files(config.output_dir) == before


def test_a_lost_picture_whose_source_changed_is_told(config: Config, store: Store) -> None:
    issue = make(config, store).issue
    assert issue
    lost = next(name for name in pictures_of(issue.html) if "-1200." in name)
    (config.output_dir / lost).unlink()
    write_picture(config.root, "rain.webp", image_file((1000, 500), kind="WEBP"))
    (problem,) = make(config, store).problems
    assert (problem.rule, problem.severity) == ("lost-picture", "error")
    assert problem.at
    assert problem.at.file == f"public/{lost}"


def test_a_week_without_posts_makes_no_issue(config: Config, store: Store) -> None:
    report = make(config, store, DUE + timedelta(days=70))
    assert (report.outcome, report.issue) == ("nothing new", None)
    assert not config.output_dir.exists()


def test_the_next_week_has_the_next_number_and_the_newsletters_own_page(config: Config, store: Store) -> None:
    make(config, store)
    write_post(config.root, "later", date="2026-10-09T09:00:00+08:00")
    report = make(config, store, DUE + timedelta(days=7))
    assert report.issue
    assert (report.issue.number, report.issue.manifest) == (8, ("https://shan.example/posts/later/",))
    output = files(config.output_dir)
    assert output["newsletters/weekly/index.html"] == output["newsletters/weekly/8/index.html"]
    make(config, store)
    assert files(config.output_dir) == output


def test_a_post_that_was_told_is_not_told_again_when_its_date_moves(config: Config, store: Store) -> None:
    make(config, store)
    write_post(config.root, "rain", date="2026-10-10T09:00:00+08:00")
    assert make(config, store, DUE + timedelta(days=7)).outcome == "nothing new"


def test_a_broken_picture_spoils_one_picture(config: Config, store: Store) -> None:
    write_picture(config.root, "train.png", image_file()[:3000])
    report = make(config, store)
    assert report.issue
    assert [problem.rule for problem in report.problems] == ["mail-picture"]
    assert report.problems[0].at
    assert report.problems[0].at.file == "content/posts/train.md"
    assert len(pictures_of(report.issue.html)) == 1
    assert "train的摘要" in report.issue.html


def test_a_missing_picture_is_told_once_and_the_mail_goes_without(config: Config, store: Store) -> None:
    (config.root / "static/train.png").unlink()
    report = make(config, store)
    assert [problem.rule for problem in report.problems] == ["missing-image"]
    assert report.issue
    assert "train.png" not in report.issue.html


@pytest.mark.parametrize(("url", "shown"), [("https://img.example/a.jpg", True), ("https://img.example/a.webp", False)])
def test_a_picture_elsewhere_is_linked_when_every_client_draws_it(
    config: Config, store: Store, url: str, *, shown: bool
) -> None:
    write_post(config.root, "train", image=url)
    report = make(config, store)
    assert report.issue
    assert (url in report.issue.html) == shown
    assert [problem.rule for problem in report.problems] == ([] if shown else ["mail-picture"])


def test_a_post_without_description_is_told_by_its_own_words(config: Config, store: Store) -> None:
    write_post(config.root, "train", description=None)
    report = make(config, store)
    assert report.issue
    assert "train的內文，下雨。" in report.issue.html


def test_a_preview_keeps_nothing(config: Config) -> None:
    before = files(config.root)
    report = make_issue(config, "weekly", DUE, store=None, freeze=False)
    assert report.outcome == "preview"
    assert report.issue
    assert set(report.pictures) == set(pictures_of(report.issue.html))
    assert files(config.root) == before


def test_the_clock_and_the_zone_of_the_machine_change_no_byte(
    config: Config, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make_issue(config, "weekly", DUE, store=store, freeze=False).issue
    monkeypatch.setenv("TZ", "America/New_York")
    monkeypatch.setenv("LC_ALL", "C")
    later = make_issue(config, "weekly", DUE + timedelta(days=3), store=store, freeze=False).issue
    assert first
    assert later
    assert later.content_hash == first.content_hash


def test_a_name_that_is_no_part_of_an_address_is_refused(config: Config, store: Store) -> None:
    odd = config.model_copy(update={"newsletters": {"../x": config.newsletter("weekly")}})
    with pytest.raises(ConfigError, match=r"newsletters\.\.\./x"):
        make_issue(odd, "../x", DUE, store=store)


def run(root: Path, *words: str) -> Any:
    return CliRunner().invoke(
        make_app(), ["issue", "weekly", "--config", str(root), "--now", "2026-10-08T08:00", *words]
    )


def test_the_command_says_what_it_made_and_writes_a_file_to_look_at(root: Path) -> None:
    done = run(root, "--output", str(root / "mail.html"))
    assert done.exit_code == 0, done.output
    assert "weekly 7 is frozen: 2 posts from 2026-10-01 08:00 to 2026-10-08 08:00" in done.output
    shown = (root / "mail.html").read_text(encoding="utf-8")
    assert shown.count("data:image/jpeg;base64,") == 2
    assert "was frozen before" in run(root).output


def test_the_command_can_be_tried_without_leaving_a_trace(root: Path) -> None:
    before = files(root)
    done = run(root, "--dry-run", "--json")
    assert done.exit_code == 0, done.output
    facts = json.loads(done.stdout)
    assert (facts["outcome"], facts["number"], len(facts["pictures"])) == ("preview", 7, 2)
    assert files(root) == before


def test_the_command_says_plainly_when_there_is_nothing(root: Path) -> None:
    words = ["issue", "weekly", "--config", str(root), "--now", "2026-12-24T08:00"]
    done = CliRunner().invoke(make_app(), words)
    assert (done.exit_code, done.stdout) == (
        0,
        "weekly: nothing new from 2026-12-17 08:00 to 2026-12-24 08:00, so there is no issue\n",
    )


@pytest.mark.parametrize(("which", "kinds"), [("none", []), ("lead", ["1200"]), ("all", ["1200", "672"])])
def test_pictures_travel_inside_where_the_newsletter_wants_it(config: Config, which: str, kinds: list[str]) -> None:
    newsletter = config.newsletter("weekly").model_copy(update={"pictures_inside": which})
    wanting = config.model_copy(update={"newsletters": {"weekly": newsletter}})
    store = open_store(wanting.store.url, wanting.root)
    issue = make(wanting, store).issue
    store.close()
    assert issue
    letter = letters_for(wanting, issue, TokenKey(0, bytes(32))).write(a_subscriber())
    assert letter.content.count(b"Content-ID: <") == len(kinds)
    assert all(f"-{kind}.jpg" in letter.html for kind in ("1200", "672"))
    for name in pictures_of(issue.html):
        (wanting.output_dir / name).unlink()
    if kinds:
        with pytest.raises(ContentError, match="can't be read"):
            letters_for(wanting, issue, TokenKey(0, bytes(32)))


def test_a_transport_that_takes_parts_alone_refuses_pictures_inside(config: Config) -> None:
    newsletter = config.newsletter("weekly").model_copy(update={"pictures_inside": "lead", "transport": "resend"})
    wanting = config.model_copy(
        update={"newsletters": {"weekly": newsletter}, "delivery": {"resend": {"api_key": KEY}}}
    )
    with pytest.raises(ConfigError, match="resend takes HTML and text only"), opened_transport(wanting, "weekly", None):
        pass


def test_an_editors_note_opens_the_issue_of_its_week_or_number(config: Config, store: Store) -> None:
    folder = config.root / "newsletters" / "weekly"
    folder.mkdir(parents=True)
    (folder / "2026-W41.md").write_text("---\nsubject: 雨季\n---\n這週的**雨**很大。\n", encoding="utf-8")
    report = make_issue(config, "weekly", DUE, store=store, freeze=False)
    assert report.issue
    assert report.problems == ()
    assert "這週的<strong>雨</strong>很大。" in report.issue.html
    assert "這週的雨很大。" in report.issue.text
    assert report.issue.subject == "雨季"
    (folder / "7.md").write_text("另一篇。\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"two notes for one issue: .*7\.md and .*2026-W41\.md"):
        make_issue(config, "weekly", DUE, store=store, freeze=False)


def test_the_command_opens_the_mail_in_the_readers_own_browser(root: Path, tmp_path: Path) -> None:
    browser, opened = tmp_path / "browser", tmp_path / "opened"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}\n', encoding="utf-8")
    browser.chmod(0o755)
    words = ["issue", "weekly", "--config", str(root), "--now", "2026-10-08T08:00", "--dry-run", "--open"]
    command = [sys.executable, "-m", "publisher.cli.main", *words, "--output", str(root / "mail.html")]
    subprocess.run(command, check=True, env=os.environ | {"BROWSER": str(browser)}, capture_output=True)
    assert opened.read_text(encoding="utf-8").strip() == (root / "mail.html").as_uri()


def test_screenshots_without_a_browser_are_refused_before_anything_is_frozen(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(root))
    done = run(root, "--screenshot", str(root / "shots"))
    assert isinstance(done.exception, ConfigError)
    assert "no Chromium found" in str(done.exception)
    assert not (root / "publisher.db").exists()

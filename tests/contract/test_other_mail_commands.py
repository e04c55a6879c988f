"""`publisher announce` and `publisher notify` as a person runs them."""

from __future__ import annotations

import mailbox
from typing import TYPE_CHECKING

import pytest

from tests.contract.small_site import NOW, make_site
from tests.contract.smtp_server import run_smtp_server
from tests.contract.test_send_commands import AT_NOW, Terminal

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "---\ntitle: 我們搬家了\nsubject: 新地址\n---\n從下週起,信會從**新的地址**寄出。\n"


@pytest.fixture
def run(tmp_path: Path) -> Terminal:
    make_site(tmp_path, transport="maildir")
    (tmp_path / "move.md").write_text(TEXT, encoding="utf-8")
    return Terminal(tmp_path)


def letters(run: Terminal) -> int:
    return len(mailbox.Maildir(run.folder / "outbox", create=False))


def test_an_announcement_is_looked_at_sent_and_not_sent_again(run: Terminal) -> None:
    run("subscribers", "add", "a@example.org")
    looked = run("announce", "move.md", "--dry-run", *AT_NOW).stdout
    assert "weekly announcement 1000001 (新地址) would go to 1 of 1 subscribers" in looked
    assert "there is no issue yet" in run("announce", "move.md", "--status").stdout
    assert "a copy of weekly announcement 1000001" in run("announce", "move.md", "--to", "me@example.org").stdout
    sent = run("announce", "move.md", *AT_NOW).stdout
    assert "weekly announcement 1000001 (新地址) is sent" in sent
    assert "weekly-1000001.json" in sent
    assert "was already sent to everybody" in run("announce", "move.md", *AT_NOW).stdout
    assert "stands as follows" in run("announce", "move.md", "--status").stdout
    assert letters(run) == 2
    assert run.json("announce", "move.md", *AT_NOW)["kind"] == "announcement"
    assert "is whole" in run("ledger", "verify").stdout


def test_an_announcement_asks_after_its_canary(run: Terminal) -> None:
    for name in "abcd":
        run("subscribers", "add", f"{name}@example.org")
    first = run("announce", "move.md", "--canary", "25%", *AT_NOW, expect=3).stdout
    assert "is sent to the few who go first" in first
    assert letters(run) == 1
    assert "is sent" in run("announce", "move.md", "--canary", "25%", "--yes", *AT_NOW).stdout
    assert letters(run) == 4


def test_a_changed_announcement_says_what_can_be_done(run: Terminal) -> None:
    run("subscribers", "add", "a@example.org")
    run("announce", "move.md", *AT_NOW)
    (run.folder / "move.md").write_text(TEXT + "更正。\n", encoding="utf-8")
    refused = run("announce", "move.md", *AT_NOW, expect=1).stderr
    assert "move.md was changed since it was sent" in refused
    assert "hint: --again sends the new text to everybody" in refused
    assert "already sent" in run("send", "weekly", "--issue", "1000001", *AT_NOW).stdout
    assert "is sent" in run("announce", "move.md", "--again", *AT_NOW).stdout


def test_a_file_that_is_no_announcement_is_named(run: Terminal) -> None:
    (run.folder / "empty.md").write_text("沒有標題。\n", encoding="utf-8")
    assert "empty.md: an announcement needs a title and a text" in run("announce", "empty.md", expect=1).stderr
    assert "none.md: it can't be read" in run("announce", "none.md", expect=1).stderr
    assert "not a topic" in run("announce", "move.md", "--topic", "鐵道", expect=1).stderr


def test_new_posts_are_mailed_once_to_who_wants_each(run: Terminal) -> None:
    at = ["--now", "2026-02-05T10:00:00+08:00"]
    assert "nobody wants a mail for each post" in run("notify", *at).stdout
    run("subscribers", "add", "week@example.org")
    run("subscribers", "add", "each@example.org", "--frequency", "posts")
    assert "would go to 1 of 1 subscribers" in run("notify", "--dry-run", *at).stdout
    assert "weekly post 1000001 (雨後的步道｜山邊週報) is sent" in run("notify", *at).stdout
    assert run("notify", *at).stdout == "weekly: no new post, so nothing is sent\n"
    assert run.json("notify", *at) == {"newsletter": "weekly", "readers": 1, "posts": []}
    assert letters(run) == 1
    assert "issue 1000001" in run("explain", "each@example.org").stdout
    assert "issue 1000001" not in run("explain", "week@example.org").stdout
    assert "was already sent" in run("notify", "content/posts/rain.md", *AT_NOW).stdout
    assert "stands as follows" in run("notify", "content/posts/rain.md", "--status").stdout
    assert "publisher notify POST" in run("notify", "--status", expect=1).stderr
    assert "no post" in run("notify", "content/posts/snow.md", expect=1).stderr


def test_an_announcement_travels_by_smtp(tmp_path: Path) -> None:
    with run_smtp_server(tmp_path, tls_context=None, require_starttls=False, auth_required=False) as room:
        more = f'[delivery.smtp]\nhost = "127.0.0.1"\nport = {room.port}\nsecurity = "none"\n'
        site = tmp_path / "site"
        make_site(site, transport="smtp", more=more)
        (site / "move.md").write_text(TEXT, encoding="utf-8")
        run = Terminal(site)
        for name in ("a", "rcpt-550", "b"):
            run("subscribers", "add", f"{name}@example.org")
        sent = run("announce", "move.md", "--now", NOW.isoformat(), expect=3)
        assert "2 accepted, 1 rejected" in sent.stdout
        run("announce", "move.md", "--now", NOW.isoformat())
        assert sorted(recipient for recipient, _ in room.accepted) == ["a@example.org", "b@example.org"]
        assert all(b"List-Unsubscribe" in content for _, content in room.accepted)


def test_a_subscriber_s_life_by_hand(tmp_path: Path) -> None:
    make_site(tmp_path, transport="maildir")
    file = tmp_path / "publisher.toml"
    settings = 'letters = ["welcome", "goodbye"]\nconfirm_mailto = "yes@shanbian.example"\n\n[store]'
    file.write_text(file.read_text(encoding="utf-8").replace("[store]", settings), encoding="utf-8")
    run = Terminal(tmp_path)
    tried = run("subscribers", "add", "a@example.org", "--confirm", "--dry-run").stdout
    assert "would get the confirm mail; nothing was changed or sent" in tried
    assert not (tmp_path / "publisher.db").exists()
    added = run("subscribers", "add", "a@example.org", "--confirm", "--topic", "tag:鐵道").stdout
    assert added == "a@example.org: added, and asked to confirm, for tags:鐵道\n  the confirm mail is on its way\n"
    assert "it is not sent again" in run("subscribers", "add", "a@example.org", "--confirm").stdout
    assert run.people() == [("a@example.org", "pending")]
    assert "the welcome mail is on its way" in run("subscribers", "confirm", "a@example.org").stdout
    assert "a@example.org is already active" in run("subscribers", "confirm", "a@example.org").stdout
    assert run("subscribers", "add", "b@example.org", "--no-mail").stdout == "b@example.org: added\n"
    would = run("subscribers", "remove", "a@example.org", "--dry-run").stdout
    assert "would get the goodbye mail" in would
    assert "the goodbye mail is on its way" in run("subscribers", "remove", "a@example.org").stdout
    assert run("subscribers", "letters").stdout == "weekly: no letter waits\n"
    told = run("explain", "a@example.org").stdout
    assert [line.split("the ")[1] for line in told.splitlines() if " mail, attempt" in line] == [
        "confirm mail, attempt 1: accepted",
        "welcome mail, attempt 1: accepted",
        "goodbye mail, attempt 1: accepted",
    ]
    assert letters(run) == 3


def test_who_reads_what_is_changed_listed_and_goes_round(run: Terminal) -> None:
    run("subscribers", "add", "a@example.org", "--frequency", "both", "--topic", "tags:鐵道", "--name", "王, 小明")
    run("subscribers", "add", "b@example.org")
    assert "(the digest and each post; tags:鐵道)" in run("subscribers", "list").stdout
    assert run("subscribers", "set", "b@example.org", "--frequency", "posts").stdout == (
        "b@example.org: gets each post\n"
    )
    exported = run("subscribers", "export").stdout
    people = run.json("subscribers", "list")["subscribers"]
    for email in ("a@example.org", "b@example.org"):
        assert "nothing to change" in run("subscribers", "set", email, expect=1).stderr
    (run.folder / "list.csv").write_text(exported, encoding="utf-8")
    (run.folder / "publisher.db").unlink()
    assert "2 added" in run("subscribers", "import", "list.csv").stdout
    again = run.json("subscribers", "list")["subscribers"]
    kept = ("email", "name", "frequency", "topics")
    assert [[one[key] for key in kept] for one in again] == [[one[key] for key in kept] for one in people]
    (run.folder / "bad.csv").write_text("email,topics\nc@example.org,鐵道\n", encoding="utf-8")
    assert "bad.csv:2: c@example.org is left out: not a topic" in run("subscribers", "import", "bad.csv").stderr
    assert "there is no" in run("subscribers", "set", "a@example.org", "--frequency", "daily", expect=1).stderr
    assert "is not subscribed" in run("subscribers", "set", "x@example.org", "--topic", "all", expect=1).stderr


def test_a_change_holds_though_its_letter_can_not_be_sent(tmp_path: Path) -> None:
    make_site(tmp_path, transport="smtp", more='[delivery.smtp]\nhost = "127.0.0.1"\nport = 1\nsecurity = "none"\n')
    file = tmp_path / "publisher.toml"
    settings = file.read_text(encoding="utf-8").replace("[store]", 'letters = ["goodbye"]\n\n[store]')
    file.write_text(settings, encoding="utf-8")
    run = Terminal(tmp_path)
    run("subscribers", "add", "a@example.org")
    removed = run("subscribers", "remove", "a@example.org", expect=75)
    assert removed.stdout.startswith("a@example.org is unsubscribed, and will not be mailed to again\n")
    assert "the goodbye mail to a@example.org" in removed.stderr
    assert "publisher subscribers letters tries again" in removed.stderr
    file.write_text(settings.replace('transport = "smtp"', 'transport = "maildir"'), encoding="utf-8")
    assert run("subscribers", "letters").stdout == "a@example.org: the goodbye mail is on its way\n"
    assert letters(run) == 1


def test_nobody_can_be_asked_where_nobody_could_answer(run: Terminal) -> None:
    refused = run("subscribers", "add", "a@example.org", "--confirm", expect=1).stderr
    assert "neither confirm_url nor confirm_mailto" in refused
    assert run.people() == []

"""`publisher ledger`, `publisher explain` and the wishes of `publisher send` as a person runs them."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from publisher.config import load_config
from tests.contract.small_site import NOW, make_site, subscribe
from tests.contract.test_send_commands import Terminal

if TYPE_CHECKING:
    from pathlib import Path

AT_NOW = ["--now", NOW.isoformat()]


@pytest.fixture
def run(tmp_path: Path) -> Terminal:
    """A site whose issue was sent to a and b; c must not be mailed to, and d has no mail address."""
    config = make_site(tmp_path, transport="maildir")
    terminal = Terminal(tmp_path)
    subscribe(config, "a@example.org", "b@example.org", "c@example.org")
    subscribe(config, "小明@example.org", checked=False)
    with closing(sqlite3.connect(tmp_path / "publisher.db", isolation_level=None)) as store:
        store.execute("INSERT INTO suppressions VALUES ('c@example.org', 'complaint', '2026-01-01 00:00:00.000000')")
        store.execute("UPDATE subscribers SET name = '=HYPERLINK(\"https://evil.example\")' WHERE id = 1")
    terminal("send", "weekly", *AT_NOW)
    return terminal


def test_a_whole_ledger_is_said_to_be_whole(run: Terminal) -> None:
    assert "weekly 1 is whole: 4 rows, 4 entries" in run("ledger", "verify").stdout
    certificate = ".publisher/certificates/weekly-1.json"
    assert "is whole" in run("ledger", "verify", "--certificate", certificate).stdout
    facts = run.json("ledger", "verify", "--issue", "1")
    head = json.loads((run.folder / certificate).read_text())["ledger"]["head"]
    assert (facts["whole"], facts["issues"][0]["head"]) == (True, head)


def test_a_changed_ledger_ends_with_1_and_says_where(run: Terminal) -> None:
    with closing(sqlite3.connect(run.folder / "publisher.db", isolation_level=None)) as store:
        store.execute("UPDATE deliveries SET state = 'accepted' WHERE email = 'c@example.org'")
    done = run("ledger", "verify", expect=1)
    assert "weekly 1 is NOT as it was written" in done.stdout
    assert "(c@example.org, accepted) is not as written (suppressed)" in done.stdout
    assert run.json("ledger", "verify", expect=1)["whole"] is False


def test_a_certificate_of_something_else_is_refused(run: Terminal) -> None:
    (run.folder / "x.json").write_text('{"format": "something else"}')
    assert "no send certificate" in run("ledger", "verify", "--certificate", "x.json", expect=1).stderr


def test_what_happened_is_shown_entry_by_entry(run: Terminal) -> None:
    lines = run("ledger", "show").stdout.splitlines()
    assert [line.split()[4] for line in lines] == ["planned", "claimed", "committing", "outcome"]
    assert [entry["event"] for entry in json.loads(run("ledger", "show", "--json").stdout)] == [
        "planned",
        "claimed",
        "committing",
        "outcome",
    ]


def test_who_got_it_who_did_not_and_why(run: Terminal) -> None:
    assert run("ledger", "who", "--state", "accepted").stdout.splitlines()[-1] == "2 accepted, weekly 1"
    rest = run("ledger", "who", "--issue", "1").stdout
    assert "c@example.org: must not be mailed to: complaint" in rest
    assert "小明@example.org: can't be mailed to" in rest
    assert json.loads(run("ledger", "who", "--state", "uncertain", "--json").stdout) == []
    assert "write one of planned" in run("ledger", "who", "--state", "asleep", expect=1).stderr
    assert "has no issue 9" in run("ledger", "who", "--issue", "9", expect=1).stderr


def test_an_export_is_safe_to_open_in_a_spreadsheet(run: Terminal) -> None:
    rows = list(csv.DictReader(io.StringIO(run("ledger", "export", "--csv").stdout)))
    assert [row["state"] for row in rows] == ["accepted", "accepted", "suppressed", "rejected"]
    assert rows[0]["name"].startswith("'=HYPERLINK")
    exact = json.loads(run("ledger", "export", "--json").stdout)
    assert exact[0]["name"].startswith("=HYPERLINK")
    assert "two forms" in run("ledger", "export", "--csv", "--json", expect=1).stderr


def test_anybody_can_be_explained(run: Terminal) -> None:
    assert "sent to a@example.org: maildir took it" in run("explain", "A@example.org").stdout
    told = run("explain", "c@example.org").stdout
    assert "must not be mailed to, by any newsletter: complaint" in told
    assert "issue 1 (" in told
    assert "not sent: must not be mailed to: complaint" in told
    assert run.json("explain", "x@example.org")["subscriber"] is None
    assert "can't mail to" in run("explain", "nobody@@example.org", expect=1).stderr


def test_a_status_a_cancelling_and_their_absence_are_said(run: Terminal, tmp_path: Path) -> None:
    assert "stands as follows" in run("send", "weekly", "--status").stdout
    assert "has nothing left to give up" in run("send", "weekly", "--cancel").stdout
    assert run.json("send", "weekly", "--status")["audience"]["suppressed"] == 1
    empty = make_site(tmp_path / "empty")
    assert "there is no issue yet" in Terminal(empty.root)("send", "weekly", "--status").stdout


def test_events_come_a_line_each(tmp_path: Path) -> None:
    subscribe(make_site(tmp_path, transport="maildir"), "a@example.org", "b@example.org")
    lines = Terminal(tmp_path)("send", "weekly", *AT_NOW, "--json-events").stdout.splitlines()
    begin, progress, end = map(json.loads, lines)
    assert (begin["event"], begin["audience"]["planned"]) == ("begin", 2)
    assert (progress["event"], progress["done"], progress["total"]) == ("progress", 2, 2)
    assert (end["event"], end["outcome"], end["plan_hash"]) == ("end", "sent", begin["plan_hash"])


def test_a_canary_without_a_terminal_stops_and_ends_with_3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subscribe(make_site(tmp_path, transport="maildir"), *(f"r{number}@example.org" for number in range(10)))
    run = Terminal(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert "the few who go first" in run("send", "weekly", *AT_NOW, "--canary", "10%", expect=3).stdout
    assert run.json("send", "weekly", "--status")["states"] == {"accepted": 1, "planned": 9}
    assert run.json("send", "weekly", *AT_NOW, "--canary", "20%", "--yes")["states"] == {"accepted": 10}
    assert "write --canary 1%" in run("send", "weekly", "--canary", "ten", expect=1).stderr


INJECTION = "台北\r\nBcc: all@example.org"


@pytest.mark.parametrize("field", ["name", "title", "subject", "address"])
def test_no_line_break_of_anybodys_makes_a_header(tmp_path: Path, field: str) -> None:
    """CR and LF in a reader's name, a newsletter's or a post's title, an address: no mail has a Bcc."""
    make_site(tmp_path, transport="maildir")
    config = load_config(tmp_path)
    subscribe(config, "a@example.org", "b@example.org")
    with closing(sqlite3.connect(tmp_path / "publisher.db", isolation_level=None)) as store:
        if field == "name":
            store.execute("UPDATE subscribers SET name = ? WHERE id = 1", [INJECTION])
        if field == "address":
            store.execute("UPDATE subscribers SET email = ? WHERE id = 1", ["a@example.org\r\nBcc: all@example.org"])
    if field == "title":
        file = tmp_path / "publisher.toml"
        file.write_text(file.read_text().replace('title = "山邊週報"', f"title = {json.dumps(INJECTION)}"))
    if field == "subject":
        post = tmp_path / "content" / "posts" / "rain.md"
        post.write_text(post.read_text().replace("雨後的步道", json.dumps(INJECTION)))
    Terminal(tmp_path)("send", "weekly", *AT_NOW, expect={"name": 3, "title": 1}.get(field, 0))
    mails = [file.read_bytes() for file in (tmp_path / "outbox" / "new").iterdir()]
    # A reader's own spoils their own mail; the newsletter's is refused; a post's title becomes one line.
    assert len(mails) == {"name": 1, "address": 1, "title": 0, "subject": 2}[field]
    assert not any(mail.partition(b"\r\n\r\n")[0].lower().count(b"\nbcc:") for mail in mails)


@pytest.mark.parametrize(
    ("first", "second", "mails"),
    [
        ("Mei@Example.org", "mei@example.ORG", 1),
        ("mei@例子.example", "mei@xn--fsqu00a.example", 1),
        ("m.e.i@gmail.com", "mei@googlemail.com", 1),
        ("m.e.i@example.org", "mei@example.org", 2),
        ("mei+a@gmail.com", "mei+b@gmail.com", 2),
    ],
)
def test_look_alike_addresses_get_one_mail_where_they_are_one_mailbox(
    tmp_path: Path, first: str, second: str, mails: int
) -> None:
    make_site(tmp_path, transport="maildir")
    run = Terminal(tmp_path)
    run("subscribers", "add", first)
    run("subscribers", "add", second)
    assert run.json("send", "weekly", *AT_NOW)["states"]["accepted"] == mails


def test_an_address_beyond_all_length_is_refused_and_spoils_only_itself(tmp_path: Path) -> None:
    config = make_site(tmp_path, transport="maildir")
    run = Terminal(tmp_path)
    long = "x" * 65 + "@example.org"
    assert "longer than 64" in run("subscribers", "add", long, expect=1).stderr
    subscribe(config, long, "a@example.org", checked=False)
    answer = run.json("send", "weekly", *AT_NOW)
    assert (answer["states"], answer["audience"]["invalid"]) == ({"accepted": 1, "rejected": 1}, 1)

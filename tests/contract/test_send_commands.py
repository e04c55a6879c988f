"""`publisher subscribers` and `publisher send` as a person runs them."""

from __future__ import annotations

import io
import json
import os
import select
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from publisher.cli.main import main
from tests.contract.small_site import NOW, make_site, subscribe
from tests.contract.smtp_server import run_smtp_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.contract.smtp_server import Mailroom

COMMAND = [sys.executable, "-m", "publisher.cli.main"]
AT_NOW = ["--now", NOW.isoformat()]


@dataclass
class Done:
    """What a command has said."""

    stdout: str
    stderr: str


class Terminal:
    """Runs commands in a site's folder: in this process, since starting Python is most of a command's time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *words: str, expect: int = 0) -> Done:
        output, errors = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(output), redirect_stderr(errors):
            patch.chdir(self.folder)
            patch.setattr(sys, "argv", ["publisher", *words])
            with pytest.raises(SystemExit) as ended:
                main()
        assert ended.value.code == expect, output.getvalue() + errors.getvalue()
        return Done(output.getvalue(), errors.getvalue())

    def json(self, *words: str, expect: int = 0) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self(*words, "--json", expect=expect).stdout)
        return answer

    def people(self, *words: str) -> list[tuple[str, str]]:
        found = self.json("subscribers", "list", *words)["subscribers"]
        return [(person["email"], person["state"]) for person in found]


@pytest.fixture
def run(tmp_path: Path) -> Terminal:
    make_site(tmp_path, transport="maildir")
    return Terminal(tmp_path)


def test_people_are_added_listed_and_removed(run: Terminal) -> None:
    assert run("subscribers", "add", "Ming@Example.org", "--name", "王小明").stdout == "Ming@Example.org: added\n"
    assert run("subscribers", "add", "ming@example.org").stdout == "ming@example.org is already there\n"
    assert run.people() == [("Ming@Example.org", "active")]
    assert "will not be mailed to again" in run("subscribers", "remove", "MING@example.org").stdout
    assert "was removed before" in run("subscribers", "remove", "ming@example.org").stdout
    assert run.people("--state", "active") == []
    assert run.people("--state", "unsubscribed") == [("Ming@Example.org", "unsubscribed")]


def test_who_left_comes_back_only_when_they_ask(run: Terminal) -> None:
    run("subscribers", "add", "a@example.org")
    run("subscribers", "remove", "a@example.org")
    refused = run("subscribers", "add", "a@example.org", expect=1)
    assert "must not be mailed to" in refused.stderr
    assert "hint: if they asked for it again: publisher subscribers add --again a@example.org" in refused.stderr
    run("subscribers", "add", "--again", "a@example.org")
    assert run.people() == [("a@example.org", "active")]


def test_removing_a_stranger_keeps_a_later_list_from_adding_them(run: Terminal) -> None:
    assert "was not subscribed" in run("subscribers", "remove", "a@example.org").stdout
    (run.folder / "list.txt").write_text("a@example.org\nb@example.org\n", encoding="utf-8")
    done = run("subscribers", "import", "list.txt")
    assert done.stdout == "weekly: 1 added, 0 already there, 1 passed over, 0 invalid\n"
    assert "list.txt:1: a@example.org is passed over" in done.stderr
    assert run.people() == [("b@example.org", "active")]


def test_an_import_names_every_line_it_can_t_use(run: Terminal) -> None:
    lines = "姓名,電子郵件\n王小明,ming@example.org\n林美,mei@@example.org\n陳,\nM,MING@example.org\n"
    (run.folder / "名單.csv").write_bytes(lines.encode("big5"))
    tried = run("subscribers", "import", "名單.csv", "--dry-run")
    assert tried.stdout == "weekly: 1 would be added, 0 already there, 0 passed over, 2 invalid\n"
    assert not (run.folder / "publisher.db").exists()
    done = run("subscribers", "import", "名單.csv")
    assert done.stdout == "weekly: 1 added, 0 already there, 0 passed over, 2 invalid\n"
    for place in ("名單.csv:1: the file is not UTF-8", "名單.csv:3: can't mail to", "名單.csv:4:", "名單.csv:5:"):
        assert place in done.stderr
    again = run.json("subscribers", "import", "名單.csv", "--dry-run")
    assert (again["added"], again["already_there"], again["invalid"]) == (0, 1, 2)


def test_a_list_that_is_wrong_from_end_to_end_is_not_told_line_by_line(run: Terminal) -> None:
    (run.folder / "list.txt").write_text("a@example.org\n" + "nobody\n" * 1_002, encoding="utf-8")
    done = run("subscribers", "import", "list.txt")
    assert done.stdout == (
        "weekly: 1 added, 0 already there, 0 passed over, 1002 invalid\n  … and 2 more lines to look at\n"
    )
    assert done.stderr.count("error: ") == 1_000


def test_a_file_that_is_no_list_is_refused(run: Terminal) -> None:
    (run.folder / "list.csv").write_text("id,城市\n7,台北\n", encoding="utf-8")
    done = run("subscribers", "import", "list.csv", expect=1)
    assert "list.csv:1:1: no column holds addresses" in done.stderr
    assert "nowhere.csv: can't read it" in run("subscribers", "import", "nowhere.csv", expect=1).stderr


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["subscribers", "add", "nobody"], "can't mail to"),
        (["subscribers", "list", "--state", "asleep"], "no state"),
        (["subscribers", "list", "--newsletter", "wekly"], 'did you mean "weekly"?'),
        (["send", "wekly"], 'did you mean "weekly"?'),
        (["send", "weekly", "--dry-run", "--to", "a@example.org"], "--dry-run and --to are different things"),
        (["send", "weekly", "--to", "nobody"], "can't mail to"),
    ],
)
def test_a_slip_is_answered_with_a_hint(run: Terminal, words: list[str], complaint: str) -> None:
    done = run(*words, expect=1)
    assert complaint in done.stderr
    assert "hint: " in done.stderr


def test_an_issue_is_sent_once_and_said_so(run: Terminal) -> None:
    subscribe(make_config(run), "a@example.org", "b@example.org")
    assert "would go to 2 of 2" in run("send", "weekly", *AT_NOW, "--dry-run").stdout
    assert "is sent" in run("send", "weekly", *AT_NOW).stdout
    again = run("send", "weekly", *AT_NOW).stdout
    assert "was already sent to everybody" in again
    assert len(list((run.folder / "outbox" / "new").iterdir())) == 2
    shown = run.json("send", "weekly", *AT_NOW, "--dry-run")
    assert [person["state"] for person in shown["subscribers"]] == ["accepted", "accepted"]


def make_config(run: Terminal) -> Any:
    from publisher.config import load_config

    return load_config(run.folder)


def test_with_nobody_subscribed_a_send_says_what_to_do(run: Terminal) -> None:
    done = run("send", "weekly", *AT_NOW)
    assert "nobody is subscribed yet" in done.stdout
    assert "publisher subscribers add" in done.stdout


def test_with_nothing_new_a_send_says_so(run: Terminal) -> None:
    assert "nothing new" in run("send", "weekly", "--now", "2027-01-04T08:00+08:00").stdout


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Mailroom]:
    with run_smtp_server(tmp_path, tls_context=None, require_starttls=False, auth_required=False) as found:
        yield found


@pytest.fixture
def smtp_run(tmp_path: Path, room: Mailroom) -> Callable[..., Terminal]:
    """A site that sends by SMTP, to the people named."""

    def make(*people: str) -> Terminal:
        table = f'[delivery.relay]\nkind = "smtp"\nhost = "127.0.0.1"\nport = {room.port}\n'
        table += 'security = "none"\nconnections = 1\n'
        subscribe(make_site(tmp_path, transport="relay", more=table), *people)
        return Terminal(tmp_path)

    return make


def test_a_send_that_misses_somebody_ends_with_3_and_names_them(smtp_run: Callable[..., Terminal]) -> None:
    run = smtp_run("a@example.org", "rcpt-550@example.org", "lost@example.org", "data-451@example.org")
    done = run("send", "weekly", *AT_NOW, expect=3)
    for line in (
        "now       1 accepted, 1 deferred, 1 rejected, 1 uncertain",
        "uncertain lost@example.org: no reply after the final dot",
        "rejected  rcpt-550@example.org: 550 5.1.1 no such user",
        "deferred  data-451@example.org: 451 4.3.0 later",
    ):
        assert line in done.stdout
    # Only the deferred one is left, and it is deferred again: try later.
    again = run.json("send", "weekly", *AT_NOW, expect=75)
    assert again["run"] == {"deferred": 1}
    assert {row["state"] for row in again["troubled"]} == {"deferred", "rejected", "uncertain"}
    told = run("explain", "rcpt-550@example.org").stdout
    assert "  must not be mailed to, by any newsletter: hard bounce, 2026-02-09 00:00 UTC\n" in told
    assert "  2026-02-09 00:00 UTC  nobody there (5.1.1), issue 1: 550 5.1.1 no such user 查無此人\n" in told
    assert "UTC  rejected (hard bounce 550), attempt 1: outcome" in told
    (bounce,) = run.json("explain", "rcpt-550@example.org")["came_back"]
    assert (bounce["kind"], bounce["status"], bounce["issue"]) == ("hard", "5.1.1", 1)


def test_a_server_that_refuses_everything_for_now_ends_with_75(
    smtp_run: Callable[..., Terminal], room: Mailroom
) -> None:
    run = smtp_run("a@example.org")
    room.answers["MAIL"] = "451 4.7.1 slow down"
    assert "takes no mail from weekly@shanbian.example: 451" in run("send", "weekly", *AT_NOW, expect=75).stderr
    del room.answers["MAIL"]
    assert run.json("send", "weekly", *AT_NOW)["outcome"] == "sent"


def test_a_server_that_refuses_us_for_good_ends_with_1(smtp_run: Callable[..., Terminal], room: Mailroom) -> None:
    run = smtp_run("a@example.org")
    room.answers["MAIL"] = "550 5.7.1 not you"
    done = run("send", "weekly", *AT_NOW, expect=1)
    assert "550 5.7.1 not you" in done.stderr
    assert "hint: look at sender" in done.stderr


@pytest.mark.parametrize(
    ("address", "code", "words"),
    [
        ("me@example.org", 0, "accepted"),
        ("rcpt-550@example.org", 1, "no such user"),
        ("rcpt-450@example.org", 75, "busy"),
        ("lost@example.org", 3, "nobody knows"),
    ],
)
def test_a_copy_says_what_became_of_it(smtp_run: Callable[..., Terminal], address: str, code: int, words: str) -> None:
    run = smtp_run("a@example.org")
    done = run("send", "weekly", "--to", address, *AT_NOW, expect=code)
    assert words in done.stdout + done.stderr
    assert run.json("send", "weekly", *AT_NOW)["run"] == {"accepted": 1}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_finishes_the_message_in_flight_and_the_next_run_goes_on(
    smtp_run: Callable[..., Terminal], room: Mailroom, number: signal.Signals
) -> None:
    people = [f"reader{index}@example.org" for index in range(30)]
    run = smtp_run(*people)
    process = subprocess.Popen(
        [*COMMAND, "send", "weekly", *AT_NOW], cwd=run.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    # The server asks it to end while it is in the middle of the second message.
    room.on_step = lambda step: process.send_signal(number) if (step, len(room.accepted)) == ("DATA", 1) else None
    output, errors = process.communicate()
    assert process.returncode == 3, output + errors
    assert "finishing the messages in flight" in errors
    assert 2 <= len(room.accepted) < len(people)
    assert f"{len(room.accepted)} accepted" in output
    assert f"{len(people) - len(room.accepted)} planned" in output
    assert run.json("send", "weekly", *AT_NOW)["states"] == {"accepted": len(people)}
    assert [to for to, _ in room.accepted] == people


@pytest.mark.parametrize(("answer", "outcome"), [(b"y\n", "is sent\r"), (b"\x03", "is sent to the few who go first")])
def test_whoever_sits_there_is_asked_whether_the_canary_went_well(run: Terminal, answer: bytes, outcome: str) -> None:
    subscribe(make_config(run), *(f"reader{index}@example.org" for index in range(10)))
    ours, theirs = os.openpty()
    words = [*COMMAND, "send", "weekly", *AT_NOW, "--canary", "10%"]
    # A session of its own, whose terminal this is: Ctrl-C then reaches it as a signal.
    process = subprocess.Popen(
        ["setsid", "--ctty", "--wait", *words], cwd=run.folder, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    said, waiting = b"", True
    with suppress(OSError):  # the end of a terminal
        while True:
            if select.select([ours], [], [], 1)[0]:
                if not (more := os.read(ours, 4096)):
                    break
                said += more
            elif not waiting:
                # Ctrl-C in the moment before Python reads is noticed after it: as anybody would, press again.
                os.write(ours, answer)
            if waiting and b"send to the other 9?" in said:
                waiting = not os.write(ours, answer)
    os.close(ours)
    assert process.wait() == (0 if answer == b"y\n" else 3), said
    assert outcome in said.decode()

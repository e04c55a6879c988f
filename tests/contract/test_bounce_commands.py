"""`publisher bounces` and `publisher keys` as a person runs them."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from email import message_from_bytes, policy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from publisher.audience.tokens import TokenClaim, make_token, read_token
from publisher.cli import bounces, keys, subscribers
from publisher.errors import ConfigError
from publisher.store.keys import find_secret, signing_key
from publisher.store.open import open_store
from tests.contract.imap_server import PASSWORD, run_imap_server
from tests.contract.small_site import NOW, make_site, subscribe

if TYPE_CHECKING:
    import typer

CORPUS = Path(__file__).parents[1] / "judges" / "bounces"
AT_NOW = ["--now", "2026-02-20T08:00:00+08:00"]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site whose seventeenth reader is the corpus's, with the corpus's key; and the corpus as a maildir."""
    config = make_site(
        tmp_path, more='[bounces]\nsource = "box"\npassword = { file = "secret" }\nca_file = "imap/ca.pem"\n'
    )
    (tmp_path / "secret").write_text(PASSWORD, encoding="utf-8")
    for number in range(16):
        subscribe(config, f"p{number}@example.org")
    subscribe(config, "ming@example.net")
    with closing(sqlite3.connect(tmp_path / "publisher.db")) as database, database:
        database.execute("INSERT INTO token_keys VALUES (1, ?, '2026-02-01')", (bytes(range(32)),))
    for part in ("cur", "new", "tmp"):
        (tmp_path / "box" / part).mkdir(parents=True)
    for file in CORPUS.glob("*.eml"):
        shutil.copy(file, tmp_path / "box" / "new" / file.stem)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(app: typer.Typer, *words: str) -> str:
    result = CliRunner().invoke(app, [*words], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def run_json(app: typer.Typer, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(app, *words, "--json"))
    return found


def test_a_mailbox_is_summed_up_by_what_came_back(site: Path) -> None:
    said = run(bounces.app, "read", *AT_NOW)
    assert said.startswith("36 mails read\n")
    assert "       8  nobody there\n" in said
    assert "  suppressed   ming@example.net: abuse Yahoo!-Mail-Feedback/2.0" in said
    assert "refused because of us: 550-5.7.26" in said
    assert "36 mails read" in run(bounces.app, "read", "box", *AT_NOW)


def test_a_dry_run_changes_nothing_in_store_or_mailbox(site: Path) -> None:
    before = (site / "publisher.db").read_bytes()
    said = run(bounces.app, "read", "--dry-run", "--delete", *AT_NOW)
    assert "36 mails read; nothing was changed" in said
    assert "would be: 1 get no mail any more" in said
    assert len(list((site / "box").glob("*/*"))) == 36
    assert run_json(bounces.app, "list")["feedback"] == []
    assert before[:16] == b"SQLite format 3\0"


def test_scripts_get_every_report_with_what_became_of_it(site: Path) -> None:
    found = run_json(bounces.app, "read", *AT_NOW)
    assert (found["mails"], found["kinds"]["complaint"], found["effects"]["suppressed"]) == (36, 3, 1)
    (problem,) = found["problems"]
    assert problem["rule"] == "leaves-unproven"
    kept = run_json(bounces.app, "list", "--address", "Ming@example.net")["feedback"]
    assert len(kept) == sum(event["effect"] not in ("nothing", "unproven") for event in found["events"])
    assert {one["suppressed"] for one in kept} == {"complaint"}
    assert f"{len(kept)} in all" in run(bounces.app, "list")
    assert run(bounces.app, "list", "--address", "p1@example.org") == "0 in all\n"


def test_an_imap_folder_is_read_and_cleared(site: Path) -> None:
    mails = [(CORPUS / f"{name}.eml").read_bytes() for name in ("arf-abuse", "a-readers-answer", "leave-by-link")]
    with run_imap_server(site / "imap") as server:
        server.fill(mails)
        found = run_json(bounces.app, "read", server.source, "--delete", *AT_NOW)
        assert found["effects"] == {"suppressed": 1, "nothing": 1, "unsubscribed": 1}
        assert run_json(bounces.app, "read", server.source, *AT_NOW)["kinds"] == {"other": 1}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["read", "--delete", "--mark-seen"], "exclude each other"),
        (["read", "nowhere"], "can't read nowhere"),
        (["list", "--address", "nobody"], "name@example.org"),
    ],
)
def test_what_can_not_be_meant_is_refused(site: Path, words: list[str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        run(bounces.app, *words)


def test_a_site_that_never_sent_has_nothing_to_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_site(tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="no mailbox is named"):
        run(bounces.app, "read")
    with pytest.raises(ConfigError, match="there is no store here"):
        run(bounces.app, "read", "box")
    assert not (tmp_path / "publisher.db").exists()


def test_a_new_key_signs_and_the_old_one_still_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = make_site(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert "there is no key yet" in run(keys.app, "list")
    with closing(open_store(config.store.url, config.root)) as store, store.begin() as connection:
        old = signing_key(connection, NOW)
    assert "key 2 signs from now on" in run(keys.app, "rotate")
    assert run_json(keys.app, "rotate") == {"kid": 3}
    assert [line.split()[2:] for line in run(keys.app, "list").splitlines()] == [
        ["reads", "its", "old", "links"],
        ["reads", "its", "old", "links"],
        ["signs", "new", "links"],
    ]
    assert [key["kid"] for key in run_json(keys.app, "list")["keys"]] == [1, 2, 3]
    with closing(open_store(config.store.url, config.root)) as store, store.begin() as connection:
        assert signing_key(connection, NOW).kid == 3
        token = make_token(old.kid, old.secret, "weekly", 17)
        claim = read_token(token, lambda kid: find_secret(connection, kid), config.newsletters)
    assert claim == TokenClaim(newsletter="weekly", subscriber_id=17)


def test_who_was_asked_confirms_by_mail_and_is_welcomed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_site(tmp_path, transport="maildir")
    file = tmp_path / "publisher.toml"
    settings = 'letters = ["welcome"]\nconfirm_mailto = "yes@shanbian.example"\n\n[store]'
    file.write_text(file.read_text(encoding="utf-8").replace("[store]", settings), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    run(subscribers.app, "add", "ming@example.org", "--confirm")
    (letter,) = (tmp_path / "outbox" / "new").iterdir()
    text = message_from_bytes(letter.read_bytes(), policy=policy.strict).get_body(("plain",))
    assert text is not None
    subject = text.get_content().partition("?subject=")[2].split()[0].replace("%20", " ")
    for number, (sender, words) in enumerate(
        [("ming@example.org", subject), ("eve@example.org", "confirm " + 46 * "A")]
    ):
        answer = f"From: {sender}\nTo: yes@shanbian.example\nMessage-ID: <{number}@mail.example>\nSubject: {words}\n\n"
        (tmp_path / "answers").mkdir(exist_ok=True)
        for part in ("cur", "new", "tmp"):
            (tmp_path / "answers" / part).mkdir(exist_ok=True)
        (tmp_path / "answers" / "new" / str(number)).write_text(answer, encoding="utf-8")
    assert "would be: 1 confirmed" in run(bounces.app, "read", "answers", "--dry-run")
    read = run(bounces.app, "read", "answers")
    assert "1 confirmed, 1 not proven to be ours" in read
    people = json.loads(run(subscribers.app, "list", "--json"))["subscribers"]
    assert [(one["email"], one["state"]) for one in people] == [("ming@example.org", "active")]
    assert len(list((tmp_path / "outbox" / "new").iterdir())) == 2
    run(bounces.app, "read", "answers")
    assert len(list((tmp_path / "outbox" / "new").iterdir())) == 2

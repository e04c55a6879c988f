"""Every mailbox gives the same mails, and does with them what was asked, no more."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from publisher.config import Config, parse_config
from publisher.errors import ConfigError, DeliveryError
from publisher.mailboxes.imap import parse_address, quote_folder
from publisher.mailboxes.open import open_mailbox
from tests.contract.imap_server import FOLDER, PASSWORD, ImapServer, run_imap_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.mailboxes.mailbox import Afterwards

MAILS = [f"From: a@example.org\nSubject: {number}\n\n第 {number} 封\n".encode() for number in range(30)]


def settings(folder: Path, server: ImapServer | None = None, password: str = PASSWORD) -> Config:
    (folder / "secret").write_text(password, encoding="utf-8")
    ca_file = f'ca_file = "{server.ca_file}"\n' if server else ""
    site = '[site]\ntitle = "x"\nurl = "https://example.org/"\n'
    return parse_config(f'{site}[bounces]\npassword = {{ file = "secret" }}\n{ca_file}', folder / "publisher.toml")


@dataclass
class Place:
    """A mailbox that holds MAILS."""

    source: str
    config: Config
    #: Where to look afterwards.
    server: ImapServer | None = None

    def read(self, afterwards: Afterwards = "keep", put_away: int = 0) -> list[bytes]:
        with closing(open_mailbox(self.source, self.config, afterwards)) as box:
            found = list(box.mails())
            box.put_away([mail.ref for mail in found[:put_away]])
            assert len({mail.name for mail in found}) == len(found)
            return sorted(mail.content.replace(b"\r\n", b"\n") for mail in found)

    def count(self) -> int:
        with closing(open_mailbox(self.source, self.config)) as box:
            return box.count()


@pytest.fixture(scope="module")
def imap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImapServer]:
    with run_imap_server(tmp_path_factory.mktemp("imap")) as server:
        yield server


@pytest.fixture(scope="module")
def imaps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImapServer]:
    with run_imap_server(tmp_path_factory.mktemp("imaps"), "imaps") as server:
        yield server


@pytest.fixture(params=["maildir", "mbox", "imap", "imaps"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param.startswith("imap"):
        server: ImapServer = request.getfixturevalue(request.param)
        server.fill(MAILS)
        return Place(server.source, settings(tmp_path, server), server)
    make = make_maildir if request.param == "maildir" else make_mbox
    return Place(str(make(tmp_path / "box")), settings(tmp_path))


def make_maildir(path: Path) -> Path:
    for part in ("cur", "new", "tmp"):
        (path / part).mkdir(parents=True)
    for number, mail in enumerate(MAILS):
        name = f"new/{number:03}.host" if number % 2 else f"cur/{number:03}.host:2,F"
        (path / name).write_bytes(mail)
    (path / "new" / ".hidden").write_bytes(b"no mail")
    return path


def make_mbox(path: Path) -> Path:
    path.write_bytes(b"".join(b"From MAILER-DAEMON Mon Feb  9 00:00:00 2026\n" + mail + b"\n" for mail in MAILS))
    return path


def test_all_mails_are_read_and_left_as_they_are(place: Place) -> None:
    assert place.read(put_away=10) == sorted(MAILS)
    assert place.read() == sorted(MAILS)
    assert place.count() == len(MAILS)
    if place.server:
        assert place.server.flags() == [""] * len(MAILS)


def test_mails_that_are_dealt_with_are_deleted_when_asked(place: Place) -> None:
    place.read("delete", put_away=15)
    assert place.count() == len(place.read()) == 15


def test_mails_that_are_dealt_with_are_marked_when_asked(place: Place, tmp_path: Path) -> None:
    if place.source.endswith("box") and (tmp_path / "box").is_file():
        with pytest.raises(ConfigError, match="is an mbox, where mails can't be marked"):
            place.read("seen")
        return
    place.read("seen", put_away=15)
    assert place.count() == 30
    if place.server:
        assert place.server.flags().count("seen") == 15
        assert len(place.read("seen")) == 15
    else:
        assert len(list((tmp_path / "box" / "cur").glob("*:2,*S"))) == 15
        assert len(list((tmp_path / "box" / "cur").glob("*:2,FS"))) == 8


def test_a_mail_that_another_program_moves_meanwhile_does_no_harm(tmp_path: Path) -> None:
    path = make_maildir(tmp_path / "box")
    with closing(open_mailbox(str(path), settings(tmp_path), "delete")) as box:
        mails = box.mails()
        first = next(mails)
        for file in (path / "new").glob("*.host"):
            file.unlink()
        assert len(list(mails)) == 14
        (path / first.ref).unlink()
        box.put_away([first.ref])


def test_a_file_with_one_mail_is_read(tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(MAILS[0])
    assert Place(str(tmp_path / "one.eml"), settings(tmp_path)).read(put_away=1) == MAILS[:1]
    with pytest.raises(ConfigError, match="is one mail"):
        open_mailbox(str(tmp_path / "one.eml"), settings(tmp_path), "delete")


def test_an_empty_file_is_an_empty_mbox(tmp_path: Path) -> None:
    (tmp_path / "box").write_bytes(b"")
    assert Place(str(tmp_path / "box"), settings(tmp_path)).read() == []


def test_an_mbox_in_use_is_left_alone(tmp_path: Path) -> None:
    path = make_mbox(tmp_path / "box")
    with closing(open_mailbox(str(path), settings(tmp_path), "delete")):
        with pytest.raises(DeliveryError, match="in use by another program") as refused:
            open_mailbox(str(path), settings(tmp_path), "delete")
        assert refused.value.temporary
    assert Place(str(path), settings(tmp_path)).count() == 30


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("nowhere", "can't read nowhere"),
        (".", "is no maildir: it lacks cur or new"),
        ("pop://host/", "no mail can be read from pop://"),
        ("imaps://host/INBOX", "not an IMAP address"),
        ("imaps://user@/INBOX", "not an IMAP address"),
        ("imaps://us%0Aer@host/INBOX", "not an IMAP address"),
        ("imaps://user@host:x/INBOX", "not an IMAP address"),
        ("imaps://user:secret@host/INBOX", "a password is never written into an address"),
    ],
)
def test_a_source_that_is_none_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=words) as refused:
        open_mailbox(source, settings(tmp_path))
    assert "secret" not in str(refused.value)


def test_an_address_says_who_asks_for_which_folder() -> None:
    address = parse_address("imap://me%40example.org@mail.example.org/Lists/Bounces")
    assert (address.user, address.host, address.port) == ("me@example.org", "mail.example.org", 143)
    assert address.folder == "Lists/Bounces"
    assert parse_address("imaps://me@host").folder == "INBOX"
    assert parse_address("imaps://me@host").port == 993


def test_a_folders_name_is_written_as_the_protocol_wants_it() -> None:
    # The example of RFC 3501, 5.1.3, and the characters with a meaning of their own.
    assert quote_folder("~peter/mail/台北/日本語") == '"~peter/mail/&U,BTFw-/&ZeVnLIqe-"'
    assert quote_folder('a "b" \\ & c') == '"a \\"b\\" \\\\ &- c"'
    assert "\r" not in quote_folder("a\r\nb")


def refusal(server: ImapServer, folder: Path, **changes: Any) -> DeliveryError:
    source = changes.pop("source", server.source)
    with pytest.raises(DeliveryError) as refused:
        open_mailbox(source, settings(folder, changes.pop("trusted", server), **changes))
    return refused.value


def test_a_wrong_password_is_said_to_be_one(imap: ImapServer, tmp_path: Path) -> None:
    error = refusal(imap, tmp_path, password="wrong")
    assert "refuses the login of bounces@example.org" in error.message
    assert not error.temporary
    assert "wrong" not in str(error)


def test_a_folder_that_is_not_there_is_named(imap: ImapServer, tmp_path: Path) -> None:
    error = refusal(imap, tmp_path, source=imap.source.rpartition("/")[0] + "/Nowhere")
    assert "does not open Nowhere" in error.message


@pytest.mark.parametrize("scheme", ["imap", "imaps"])
def test_a_certificate_that_nobody_vouches_for_is_refused(
    request: pytest.FixtureRequest, tmp_path: Path, scheme: str
) -> None:
    error = refusal(request.getfixturevalue(scheme), tmp_path, trusted=None)
    assert "its certificate is not to be trusted" in error.message


def test_a_certificate_of_another_name_is_refused(tmp_path: Path) -> None:
    with run_imap_server(tmp_path / "server", certificate_name="mail.example.org") as server:
        assert "its certificate is not to be trusted" in refusal(server, tmp_path).message


def test_nothing_is_said_without_encryption(tmp_path: Path) -> None:
    with run_imap_server(tmp_path / "server", "plain") as server:
        error = refusal(server, tmp_path, source=server.source.replace("plain://", "imap://"))
        assert "offers no encryption" in error.message


def test_a_server_that_is_not_there_may_be_there_later(imap: ImapServer, tmp_path: Path) -> None:
    error = refusal(imap, tmp_path, source=imap.source.replace(f":{imap.port}", ":1"))
    assert error.temporary


def test_reading_from_imap_wants_a_password(tmp_path: Path) -> None:
    config = parse_config('[site]\ntitle = "x"\nurl = "https://example.org/"\n', tmp_path / "publisher.toml")
    with pytest.raises(ConfigError, match=r"bounces\.password is not set"):
        open_mailbox("imaps://me@host/", config)


def test_the_folders_name_here_is_a_hard_one() -> None:
    assert quote_folder(FOLDER) != f'"{FOLDER}"'

"""The SMTP transport against a real server with STARTTLS, logins and faults."""

from __future__ import annotations

import socket
import ssl
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from publisher.delivery.smtp import SmtpTransport
from publisher.errors import ConfigError, DeliveryError, PublisherError
from tests.contract.mail_samples import Commits, commit_all, make_config, make_message
from tests.contract.smtp_server import PASSWORD, USERNAME, Mailroom, run_smtp_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.delivery.transport import Receipt


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Mailroom]:
    (tmp_path / "password").write_text(PASSWORD, encoding="utf-8")
    with run_smtp_server(tmp_path) as found:
        yield found


def table(room: Mailroom, extra: str = "") -> str:
    return (
        f'[delivery.smtp]\nhost = "127.0.0.1"\nport = {room.port}\nca_file = "ca.pem"\ntimeout_s = 5\n'
        f'username = "{USERNAME}"\npassword = {{ file = "password" }}\nehlo_name = "client.example.org"\n{extra}'
    )


def make(folder: Path, text: str) -> SmtpTransport:
    return SmtpTransport("smtp", make_config(folder, text))


@pytest.fixture
def smtp(room: Mailroom, tmp_path: Path) -> Iterator[SmtpTransport]:
    with closing(make(tmp_path, table(room))) as transport:
        yield transport


def send(transport: SmtpTransport, recipient: str, number: int = 1) -> Receipt:
    (receipt,) = transport.send([make_message(recipient, number)], commit_all())
    return receipt


def failure(transport: SmtpTransport) -> DeliveryError:
    """The error of a send that can't begin; nothing may have been committed."""
    commits = Commits()
    with closing(transport), pytest.raises(DeliveryError) as caught:
        transport.send([make_message("a@example.org")], commits)
    assert commits.asked == []
    return caught.value


def test_the_message_arrives_as_it_was_written(smtp: SmtpTransport, room: Mailroom) -> None:
    message = make_message("a@example.org")
    smtp.send([message], commit_all())
    assert room.accepted == [("a@example.org", message.content + b"\r\n")]


def test_the_receipt_names_the_queue_id(smtp: SmtpTransport) -> None:
    receipt = send(smtp, "a@example.org")
    assert (receipt.provider_id, receipt.smtp_code) == ("00000001", 250)


def test_one_connection_serves_many_messages(smtp: SmtpTransport, room: Mailroom) -> None:
    for number in range(5):
        assert send(smtp, "a@example.org", number).status == "accepted"
    # EHLO is said twice on one connection: before and after STARTTLS.
    assert room.connections == 2


def test_small_packets_are_not_held_back(smtp: SmtpTransport) -> None:
    send(smtp, "a@example.org")
    (session,) = smtp._pool._idle
    assert session.wire.transport is not None
    assert session.wire.transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_the_size_is_announced(smtp: SmtpTransport, room: Mailroom) -> None:
    send(smtp, "a@example.org")
    assert room.mail_options == [[f"SIZE={len(make_message('a@example.org').content)}"]]


def test_bytes_beyond_ascii_are_announced(smtp: SmtpTransport, room: Mailroom) -> None:
    message = make_message("a@example.org", content="Subject: 週報\r\n\r\n你好\r\n".encode())
    (receipt,) = smtp.send([message], commit_all())
    assert receipt.status == "accepted"
    assert "BODY=8BITMIME" in room.mail_options[0]
    assert room.accepted[0][1] == message.content


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [
        ("rcpt-550@example.org", ("rejected", "address", 550)),
        ("rcpt-450@example.org", ("deferred", "mailbox", 450)),
        ("close-421@example.org", ("deferred", "mailbox", 421)),
        ("data-451@example.org", ("deferred", "server", 451)),
        ("data-554@example.org", ("rejected", "policy", 554)),
        ("late-421@example.org", ("deferred", "server", 421)),
        ("drop@example.org", ("deferred", "network", None)),
    ],
)
def test_a_refusal_spoils_one_message_and_the_next_one_leaves(
    smtp: SmtpTransport, room: Mailroom, recipient: str, expected: tuple[str, str, int | None]
) -> None:
    receipt = send(smtp, recipient)
    assert (receipt.status, receipt.reason, receipt.smtp_code) == expected
    assert send(smtp, "b@example.org").status == "accepted"
    assert [to for to, _ in room.accepted] == ["b@example.org"]


def test_a_reply_lost_after_the_dot_is_uncertain_and_the_next_message_leaves(
    smtp: SmtpTransport, room: Mailroom
) -> None:
    receipt = send(smtp, "lost@example.org")
    assert receipt.status == "uncertain"
    assert "after the final dot" in receipt.detail
    assert send(smtp, "b@example.org").status == "accepted"
    assert [to for to, _ in room.accepted] == ["lost@example.org", "b@example.org"]


def test_what_was_withheld_is_forgotten_by_the_server(smtp: SmtpTransport, room: Mailroom) -> None:
    (receipt,) = smtp.send([make_message("a@example.org")], Commits("a@example.org"))
    assert receipt.status == "deferred"
    assert send(smtp, "b@example.org").status == "accepted"
    assert [to for to, _ in room.accepted] == ["b@example.org"]


def test_a_connection_that_died_meanwhile_is_replaced_unseen(smtp: SmtpTransport, room: Mailroom) -> None:
    send(smtp, "a@example.org")
    room.answers["MAIL"] = "hang up"
    assert send(smtp, "b@example.org").status == "accepted"
    assert room.connections == 4


def test_a_server_that_hangs_up_on_everybody_stops_the_send(room: Mailroom, tmp_path: Path) -> None:
    room.answers["MAIL"] = "hang up"
    error = failure(make(tmp_path, table(room)))
    assert error.temporary
    assert "closed the connection" in error.message


@pytest.mark.parametrize(("answer", "temporary"), [("550 5.7.1 not you", False), ("451 4.7.1 slow down", True)])
def test_a_refused_sender_stops_the_send(room: Mailroom, tmp_path: Path, answer: str, temporary: bool) -> None:
    room.answers["MAIL"] = answer
    error = failure(make(tmp_path, table(room)))
    assert (error.temporary, error.smtp_code) == (temporary, int(answer[:3]))
    assert "weekly@example.org" in error.message


def test_a_refused_login_names_the_settings_and_keeps_the_password(room: Mailroom, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("falsch-密碼", encoding="utf-8")
    error = failure(make(tmp_path, table(room)))
    assert (error.temporary, error.smtp_code) == (False, 535)
    assert error.hint == "look at delivery.smtp.username and delivery.smtp.password"
    assert USERNAME in str(error)
    assert "falsch" not in str(error)


@pytest.mark.parametrize("excluded", [["PLAIN"], ["LOGIN"]])
def test_either_way_of_logging_in_will_do(tmp_path: Path, excluded: list[str]) -> None:
    (tmp_path / "password").write_text(PASSWORD, encoding="utf-8")
    with (
        run_smtp_server(tmp_path, auth_exclude_mechanism=excluded) as room,
        closing(make(tmp_path, table(room))) as transport,
    ):
        assert send(transport, "a@example.org").status == "accepted"


def test_a_server_without_any_login_is_told(tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD, encoding="utf-8")
    options: dict[str, Any] = {"auth_exclude_mechanism": ["PLAIN", "LOGIN"], "auth_required": False}
    with run_smtp_server(tmp_path, **options) as room:
        error = failure(make(tmp_path, table(room)))
    assert not error.temporary
    assert "no way to log in" in error.message


def test_encryption_is_required_not_tried(tmp_path: Path) -> None:
    with run_smtp_server(tmp_path, tls_context=None, require_starttls=False, auth_required=False) as room:
        text = f'[delivery.smtp]\nhost = "127.0.0.1"\nport = {room.port}\n'
        error = failure(make(tmp_path, text))
        assert not error.temporary
        assert "no encryption" in error.message
        with closing(make(tmp_path, text + 'security = "none"\n')) as transport:
            assert send(transport, "a@example.org").status == "accepted"


def test_encryption_from_the_first_byte(tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD, encoding="utf-8")
    with (
        run_smtp_server(tmp_path, tls_from_start=True) as room,
        closing(make(tmp_path, table(room, 'security = "tls"\n'))) as transport,
    ):
        assert send(transport, "a@example.org").status == "accepted"


def test_a_stranger_s_certificate_is_refused(room: Mailroom, tmp_path: Path) -> None:
    error = failure(make(tmp_path, table(room).replace('ca_file = "ca.pem"\n', "")))
    assert not error.temporary
    assert "certificate" in error.message
    assert "delivery.smtp.ca_file" in str(error.hint)
    assert isinstance(error.__cause__, ssl.SSLCertVerificationError)


def test_a_certificate_of_another_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD, encoding="utf-8")
    with run_smtp_server(tmp_path, certificate_name="mail.example.org") as room:
        error = failure(make(tmp_path, table(room)))
    assert not error.temporary
    assert "certificate" in error.message


def test_a_missing_ca_file_is_a_wrong_setting(room: Mailroom, tmp_path: Path) -> None:
    transport = make(tmp_path, table(room).replace("ca.pem", "nowhere.pem"))
    with pytest.raises(ConfigError, match=r"delivery\.smtp\.ca_file"):
        send(transport, "a@example.org")


def test_a_closed_port_can_be_tried_later(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    error = failure(make(tmp_path, f'[delivery.smtp]\nhost = "127.0.0.1"\nport = {port}\n'))
    assert error.temporary
    assert f"127.0.0.1:{port}: connection refused" in error.message


def test_a_server_that_never_answers_can_be_tried_later(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        text = f'[delivery.smtp]\nhost = "127.0.0.1"\nport = {port}\ntimeout_s = 0.05\n'
        error = failure(make(tmp_path, text))
    assert error.temporary
    assert "no answer in time" in error.message


def test_a_message_that_is_too_big_stops_before_it_leaves(tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD, encoding="utf-8")
    with run_smtp_server(tmp_path, data_size_limit=20) as room:
        error = failure(make(tmp_path, table(room)))
    assert not error.temporary
    assert "127.0.0.1 takes 20" in error.message


@pytest.mark.parametrize(
    "recipient",
    [
        "a@example.org>\r\nRCPT TO:<b@example.org",
        "a@example.org\nRSET",
        "a@example.org\x85RSET",
        "a b@example.org",
        f"{'a' * 250}@example.org",
    ],
)
def test_an_address_that_would_break_its_command_is_rejected_unsent(
    smtp: SmtpTransport, room: Mailroom, recipient: str
) -> None:
    receipt = send(smtp, recipient)
    assert (receipt.status, receipt.reason) == ("rejected", "address")
    assert room.connections == 0


def test_an_address_beyond_ascii_needs_a_server_that_takes_it(tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD, encoding="utf-8")
    for able in (True, False):
        with run_smtp_server(tmp_path, enable_SMTPUTF8=able) as room, closing(make(tmp_path, table(room))) as smtp:
            receipt = send(smtp, "小明@例子.tw")
            arrived = [to for to, _ in room.accepted]
        if able:
            assert (receipt.status, arrived) == ("accepted", ["小明@xn--fsqu00a.tw"])
        else:
            assert (receipt.status, receipt.reason, arrived) == ("rejected", "address", [])
            assert "SMTPUTF8" in receipt.detail


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("", "host"),
        ('host = "mail.example.org"\nusername = "me"\n', "go together"),
        ('host = "mail.example.org"\nport = 70000\n', "port"),
        ('host = "mail.example.org"\nsecurity = "ssl"\n', "security"),
        ('host = "mail.example.org"\nusername = "me"\npassword = "geheim"\n', "never written here"),
        (
            'host = "mail.example.org"\nsecurity = "none"\nusername = "me"\npassword = { env = "PASSWORD" }\n',
            "for everybody to read",
        ),
    ],
)
def test_wrong_settings_are_told_when_the_transport_is_made(tmp_path: Path, settings: str, words: str) -> None:
    with pytest.raises(PublisherError) as caught:
        make(tmp_path, "[delivery.smtp]\n" + settings)
    assert words in str(caught.value)
    assert "geheim" not in str(caught.value)

"""The SMTP transport against a server that breaks at every point: what was not taken is never called accepted."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from publisher.delivery.dkim_keys import write_keys
from publisher.delivery.smtp import SmtpTransport
from publisher.delivery.smtp_pool import WALLS
from publisher.errors import DeliveryError
from tests.contract.fault_server import FaultServer, run_fault_server
from tests.contract.mail_samples import Commits, commit_all, make_config, make_message
from tests.contract.smtp_server import PASSWORD, USERNAME, run_smtp_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.delivery.transport import Receipt

NO_PIPELINING = ["SIZE 1000000", "8BITMIME"]
WITH_LOGIN = ["PIPELINING", "SIZE 1000000", "8BITMIME", "AUTH PLAIN LOGIN XOAUTH2"]
A = "a@example.org"


def make(folder: Path, port: int, **settings: Any) -> SmtpTransport:
    table = {"host": "127.0.0.1", "port": port, "security": "none", "timeout_s": 5.0, "reconnect_s": [0.0, 0.0]}
    lines = [f"{key} = {json.dumps(value)}" for key, value in (table | settings).items()]
    return SmtpTransport("smtp", make_config(folder, "[delivery.smtp]\n" + "\n".join(lines) + "\n"))


@contextmanager
def opened(folder: Path, script: dict[str, Any], **settings: Any) -> Iterator[tuple[SmtpTransport, FaultServer]]:
    with run_fault_server(folder, **script) as server, closing(make(folder, server.port, **settings)) as transport:
        yield transport, server


def send(transport: SmtpTransport, *recipients: str, commit: Commits | None = None) -> list[Receipt]:
    return list(transport.send([make_message(one) for one in recipients], commit or commit_all()))


def people(count: int) -> list[str]:
    return [f"reader{number:03}@example.org" for number in range(count)]


@pytest.mark.parametrize(
    ("script", "temporary", "words"),
    [
        ({"connect": ["554 5.7.1 blocked, see https://example.org/why"]}, False, "greets with 554 5.7.1 blocked"),
        ({"connect": ["421 4.7.0 too many connections"]}, True, "greets with 421"),
        ({"connect": ["drop"]}, True, "closed the connection"),
        ({"connect": ["nonsense"]}, True, "does not speak SMTP"),
        ({"EHLO": ["550 5.7.1 who are you"]}, False, "answers EHLO with 550"),
        ({"EHLO": ["drop"]}, True, "closed the connection"),
        ({"MAIL": ["550 5.7.1 not from you"]}, False, "takes no mail from weekly@example.org: 550"),
        ({"MAIL": ["530 5.7.0 authentication required"]}, False, "530"),
        ({"MAIL": ["451 4.7.1 slow down"]}, True, "451"),
        ({"MAIL": ["421 4.3.2 closing"]}, True, "421"),
        ({"RCPT": ["530 5.7.0 authentication required"]}, False, "530"),
        ({"MAIL": ["drop"] * 2}, True, "closed the connection"),
    ],
)
@pytest.mark.parametrize("offers", [["PIPELINING", *NO_PIPELINING], NO_PIPELINING])
def test_a_server_that_refuses_us_stops_the_send_before_anything_is_committed(
    tmp_path: Path, script: dict[str, list[str]], temporary: bool, words: str, offers: list[str]
) -> None:
    commits = Commits()
    with opened(tmp_path, script | {"offers": offers}) as (transport, server):
        with pytest.raises(DeliveryError) as caught:
            send(transport, A, commit=commits)
        assert server.taken() == []
    assert caught.value.temporary is temporary
    assert words in caught.value.message
    assert commits.asked == []


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ({"RCPT": ["550 5.1.1 no such user"]}, ("rejected", "address", 550)),
        ({"RCPT": ["550 5.7.1 your IP is listed"]}, ("rejected", "policy", 550)),
        ({"RCPT": ["450 4.2.1 busy"]}, ("deferred", "mailbox", 450)),
        ({"RCPT": ["drop"] * 2}, ("deferred", "network", None)),
        ({"DATA": ["554 5.3.0 no"]}, ("rejected", "server", 554)),
        ({"DATA": ["drop"] * 2}, ("deferred", "network", None)),
        ({"text": ["drop"]}, ("deferred", "network", None)),
        ({"dot": ["550 looks like spam"]}, ("rejected", "policy", 550)),
        ({"dot": ["552 5.3.4 too big"]}, ("rejected", "content", 552)),
        ({"dot": ["451 4.3.0 disk trouble"]}, ("deferred", "server", 451)),
        ({"dot": ["421 4.3.2 closing"]}, ("deferred", "server", 421)),
        ({"dot": ["lose"]}, ("uncertain", "network", None)),
        ({"dot": ["nonsense"]}, ("uncertain", "network", None)),
        ({"dot": ["354 go on"]}, ("uncertain", "network", None)),
        ({"dot": ["slow"]}, ("accepted", "", 250)),
        ({"MAIL": ["", "slow"], "RCPT": ["", "slow"], "DATA": ["", "slow"]}, ("accepted", "", 250)),
    ],
)
@pytest.mark.parametrize("offers", [["PIPELINING", *NO_PIPELINING], NO_PIPELINING])
def test_what_goes_wrong_with_one_message_costs_that_message_only(
    tmp_path: Path, script: dict[str, list[str]], expected: tuple[str, str, int | None], offers: list[str]
) -> None:
    # The first message goes well, so that the server has shown that it takes our mail.
    later = {
        stage: actions if stage == "MAIL" or actions[0] == "" else ["", *actions] for stage, actions in script.items()
    }
    with opened(tmp_path, later | {"offers": offers}, connections=1) as (transport, server):
        assert [receipt.status for receipt in send(transport, "first@example.org")] == ["accepted"]
        (receipt,) = send(transport, A)
        after = send(transport, "b@example.org", "c@example.org")
        taken = server.taken()
    if "network" in expected and expected[0] == "deferred":
        # The old connection might just have been closed, so the message is tried again on a new one. And whoever hangs
        # up while the text is on its way may do so before or after the commit.
        assert receipt.status in {"accepted", "deferred", "uncertain" if "text" in script else "deferred"}
    else:
        assert (receipt.status, receipt.reason, receipt.smtp_code) == expected
    assert [one.status for one in after] == ["accepted", "accepted"]
    assert taken.count(A) <= 1
    assert taken.count(A) == {"accepted": 1, "uncertain": taken.count(A)}.get(receipt.status, 0)


def test_a_server_that_waits_for_text_after_refusing_everybody_gets_none(tmp_path: Path) -> None:
    script = {"RCPT": ["550 5.1.1 nobody"], "DATA": ["354 go on"]}
    with opened(tmp_path, script, connections=1) as (transport, _):
        assert [one.status for one in send(transport, A, "b@example.org")] == ["rejected", "accepted"]


@pytest.mark.parametrize("stage", ["connect", "EHLO", "MAIL", "RCPT", "DATA", "RSET", "dot"])
@pytest.mark.parametrize("offers", [["PIPELINING", *NO_PIPELINING], NO_PIPELINING])
def test_a_server_that_answers_twice_is_never_misunderstood(tmp_path: Path, stage: str, offers: list[str]) -> None:
    recipients = people(4)
    with opened(tmp_path, {stage: ["twice"], "offers": offers}, connections=1) as (transport, server):
        receipts: list[Receipt] = []
        for one in recipients:
            try:
                receipts += send(transport, one)
            except DeliveryError:
                receipts += send(transport, one)
        taken = Counter(server.taken())
    for one, receipt in zip(recipients, receipts, strict=True):
        assert taken[one] == 1 if receipt.status == "accepted" else receipt.status in {"uncertain", "deferred"}
        assert taken[one] == 0 if receipt.status == "deferred" else taken[one] <= 1
    assert sum(receipt.status == "accepted" for receipt in receipts) >= 3


@pytest.mark.parametrize("stage", ["connect", "EHLO", "MAIL", "RCPT", "DATA", "dot"])
def test_a_server_that_hangs_is_left_in_time(tmp_path: Path, stage: str) -> None:
    with opened(tmp_path, {stage: ["hang"] * 3}, timeout_s=0.1, connections=1) as (transport, server):
        if stage in {"connect", "EHLO", "MAIL"}:
            with pytest.raises(DeliveryError, match="no answer in time") as caught:
                send(transport, A)
            assert caught.value.temporary
        else:
            (receipt,) = send(transport, A)
            assert receipt.status == ("uncertain" if stage == "dot" else "deferred")
            assert "no answer in time" in receipt.detail
        assert server.taken() == ([A] if stage == "dot" else [])


def test_a_server_that_dies_after_the_dot_leaves_one_uncertain_message_per_connection(tmp_path: Path) -> None:
    with opened(tmp_path, {"dot": ["", "", "crash"]}, connections=2, reconnect_s=[]) as (transport, server):
        receipts = send(transport, *people(8))
        taken = set(server.taken())
    states = Counter(receipt.status for receipt in receipts)
    assert 1 <= states["uncertain"] <= 2
    for one, receipt in zip(people(8), receipts, strict=True):
        assert (one in taken) if receipt.status == "accepted" else receipt.status in {"uncertain", "deferred"}
        assert not (receipt.status == "deferred" and one in taken)


def test_the_call_after_a_server_died_tells_why(tmp_path: Path) -> None:
    with opened(tmp_path, {"dot": ["", "crash"]}, connections=1, reconnect_s=[]) as (transport, _):
        assert [one.status for one in send(transport, *people(3))] == ["accepted", "uncertain", "deferred"]
        with pytest.raises(DeliveryError, match=r"connection refused|closed the connection") as caught:
            send(transport, A)
    assert caught.value.temporary


def test_hanging_up_at_any_byte_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    with run_fault_server(tmp_path) as server:
        for byte in range(0, 260, 9):
            one = f"byte{byte}@example.org"
            with closing(make(tmp_path, server.port, ehlo_name=f"drop-{byte}", connections=1)) as transport:
                try:
                    status = send(transport, one)[0].status
                except DeliveryError:
                    status = "deferred"
            count = server.taken().count(one)
            assert count == {"accepted": 1, "deferred": 0}.get(status, count), byte
            assert count <= 1
            if status == "deferred":
                with closing(make(tmp_path, server.port)) as transport:
                    assert send(transport, one)[0].status == "accepted"
        assert max(Counter(server.taken()).values()) == 1


def test_greylisting_is_a_wait_that_the_server_names(tmp_path: Path) -> None:
    with opened(tmp_path, {"greylist": True}) as (transport, server):
        (first,) = send(transport, A)
        (second,) = send(transport, A)
        assert server.taken() == [A]
    assert (first.status, first.reason, first.retry_after_s) == ("deferred", "policy", 60.0)
    assert second.status == "accepted"


def test_many_connections_carry_a_batch_and_each_message_once(tmp_path: Path) -> None:
    commits = Commits()
    with opened(tmp_path, {}, connections=4) as (transport, server):
        receipts = send(transport, *people(40), commit=commits)
        assert sorted(server.taken()) == people(40)
        assert server.steps("EHLO") == 4
    assert {receipt.status for receipt in receipts} == {"accepted"}
    assert sorted(commits.asked) == people(40)
    # All but the last round were settled by the commits of later ones.
    assert len(commits.settled) >= 36
    assert {receipt.status for _, receipt in commits.settled} == {"accepted"}


def test_a_server_that_takes_few_connections_gets_few(tmp_path: Path) -> None:
    script = {"connect": ["", "421 4.7.0 too many connections"]}
    with opened(tmp_path, script, connections=2) as (transport, server):
        receipts = send(transport, *people(12))
        assert sorted(server.taken()) == people(12)
        assert transport._pool.size == 1
    assert {receipt.status for receipt in receipts} == {"accepted"}


def test_a_connection_is_replaced_after_its_share_of_messages(tmp_path: Path) -> None:
    with opened(tmp_path, {}, connections=1, messages_per_connection=3) as (transport, server):
        assert {one.status for one in send(transport, *people(7))} == {"accepted"}
        assert server.steps("EHLO") == 3


def test_a_server_that_comes_back_is_found_again(tmp_path: Path) -> None:
    script = {"connect": ["", "421 4.3.2 not yet"], "dot": ["", "421 4.3.2 restarting"]}
    with opened(tmp_path, script, connections=1) as (transport, _):
        assert [one.status for one in send(transport, *people(4))] == ["accepted", "deferred", "accepted", "accepted"]


@pytest.mark.parametrize(
    ("reason", "script"),
    [
        ("policy", {"dot": ["550 5.7.26 unauthenticated mail"] * 100}),
        ("address", {"RCPT": ["550 5.1.1 user unknown in relay recipient table"] * 100}),
    ],
)
def test_a_wall_of_refusals_of_one_kind_ends_the_send(tmp_path: Path, reason: str, script: dict[str, Any]) -> None:
    height = WALLS[reason].height
    with opened(tmp_path, script, connections=2) as (transport, _):
        receipts = send(transport, *people(height + 20))
        with pytest.raises(DeliveryError, match=f"refused {height}") as caught:
            send(transport, A)
    assert not caught.value.temporary
    states = Counter(receipt.status for receipt in receipts)
    assert height <= states["rejected"] <= height + 2
    assert {one.reason for one in receipts if one.status == "rejected"} == {reason}


def test_refusals_between_messages_that_are_taken_are_no_wall(tmp_path: Path) -> None:
    script = {"RCPT": ["550 5.1.1 no such user", ""] * 80}
    with opened(tmp_path, script, connections=1) as (transport, _):
        states = Counter(receipt.status for receipt in send(transport, *people(160)))
    assert states == {"rejected": 80, "accepted": 80}


@pytest.mark.parametrize(
    ("answers", "code", "temporary"),
    [
        (["535 5.7.8 wrong password"], 535, False),
        (["454 4.7.0 try later"], 454, True),
        (["421 4.7.0 too many tries"], 421, True),
        (["534 5.7.9 too weak"], 534, False),
    ],
)
def test_a_refused_login_is_tried_once(tmp_path: Path, answers: list[str], code: int, temporary: bool) -> None:
    (tmp_path / "password").write_text("geheim", encoding="utf-8")
    with run_fault_server(tmp_path, AUTH=answers * 9, offers=WITH_LOGIN) as server:
        table = f'[delivery.smtp]\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\nusername = "me"\n'
        config = make_config(tmp_path, table + 'password = { file = "password" }\n')
        with closing(SmtpTransport("smtp", config)) as transport, pytest.raises(DeliveryError) as caught:
            send(transport, *people(5))
        assert server.steps("AUTH") == 1
    assert (caught.value.smtp_code, caught.value.temporary) == (code, temporary)
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(("answers", "works"), [([""], True), (["334 eyJzdGF0dXMiOiI0MDEifQ=="], False)])
def test_a_token_logs_in(tmp_path: Path, answers: list[str], works: bool) -> None:
    (tmp_path / "token").write_text("ya29.token", encoding="utf-8")
    with run_fault_server(tmp_path, AUTH=answers, offers=WITH_LOGIN) as server:
        table = f'[delivery.smtp]\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\nusername = "me"\n'
        config = make_config(tmp_path, table + 'password = { file = "token" }\nlogin = "xoauth2"\n')
        with closing(SmtpTransport("smtp", config)) as transport:
            if works:
                assert send(transport, A)[0].status == "accepted"
            else:
                with pytest.raises(DeliveryError, match="refuses the login of me"):
                    send(transport, A)


def test_lmtp_over_a_socket(tmp_path: Path) -> None:
    place = tmp_path / "lmtp"
    with run_fault_server(tmp_path, socket=str(place)) as server:
        table = '[delivery.smtp]\nsocket = "lmtp"\nprotocol = "lmtp"\nsecurity = "none"\n'
        with closing(SmtpTransport("smtp", make_config(tmp_path, table))) as transport:
            assert [one.status for one in send(transport, *people(3))] == ["accepted"] * 3
        assert sorted(server.taken()) == people(3)


def test_an_issue_of_10_megabytes_is_refused_before_it_leaves(tmp_path: Path) -> None:
    message = make_message(A, content=b"Subject: x\r\n\r\n" + b"0123456789abcde\r\n" * 600_000)
    with opened(tmp_path, {"offers": ["SIZE 9000000"]}) as (transport, server):
        with pytest.raises(DeliveryError, match=r"has 10200014 bytes; 127\.0\.0\.1 takes 9000000"):
            transport.send([message], commit_all())
        assert server.steps("MAIL") == 0
    with opened(tmp_path, {"offers": ["SIZE 0"]}) as (transport, server):
        assert [one.status for one in transport.send([message], commit_all())] == ["accepted"]


def test_what_leaves_is_signed_where_that_is_set_up(tmp_path: Path) -> None:
    import dkim

    (key,) = (one for one in write_keys(tmp_path / "dkim", "example.org", "s") if one.kind == "rsa")
    content = b"From: weekly@example.org\r\nTo: a@example.org\r\nSubject: x\r\n\r\n.\r\nlast\r\n"
    with run_smtp_server(tmp_path, tls_context=None, require_starttls=False, auth_required=False) as room:
        table = f'[delivery.smtp]\nhost = "127.0.0.1"\nport = {room.port}\nsecurity = "none"\n[delivery.smtp.dkim]\n'
        table += 'domain = "example.org"\nrsa = { selector = "s-rsa", key = { file = "dkim/s-rsa.pem" } }\n'
        with closing(SmtpTransport("smtp", make_config(tmp_path, table))) as transport:
            (receipt,) = transport.send([make_message(A, content=content)], commit_all())
            (unsigned,) = transport.send([make_message("b@example.org", content=b"no header")], commit_all())
        ((_, arrived),) = room.accepted
    assert receipt.status == "accepted"
    assert arrived.endswith(content)
    record = key.text.encode()
    assert dkim.verify(arrived, dnsfunc=lambda *_args, **_more: record)
    assert (unsigned.status, unsigned.reason) == ("rejected", "content")


def test_an_expired_certificate_is_refused(tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD, encoding="utf-8")
    with run_smtp_server(tmp_path, not_after=datetime(2020, 1, 1, tzinfo=UTC)) as room:
        table = f'[delivery.smtp]\nhost = "127.0.0.1"\nport = {room.port}\nca_file = "ca.pem"\n'
        table += f'username = "{USERNAME}"\npassword = {{ file = "password" }}\n'
        with (
            closing(SmtpTransport("smtp", make_config(tmp_path, table))) as transport,
            pytest.raises(DeliveryError, match="certificate") as caught,
        ):
            send(transport, A)
    assert not caught.value.temporary
    assert "expired" in caught.value.message


def test_what_commit_raises_breaks_every_connection(tmp_path: Path) -> None:
    def fail(_messages: object, _settled: object = (), /) -> frozenset[str]:
        raise RuntimeError("the disk is full")

    with opened(tmp_path, {}, connections=3) as (transport, server):
        with pytest.raises(RuntimeError, match="the disk is full"):
            transport.send([make_message(one) for one in people(6)], fail)
        assert server.taken() == []
        assert [one.status for one in send(transport, *people(6))] == ["accepted"] * 6

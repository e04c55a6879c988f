from __future__ import annotations

import pytest

from publisher.delivery.replies import Reply, Stage, read_reply, receipt_of, slows, stops, wait_asked


@pytest.mark.parametrize(
    ("code", "text", "status", "reason"),
    [
        (250, "2.0.0 OK", "accepted", ""),
        (451, "4.3.0 try later", "deferred", "server"),
        (450, "4.2.1 mailbox busy", "deferred", "mailbox"),
        (421, "4.7.28 too many from you", "deferred", "policy"),
        (452, "4.2.2 over quota", "deferred", "mailbox"),
        (550, "5.1.1 no such user", "rejected", "address"),
        (550, "5.1.10 null MX", "rejected", "address"),
        (553, "5.1.7 bad sender", "rejected", "policy"),
        (552, "5.2.2 mailbox full", "rejected", "mailbox"),
        (552, "5.2.3 too long for this mailbox", "rejected", "content"),
        (552, "5.3.4 too big", "rejected", "content"),
        (550, "5.7.1 not wanted", "rejected", "policy"),
        (550, "5.7.515 sender is not authenticated", "rejected", "policy"),
        (554, "5.6.0 what is this", "rejected", "content"),
        (550, "no such user here", "rejected", "address"),
        (554, "go away", "rejected", "policy"),
        (571, "never heard of that code", "rejected", "server"),
        (550, "4.2.1 the digits contradict the code", "rejected", "address"),
        (550, "see 192.5.1.1 for why", "rejected", "address"),
    ],
)
def test_a_reply_says_what_becomes_of_a_message_and_whose_fault_it_is(
    code: int, text: str, status: str, reason: str
) -> None:
    receipt = receipt_of(Reply(code, text))
    assert (receipt.status, receipt.reason, receipt.smtp_code) == (status, reason, code)
    assert receipt.detail == f"{code} {text}"


@pytest.mark.parametrize(
    ("text", "queue_id"),
    [
        ("2.0.0 Ok: queued as 4F2B81C0D3", "4F2B81C0D3"),
        ("OK id=1tB7xQ-00000001abc-2Xyz", "1tB7xQ-00000001abc-2Xyz"),
        ("2.6.0 <a@b> [InternalId=1234567] Queued mail for delivery", "1234567"),
        ("2.0.0 OK", ""),
    ],
)
def test_the_queue_id_is_kept_where_the_server_names_it(text: str, queue_id: str) -> None:
    assert receipt_of(Reply(250, text)).provider_id == queue_id


def test_a_reply_of_any_bytes_becomes_one_line() -> None:
    reply = read_reply(550, b"5.1.1 no", b"5.1.1  \xe6\x9f\xa5\xe7\x84\xa1\xff", b"")
    assert (reply.code, reply.text) == (550, "5.1.1 no 查無\ufffd")
    assert len(reply.lines) == 3


@pytest.mark.parametrize(
    ("code", "stage", "reason"),
    [
        (550, "RCPT", "address"),
        (550, "dot", "policy"),
        (550, "DATA", "policy"),
        (552, "RCPT", "mailbox"),
        (552, "dot", "content"),
        (553, "dot", "policy"),
        (451, "dot", "server"),
    ],
)
def test_a_plain_code_after_the_message_never_blames_the_address(code: int, stage: Stage, reason: str) -> None:
    assert receipt_of(Reply(code, "no"), stage).reason == reason


@pytest.mark.parametrize("detail", [*range(30), 509, 515])
@pytest.mark.parametrize("code", [421, 450, 550, 554])
def test_a_7_is_never_the_reader_s_fault(code: int, detail: int) -> None:
    stages: tuple[Stage, ...] = ("RCPT", "DATA", "dot")
    reasons = {receipt_of(Reply(code, f"{code // 100}.7.{detail} no"), stage).reason for stage in stages}
    assert reasons == {"policy"}


@pytest.mark.parametrize(
    ("code", "text", "slow"),
    [
        (421, "4.2.1 too many", True),
        (421, "closing", True),
        (450, "busy", True),
        (450, "4.2.1 this mailbox is busy", False),
        (450, "4.7.1 greylisted", True),
        (451, "local error", True),
        (452, "4.2.2 over quota", False),
        (454, "4.7.0 later", True),
        (550, "5.7.1 no", False),
    ],
)
def test_some_refusals_ask_for_less_haste(code: int, text: str, slow: bool) -> None:
    assert slows(Reply(code, text)) is slow


@pytest.mark.parametrize(
    ("code", "text", "stage", "stop"),
    [
        (554, "5.7.1 blocked", "greeting", True),
        (550, "5.7.1 not you", "MAIL", True),
        (451, "later", "MAIL", True),
        (530, "5.7.0 log in first", "RCPT", True),
        (550, "5.7.8 wrong password", "RCPT", True),
        (550, "5.7.1 not wanted", "RCPT", False),
        (550, "5.1.1 nobody", "RCPT", False),
        (450, "4.7.1 greylisted", "RCPT", False),
        (554, "5.7.1 spam", "dot", False),
    ],
)
def test_some_refusals_are_meant_for_us_and_end_the_send(code: int, text: str, stage: Stage, stop: bool) -> None:
    assert stops(Reply(code, text), stage) is stop


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("4.2.0 Greylisted, see https://example.org/help, try again in 300 seconds", 300.0),
        ("4.7.1 Please retry after 5 minutes", 300.0),
        ("4.7.1 Greylisted for 00:04:59", 299.0),
        ("4.7.1 come back in 1 hour", 3600.0),
        ("4.7.1 try later", None),
        ("4.2.2 has been full for 300 years or so", None),
    ],
)
def test_the_wait_that_a_server_names_is_heeded(text: str, seconds: float | None) -> None:
    assert wait_asked(text) == seconds
    assert receipt_of(Reply(451, text)).retry_after_s == seconds
    assert receipt_of(Reply(551, text)).retry_after_s is None

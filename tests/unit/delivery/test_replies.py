from __future__ import annotations

import pytest

from publisher.delivery.replies import Reply, read_reply, receipt_of


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
    assert read_reply((550, b"5.1.1 no\r\n5.1.1 \xe6\x9f\xa5\xe7\x84\xa1\xff")) == Reply(
        550, "5.1.1 no 5.1.1 查無\ufffd"
    )

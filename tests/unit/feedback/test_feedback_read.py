"""Mails of every shape, the broken ones above all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.feedback.read import read_feedback

DSN = b"""From: MAILER-DAEMON@example.net
To: weekly@example.org
Subject: =?x-unknown?B?5L2g5aW9?= and =?utf-8?B?!!!?=
Date: %s
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; example.net

%s
--b--
"""
BLOCK = b"Final-Recipient: rfc822; a@example.org\nAction: failed\nStatus: 5.1.1\n"
SCRAPS = [
    *(b"From: Mailer-Daemon@x\n", b"To: a@b\n", b"Subject: unsubscribe\n", b"Auto-Submitted: auto-replied\n", b"\n"),
    *(b"Content-Type: multipart/report; boundary=b\n", b"--b\n", b"--b--\n", b"Content-Type: message/rfc822\n\n"),
    *(b"Content-Type: message/delivery-status\n\n", b"Content-Type: message/feedback-report\n\n", BLOCK, b"\xff\xfe"),
    *(b"Content-Type: text/plain; charset=\xff\n", b"Content-Transfer-Encoding: base64\n", b"=?big5?B?/////w==?="),
    *(b"Date: Mon, 99 Feb 99999 99:99\n", b"X-Failed-Recipients: a@b.example\n", b"Feedback-Type: abuse\n"),
    *(b"Content-Type: text/rfc822-headers\n\n", b"List-Unsubscribe: <%zz>\n", b"failure notice <a@b.example> 550 \n"),
    *(b"Content-Type: message/global-delivery-status\n\n", b"Content-Type: message/global-headers\n\n"),
]


def dsn(*blocks: bytes, date: bytes = b"Mon, 09 Feb 2026 08:00:00 +0800") -> bytes:
    return DSN % (date, b"\n".join(blocks))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(SCRAPS) | st.binary(max_size=20), max_size=14).map(b"".join))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    assert read_feedback(content).reports


def test_a_report_about_two_is_two_reports() -> None:
    found = read_feedback(dsn(BLOCK, BLOCK.replace(b"a@", b"b@").replace(b"5.1.1", b"5.2.2")))
    assert [(one.recipient, one.kind) for one in found.reports] == [
        ("a@example.org", "hard"),
        ("b@example.org", "soft"),
    ]


def test_a_report_about_addresses_beyond_ascii_is_read() -> None:
    content = dsn(BLOCK.replace(b"rfc822; a@", "utf-8; 王@".encode()))
    found = read_feedback(content.replace(b"message/delivery-status", b"message/global-delivery-status"))
    assert [(one.recipient, one.kind) for one in found.reports] == [("王@example.org", "hard")]


def test_the_address_we_wrote_to_counts_where_it_was_forwarded() -> None:
    found = read_feedback(dsn(b"Original-Recipient: rfc822;first@example.org\n" + BLOCK))
    assert found.reports[0].recipient == "first@example.org"


def test_a_report_without_an_action_goes_by_its_status() -> None:
    found = read_feedback(dsn(BLOCK.replace(b"Action: failed\n", b""), BLOCK.replace(b"5.1.1", b"2.1.5")))
    assert [one.kind for one in found.reports] == ["hard", "delivered"]


def test_the_date_is_read_in_its_zone() -> None:
    assert read_feedback(dsn(BLOCK)).written_at == datetime(2026, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize("date", [b"", b"yesterday", b"Mon, 99 Feb 2026 08:00:00 +0800"])
def test_a_date_that_is_none_is_unknown(date: bytes) -> None:
    assert read_feedback(dsn(BLOCK, date=date)).written_at is None


def test_what_can_not_be_decoded_is_still_shown() -> None:
    assert read_feedback(dsn(BLOCK)).subject.startswith("你好")


def test_copies_of_a_mail_have_one_name_however_they_are_kept() -> None:
    for content in (dsn(BLOCK), b"Message-ID: <1@x>\n" + dsn(BLOCK)):
        assert read_feedback(content).key == read_feedback(content.replace(b"\n", b"\r\n")).key


def test_different_mails_have_different_names() -> None:
    assert read_feedback(dsn(BLOCK)).key != read_feedback(dsn(BLOCK, BLOCK)).key


def test_a_bounce_that_a_reader_forwards_is_no_bounce() -> None:
    forwarded = b"From: a@example.org\nSubject: Fwd: what is this?\nContent-Type: message/rfc822\n\n" + dsn(BLOCK)
    assert [one.kind for one in read_feedback(forwarded).reports] == ["other"]


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        (b"Auto-Submitted: auto-replied", "reply"),
        (b"X-Autoreply: yes", "reply"),
        (b"Precedence: auto_reply", "reply"),
        (b"Auto-Submitted: no", "other"),
        (b"Precedence: bulk", "other"),
    ],
)
def test_programs_that_answer_in_a_persons_stead_are_known_by_their_fields(field: bytes, kind: str) -> None:
    found = read_feedback(b"From: a@example.org\nSubject: hello\n" + field + b"\n\nUser unknown, mailbox full\n")
    assert [one.kind for one in found.reports] == [kind]


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ("unsubscribe", "unsubscribe"),
        ("Re: UNSUBSCRIBE ME!", "unsubscribe"),
        ("退訂", "unsubscribe"),
        ("取消訂閱。", "unsubscribe"),
        ("How do I unsubscribe?", "other"),
        ("Automatic reply: unsubscribe", "reply"),
    ],
)
def test_a_wish_to_leave_is_the_whole_subject(subject: str, kind: str) -> None:
    found = read_feedback(f"From: a@example.org\nSubject: {subject}\n\n".encode())
    assert [one.kind for one in found.reports] == [kind]


def test_words_in_a_page_that_nobody_sees_are_not_said() -> None:
    page = b"<html><head><title>mailbox full</title></head><style>p{}</style><p>User&nbsp;unknown: &lt;a@b.example&gt;"
    head = b"From: Mailer-Daemon@x.example\nSubject: returned\nContent-Type: text/html\n\n"
    (report,) = read_feedback(head + page).reports
    assert (report.kind, report.recipient, report.detail) == ("hard", "a@b.example", "User unknown: <a@b.example>")

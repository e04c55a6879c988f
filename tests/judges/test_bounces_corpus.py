"""Mails as servers and people send them back, each with what it has to be taken for; flufl.bounce is asked as well.

bounces/*.eml were written for this test, after the forms that Postfix, Exim, qmail, sendmail, Exchange, Gmail, Yahoo
and Chinese providers use. Their tokens are made with the key below.
"""

from __future__ import annotations

import email
import json
from pathlib import Path
from typing import Any

import pytest
from flufl.bounce import all_failures

from publisher.audience.tokens import find_claim
from publisher.audience.verp import read_sender
from publisher.feedback.read import read_feedback

FOLDER = Path(__file__).parent / "bounces"
EXPECTED: dict[str, dict[str, Any]] = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
KEYS = {1: bytes(range(32))}
NAMES = ("monthly", "weekly")
FAILURES = ("hard", "failed", "soft", "policy")
#: Where Mailman's library says otherwise, and why we don't follow.
FLUFL_DIFFERS = {
    "exim-old-warning": "takes a warning for a failure",
    "hinet-chinese-text": "reads no Chinese",
    "qq-mailbox-full-big5": "reads no Chinese",
}


def content_of(name: str) -> bytes:
    return (FOLDER / f"{name}.eml").read_bytes()


def test_every_sample_has_an_answer() -> None:
    assert sorted(EXPECTED) == sorted(file.stem for file in FOLDER.glob("*.eml"))


@pytest.mark.parametrize("name", sorted(EXPECTED))
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
def test_a_mail_that_came_back_is_taken_for_what_it_is(name: str, line_end: bytes) -> None:
    found = read_feedback(content_of(name).replace(b"\n", line_end))
    expected = EXPECTED[name]
    assert [report.kind for report in found.reports] == expected["kinds"]
    assert found.reports[0].recipient == expected["recipient"]
    assert found.reports[0].status == expected["status"]


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_our_delivery_is_found_in_it_wherever_the_server_put_it(name: str) -> None:
    traces = read_feedback(content_of(name)).traces
    proofs = {
        "verp": any(read_sender(text, KEYS.get, NAMES) for text in traces.envelopes),
        "token": any(find_claim(text, KEYS.get, NAMES) for text in traces.unsubscribe),
        "wish": any(find_claim(text, KEYS.get, NAMES) for text in traces.wishes),
    }
    assert [proof for proof, there in proofs.items() if there] == EXPECTED[name]["proof"]


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_mailmans_library_sees_the_same_failures(name: str) -> None:
    _, permanent = all_failures(email.message_from_bytes(content_of(name)))
    reports = read_feedback(content_of(name)).reports
    ours = {one.recipient.encode() for one in reports if one.kind in FAILURES and one.recipient}
    assert (name in FLUFL_DIFFERS) == (set(permanent) != ours)


def test_nothing_in_the_corpus_looks_like_a_real_address() -> None:
    text = b"".join(content_of(name) for name in EXPECTED)
    assert b"@gmail.com" not in text
    assert b"@yahoo.com" not in text

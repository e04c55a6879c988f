"""Whose fault a failure is. Whole mails are judged by tests/judges/test_bounces_corpus.py."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.feedback.classify import classify


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("5.1.1", "hard"),
        ("5.1.2", "hard"),
        ("5.1.3", "hard"),
        ("5.1.6", "hard"),
        ("5.1.10", "hard"),
        ("5.1.0", "failed"),
        ("5.1.7", "policy"),
        ("5.1.8", "policy"),
        ("5.2.0", "failed"),
        ("5.2.1", "failed"),
        ("5.2.2", "soft"),
        ("5.2.3", "policy"),
        ("5.3.0", "failed"),
        ("5.3.4", "policy"),
        ("5.4.1", "failed"),
        ("5.4.7", "soft"),
        ("5.5.0", "policy"),
        ("5.6.0", "policy"),
        ("5.7.1", "policy"),
        ("5.7.515", "policy"),
        ("5.9.9", "failed"),
        ("4.1.1", "soft"),
        ("4.2.2", "soft"),
        ("4.4.7", "soft"),
        ("4.7.0", "policy"),
    ],
)
def test_a_code_says_whose_fault_it_is(status: str, kind: str) -> None:
    assert classify(status, "") == (kind, status)


@pytest.mark.parametrize(
    ("status", "answer", "kind", "code"),
    [
        ("5.0.0", "550 5.1.1 gone", "hard", "5.1.1"),
        ("", "550 #5.1.1 gone", "hard", "5.1.1"),
        ("5.0.0", "550 No such user", "hard", "5.0.0"),
        ("5.0.0", "552 mailbox is full", "soft", "5.0.0"),
        ("5.0.0", "550 spam", "policy", "5.0.0"),
        ("5.0.0", "550 sorry", "failed", "5.0.0"),
        ("4.0.0", "sorry", "soft", "4.0.0"),
        ("", "451 try again", "soft", ""),
        ("", "421 blocked for spam", "policy", ""),
        ("", "", "failed", ""),
        ("", "connect to mx[5.1.1.7]:25 refused", "failed", ""),
        ("", "2.0.0 nonsense", "failed", ""),
        ("5.1.1", "550 5.1.1 blocked by reputation", "policy", "5.1.1"),
        ("5.1.1", "550 5.1.1 User unknown; see our policy", "hard", "5.1.1"),
        ("5.7.1", "550 5.7.1 User unknown", "policy", "5.7.1"),
        ("5.0.0", "查無此人", "hard", "5.0.0"),
        ("5.0.0", "收件人的信箱已滿", "soft", "5.0.0"),
        ("5.0.0", "疑似垃圾郵件", "policy", "5.0.0"),
    ],
)
def test_words_help_where_a_code_says_nothing(status: str, answer: str, kind: str, code: str) -> None:
    assert classify(status, answer) == (kind, code)


@given(st.integers(0, 999), st.text(max_size=80))
def test_a_refusal_of_ours_never_blames_the_reader(detail: int, words: str) -> None:
    for status in (f"5.7.{detail}", f"4.7.{detail}"):
        kind, code = classify(status, words)
        assert kind == "policy" or code != status or status.endswith("7.0.0")

from __future__ import annotations

import json
from typing import Any

import pytest

from publisher.delivery.resend_answers import Answer, explain, judge, read_answer, read_receipts


def answer(status: int, name: str = "", retry_after: str = "", **fields: Any) -> Answer:
    return read_answer(status, json.dumps({"name": name, "message": "words", **fields}).encode(), retry_after)


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (answer(200, data=[]), "taken"),
        (Answer(sent=False), "busy"),
        (Answer(), "doubtful"),
        (answer(500, "application_error"), "doubtful"),
        (answer(503), "doubtful"),
        (answer(409, "concurrent_idempotent_requests"), "doubtful"),
        (answer(409, "invalid_idempotent_request"), "doubtful"),
        (answer(429, "rate_limit_exceeded"), "busy"),
        (answer(429, ""), "busy"),
        (answer(429, "daily_quota_exceeded"), "refused"),
        (answer(400, "validation_error"), "refused"),
        (answer(401, "missing_api_key"), "refused"),
        (answer(403, "invalid_api_key"), "refused"),
        (answer(422, "invalid_from_address"), "refused"),
        (answer(302), "refused"),
    ],
)
def test_every_answer_has_one_meaning(found: Answer, verdict: str) -> None:
    assert judge(found) == verdict


@pytest.mark.parametrize(
    ("found", "temporary", "hint"),
    [
        (answer(403, "invalid_api_key"), False, "delivery.relay.api_key"),
        (answer(401, "missing_api_key"), False, "delivery.relay.api_key"),
        (answer(429, "monthly_quota_exceeded"), True, "quota"),
        (answer(429, "rate_limit_exceeded"), True, "quota"),
        (Answer(sent=False, detail="refused"), True, "delivery.relay.base_url"),
        (answer(422, "invalid_from_address"), False, "docs"),
    ],
)
def test_an_error_says_whether_waiting_helps_and_where_to_look(found: Answer, temporary: bool, hint: str) -> None:
    error = explain(found, "relay")
    assert error.temporary is temporary
    assert hint in str(error.hint)
    assert error.provider_code == (found.name or None)


def test_refused_places_are_told_from_taken_ones() -> None:
    found = answer(200, data=[{"id": "a"}, {"id": "c"}], errors=[{"index": 1, "message": "Invalid `to`"}])
    receipts = read_receipts(found, 3)
    assert [(one.status, one.provider_id, one.detail) for one in receipts] == [
        ("accepted", "a", ""),
        ("rejected", "", "Invalid `to`"),
        ("accepted", "c", ""),
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"data": [{"id": "a"}]},
        {"data": [{"id": "a"}, {"id": "b"}, {"id": "c"}]},
        {"data": [{}, {"id": "b"}]},
        {"data": "nonsense"},
        {"data": [{"id": "a"}], "errors": [{"index": "1"}]},
        {},
    ],
)
def test_an_answer_that_does_not_add_up_leaves_everything_uncertain(fields: dict[str, Any]) -> None:
    assert [one.status for one in read_receipts(answer(200, **fields), 2)] == ["uncertain", "uncertain"]


@pytest.mark.parametrize("content", [b"", b"<html>Bad gateway</html>", b"[1]", b"\xff", b'{"data": {"id": 1}}'])
def test_any_bytes_can_be_read(content: bytes) -> None:
    found = read_answer(502, content, "soon")
    assert (found.status, found.ids, found.retry_after_s) == (502, (), 0.0)
    assert found.detail.startswith("502")

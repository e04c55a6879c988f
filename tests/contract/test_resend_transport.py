"""The Resend transport against a server that plays Resend, with the faults a network has."""

from __future__ import annotations

import socket
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from publisher.delivery.resend import ResendTransport, idempotency_key
from publisher.errors import DeliveryError
from publisher.model.message import Envelope, Mailbox
from tests.contract.mail_samples import Commits, commit_all, make_config, make_message
from tests.contract.resend_server import API_KEY, Fault, Post, run_resend_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PEOPLE = ["a@example.org", "b@example.org", "c@example.org"]


@pytest.fixture
def post() -> Iterator[Post]:
    with run_resend_server() as found:
        yield found


def make(folder: Path, url: str, key: str = API_KEY) -> ResendTransport:
    (folder / "key").write_text(key, encoding="utf-8")
    settings = f'base_url = "{url}"\napi_key = {{ file = "key" }}\nlongest_wait_s = 0.5\nattempts = 2\n'
    return ResendTransport("resend", make_config(folder, "[delivery.resend]\n" + settings))


@pytest.fixture
def resend(post: Post, tmp_path: Path) -> Iterator[ResendTransport]:
    with closing(make(tmp_path, post.url)) as transport:
        yield transport


def statuses(transport: ResendTransport) -> list[str]:
    return [receipt.status for receipt in transport.send([make_message(to) for to in PEOPLE], commit_all())]


def test_a_batch_is_one_call_with_each_message_s_own_words(resend: ResendTransport, post: Post) -> None:
    messages = [make_message(to, reply_to=Mailbox(email="answers@example.org")) for to in PEOPLE]
    resend.send(messages, commit_all())
    assert len(post.keys) == 1
    assert post.accepted[1] == {
        "from": "台北週報 <weekly@example.org>",
        "to": ['"Wang, 小明" <b@example.org>'],
        "reply_to": ["answers@example.org"],
        "subject": "本週文章",
        "html": "<p>你好</p>",
        "text": messages[1].text,
        "headers": dict(messages[1].headers),
    }
    assert "List-Unsubscribe" in post.accepted[1]["headers"]


@pytest.mark.parametrize("fault", ["lose", "fail"])
def test_a_lost_answer_is_asked_for_again_and_nobody_gets_two(
    resend: ResendTransport, post: Post, fault: Fault
) -> None:
    post.faults = [fault]
    receipts = resend.send([make_message(to) for to in PEOPLE], commit_all())
    assert [(one.status, one.provider_id) for one in receipts] == [
        ("accepted", "id-1"),
        ("accepted", "id-2"),
        ("accepted", "id-3"),
    ]
    assert len(post.accepted) == 3
    assert len(post.keys) == 2
    assert len(set(post.keys)) == 1


@pytest.mark.parametrize("faults", [["lose", "lose"], ["fail", "drop"], ["drop", "in progress"], ["lose", "slow down"]])
def test_when_no_answer_can_be_had_everybody_is_uncertain(
    resend: ResendTransport, post: Post, faults: list[Fault]
) -> None:
    post.faults = faults
    assert statuses(resend) == ["uncertain"] * 3


def test_an_answer_that_does_not_add_up_is_uncertain(resend: ResendTransport, post: Post) -> None:
    post.faults = ["nonsense"]
    assert statuses(resend) == ["uncertain"] * 3


def test_too_many_requests_are_waited_out(resend: ResendTransport, post: Post) -> None:
    post.faults = ["slow down"]
    assert statuses(resend) == ["accepted"] * 3
    assert len(post.accepted) == 3


@pytest.mark.parametrize(
    ("faults", "temporary", "code"),
    [
        (["slow down", "slow down"], True, "rate_limit_exceeded"),
        (["wait long"], True, "rate_limit_exceeded"),
        (["quota"], True, "daily_quota_exceeded"),
        (["closed domain"], False, "validation_error"),
    ],
)
def test_a_refusal_of_everything_stops_the_send(
    resend: ResendTransport, post: Post, faults: list[Fault], temporary: bool, code: str
) -> None:
    post.faults = list(faults)
    with pytest.raises(DeliveryError) as caught:
        statuses(resend)
    assert (caught.value.temporary, caught.value.provider_code) == (temporary, code)
    assert post.accepted == []
    assert len(post.keys) == len(faults)


def test_a_wrong_key_is_told_without_showing_it(post: Post, tmp_path: Path) -> None:
    with closing(make(tmp_path, post.url, "re_falsch")) as transport, pytest.raises(DeliveryError) as caught:
        statuses(transport)
    assert not caught.value.temporary
    assert "delivery.resend.api_key" in str(caught.value.hint)
    assert "re_falsch" not in str(caught.value)


def test_a_server_that_is_not_there_can_be_tried_later(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with closing(make(tmp_path, f"http://127.0.0.1:{port}")) as transport, pytest.raises(DeliveryError) as caught:
        statuses(transport)
    assert caught.value.temporary


def test_a_batch_of_other_people_has_another_key() -> None:
    messages = [make_message(to) for to in PEOPLE]
    assert idempotency_key(messages) == idempotency_key(messages)
    assert idempotency_key(messages) != idempotency_key(messages[:2])
    assert idempotency_key(messages[:1]) != idempotency_key([make_message(PEOPLE[0], 2)])
    assert len(idempotency_key(messages)) <= 256


def test_withheld_messages_change_the_call_not_the_order(resend: ResendTransport, post: Post) -> None:
    receipts = resend.send([make_message(to) for to in PEOPLE], Commits("b@example.org"))
    assert [(one.status, one.provider_id) for one in receipts] == [
        ("accepted", "id-1"),
        ("deferred", ""),
        ("accepted", "id-2"),
    ]


def test_when_everybody_is_withheld_nothing_is_called(resend: ResendTransport, post: Post) -> None:
    assert [one.status for one in resend.send([make_message(to) for to in PEOPLE], Commits(*PEOPLE))] == [
        "deferred"
    ] * 3
    assert post.keys == []


def test_an_envelope_sender_that_would_be_lost_is_refused_before_anything_is_committed(
    resend: ResendTransport, post: Post
) -> None:
    commits = Commits()
    other = make_message("a@example.org", envelope=Envelope(sender="bounces@example.org", recipient="a@example.org"))
    with pytest.raises(DeliveryError, match="envelope sender") as caught:
        resend.send([make_message("b@example.org"), other], commits)
    assert not caught.value.temporary
    assert commits.asked == post.keys == []

"""What a server refuses during the send counts like a bounce that comes back later. On every store."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from publisher.delivery.memory import MemoryTransport
from publisher.delivery.replies import MEANINGS, Reply, receipt_of
from publisher.delivery.transport import Limits
from publisher.feedback.classify import classify
from publisher.pipeline.explain import explain
from publisher.pipeline.send import SendReport, send_issue
from publisher.store.feedback import list_feedback
from publisher.store.journal_check import check_journal
from publisher.store.open import open_store
from publisher.store.suppressions import find_suppression
from tests.contract.small_site import NOW, make_site, subscribe, write_post

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from publisher.config import Config
    from publisher.delivery.replies import Stage
    from publisher.delivery.transport import Commit, Receipt
    from publisher.model.message import Message

WEEK = timedelta(days=7)
HER = "her@example.org"


@pytest.fixture
def config(tmp_path: Path, store_url: str) -> Config:
    found = make_site(tmp_path, store=store_url, more="[bounces]\nthreshold = 2\n")
    subscribe(found, "a@example.org", HER, "z@example.org")
    return found


class Refusing(MemoryTransport):
    """Answers one reader as a mail server would; the others' messages are taken."""

    limits = Limits(batch=3, local=True)
    lookup = None  # type: ignore[assignment]

    def __init__(self, config: Config, code: int, text: str, stage: Stage = "RCPT", *, at_once: bool = False) -> None:
        super().__init__("memory", config)
        self.receipt = receipt_of(Reply(code, text), stage)
        self.at_once = at_once

    def send(self, batch: Sequence[Message], commit: Commit) -> tuple[Receipt, ...]:
        hers = [message for message in batch if message.envelope.recipient == HER]
        others = tuple(message for message in batch if message not in hers)
        if self.at_once:
            # In the same breath as the commit of the next messages.
            allowed = commit(others, [(message, self.receipt) for message in hers])
            taken = super().send(others, lambda *_: allowed)
        else:
            taken = super().send(others, commit)
        by_key = dict(zip((message.delivery_key for message in others), taken, strict=True))
        return tuple(by_key.get(message.delivery_key, self.receipt) for message in batch)


def send(config: Config, transport: MemoryTransport, weeks: int = 0) -> SendReport:
    return send_issue(config, "weekly", NOW + weeks * WEEK, transport=transport)


@pytest.mark.parametrize("at_once", [False, True])
def test_who_is_not_there_is_never_mailed_to_again(config: Config, at_once: bool) -> None:
    report = send(config, Refusing(config, 550, "5.1.1 <her@example.org> no such user", at_once=at_once))
    assert dict(report.states) == {"accepted": 2, "rejected": 1}
    with closing(open_store(config.store.url, config.root)) as store, store.read() as connection:
        found = find_suppression(connection, HER)
        (kept,) = list_feedback(connection, HER)
        assert check_journal(connection, 1).faults == ()
    assert found is not None
    assert (found.reason, found.since) == ("hard bounce", NOW)
    assert (kept.row.kind, kept.row.status, kept.row.issue_id, kept.suppressed) == ("hard", "5.1.1", 1, "hard bounce")
    # The journal says why.
    last = explain(config, "weekly", HER).issues[0].moments[-1]
    assert (last.state, last.reason, last.smtp_code) == ("rejected", "hard bounce", 550)
    write_post(config, "next", "2026-02-11T09:00:00+08:00")
    again = send(config, MemoryTransport("memory", config), weeks=1)
    assert dict(again.states) == {"accepted": 2, "suppressed": 1}


@pytest.mark.parametrize(
    ("code", "text", "stage"),
    [
        (550, "5.7.1 no such user as you may write here", "RCPT"),
        (550, "5.7.515 sender is not authenticated", "dot"),
        (550, "5.1.1 blocked: your reputation is bad", "RCPT"),
        (554, "5.6.0 what is this", "dot"),
        (552, "5.3.4 too big", "dot"),
        (550, "no", "dot"),
        (554, "go away", "RCPT"),
        (571, "never heard of that code", "RCPT"),
    ],
)
def test_what_is_refused_because_of_us_never_counts_against_the_reader(
    tmp_path: Path, code: int, text: str, stage: Stage
) -> None:
    config = make_site(tmp_path, more="[bounces]\nthreshold = 0.5\n")
    subscribe(config, HER)
    assert dict(send(config, Refusing(config, code, text, stage)).states) == {"rejected": 1}
    with closing(open_store(config.store.url, config.root)) as store, store.read() as connection:
        assert find_suppression(connection, HER) is None
        assert [kept.row.kind for kept in list_feedback(connection, HER)] == ["policy"]


def test_other_refusals_add_up(config: Config) -> None:
    for week in range(3):
        write_post(config, f"week{week}", (NOW + week * WEEK - timedelta(days=1)).isoformat())
        report = send(config, Refusing(config, 550, "5.2.1 mailbox disabled"), weeks=week)
        with closing(open_store(config.store.url, config.root)) as store, store.read() as connection:
            found = find_suppression(connection, HER)
        # Two points silence her.
        assert (found is not None and found.reason) == ("too many bounces" if week else False)
    assert dict(report.states) == {"accepted": 2, "suppressed": 1}


@pytest.mark.parametrize(("code", "text"), [(450, "4.1.1 unknown for now"), (452, "4.2.2 over quota")])
def test_who_is_only_put_off_is_tried_again(config: Config, code: int, text: str) -> None:
    send(config, Refusing(config, code, text))
    with closing(open_store(config.store.url, config.root)) as store, store.read() as connection:
        assert (find_suppression(connection, HER), [*list_feedback(connection, HER)]) == (None, [])
    assert dict(send(config, MemoryTransport("memory", config)).states) == {"accepted": 3}


@pytest.mark.parametrize("code", sorted(key for key in MEANINGS if len(key.split(".")[0]) == 1))
def test_both_tables_blame_the_same(code: str) -> None:
    """delivery.replies decides about trying again and haste, feedback.classify about the reader."""
    whole = f"5.{code}" if "." in code else f"5.{code}.99"
    reason, kind = receipt_of(Reply(550, whole)).reason, classify("", f"550 {whole}")[0]
    assert (kind == "policy") is (reason in {"policy", "content"} or code == "5")
    assert kind != "hard" or reason == "address"

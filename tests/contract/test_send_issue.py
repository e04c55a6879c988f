"""Sending a whole issue: everybody once, nobody twice, whatever happens on the way. On every store."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from publisher.audience.tokens import read_token
from publisher.delivery.maildir import MaildirTransport
from publisher.delivery.memory import MemoryTransport
from publisher.delivery.transport import Limits, Receipt
from publisher.errors import ConfigError, DeliveryError
from publisher.pipeline.send import SendReport, Watch, judge, send_issue
from publisher.pipeline.send_copy import send_copy
from publisher.pipeline.send_preview import preview_send
from publisher.store.keys import find_secret
from publisher.store.open import open_store
from publisher.store.subscribers import set_state
from publisher.store.suppressions import suppress
from tests.contract.small_site import NOW, make_site, subscribe

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from publisher.config import Config
    from publisher.delivery.transport import Commit
    from publisher.model.message import Message

PEOPLE = ["a@example.org", "b@example.org", "c@example.org", "d@example.org"]


@pytest.fixture
def config(tmp_path: Path, store_url: str) -> Config:
    """A site whose issue is due, with four subscribers."""
    found = make_site(tmp_path, store=store_url)
    subscribe(found, *PEOPLE)
    return found


class Memory(MemoryTransport):
    """Takes a few messages at a time, and does as it is told with some of them."""

    limits = Limits(batch=2, local=True)

    def __init__(self, config: Config, **faults: Callable[[], Receipt]) -> None:
        super().__init__("memory", config)
        self.faults = faults

    def send(self, batch: Sequence[Message], commit: Commit) -> tuple[Receipt, ...]:
        receipts = super().send(batch, commit)
        names = [message.envelope.recipient.partition("@")[0] for message in batch]
        return tuple(
            self.faults[name]() if name in self.faults else receipt
            for name, receipt in zip(names, receipts, strict=True)
        )

    # Whoever sends by this transport must go by the ledger alone.
    lookup = None  # type: ignore[assignment]

    @property
    def people(self) -> list[str]:
        return [message.envelope.recipient for message in self.sent]


def gives(status: str, **fields: object) -> Callable[[], Receipt]:
    return lambda: Receipt(status=status, **fields)  # type: ignore[arg-type]


def run(config: Config, transport: MemoryTransport | MaildirTransport, **watch: object) -> SendReport:
    return send_issue(config, "weekly", NOW, transport=transport, watch=Watch(**watch))  # type: ignore[arg-type]


def change(config: Config, action: Callable[[Connection], object]) -> None:
    with closing(open_store(config.store.url, config.root)) as store, store.begin() as connection:
        action(connection)


def test_everybody_gets_the_issue_once(config: Config) -> None:
    memory = Memory(config)
    first = run(config, memory)
    assert (first.outcome, dict(first.run)) == ("sent", {"accepted": 4})
    for _ in range(3):
        again = run(config, memory)
        assert (again.outcome, dict(again.run), dict(again.states)) == ("already sent", {}, {"accepted": 4})
    assert memory.people == PEOPLE


def test_every_message_has_an_unsubscribe_link_of_its_own_reader(config: Config) -> None:
    memory = Memory(config)
    run(config, memory)
    tokens = [message.headers["List-Unsubscribe"].rpartition("%20")[2].rstrip(">") for message in memory.sent]
    with closing(open_store(config.store.url, config.root)) as store, store.read() as connection:
        claims = [read_token(token, lambda kid: find_secret(connection, kid), ["weekly"]) for token in tokens]
    assert [claim and claim.subscriber_id for claim in claims] == [1, 2, 3, 4]
    assert all(token in message.text for token, message in zip(tokens, memory.sent, strict=True))


def test_who_must_not_or_can_not_be_mailed_to_is_counted_not_mailed(config: Config) -> None:
    subscribe(config, "小明@example.org", checked=False)
    change(config, lambda connection: suppress(connection, "b@example.org", "complaint", NOW))
    change(config, lambda connection: set_state(connection, "weekly", "c@example.org", "unsubscribed", NOW))
    memory = Memory(config)
    report = run(config, memory)
    assert memory.people == ["a@example.org", "d@example.org"]
    assert report.plan is not None
    assert (report.plan.active, report.plan.planned, report.plan.suppressed, report.plan.invalid) == (4, 2, 1, 1)
    assert dict(report.states) == {"accepted": 2, "rejected": 1, "suppressed": 1}
    assert [(row.email, row.reason) for row in report.troubled] == [("小明@example.org", "address")]


def test_who_joins_after_the_plan_waits_for_the_next_issue(config: Config) -> None:
    memory = Memory(config)
    run(config, memory)
    subscribe(config, "late@example.org")
    assert run(config, memory).outcome == "already sent"
    assert "late@example.org" not in memory.people


def test_the_first_subscriber_ever_still_gets_the_issue(tmp_path: Path, store_url: str) -> None:
    config = make_site(tmp_path, store=store_url)
    memory = Memory(config)
    assert run(config, memory).outcome == "nobody subscribed"
    subscribe(config, "first@example.org")
    assert run(config, memory).outcome == "sent"
    assert memory.people == ["first@example.org"]


def test_a_deferred_delivery_is_tried_again_by_the_next_run(config: Config) -> None:
    busy = gives("deferred", reason="server", detail="451 later", smtp_code=451)
    report = run(config, Memory(config, b=busy))
    assert (report.outcome, dict(report.run)) == ("partly sent", {"accepted": 3, "deferred": 1})
    assert [(row.email, row.detail, row.smtp_code) for row in report.troubled] == [("b@example.org", "451 later", 451)]
    memory = Memory(config)
    assert run(config, memory).outcome == "sent"
    assert memory.people == ["b@example.org"]


def test_a_delivery_that_was_told_to_wait_waits(config: Config) -> None:
    run(config, Memory(config, b=gives("deferred", retry_after_s=3600.0)))
    memory = Memory(config)
    report = run(config, memory)
    assert (report.outcome, memory.people, report.retry_at) == ("try later", [], NOW + timedelta(hours=1))
    later = Watch(clock=lambda: NOW + timedelta(hours=2))
    assert send_issue(config, "weekly", NOW, transport=memory, watch=later).outcome == "sent"
    assert memory.people == ["b@example.org"]


@pytest.mark.parametrize("status", ["rejected", "uncertain"])
def test_what_was_refused_or_is_in_doubt_is_shown_and_never_sent_again(config: Config, status: str) -> None:
    report = run(config, Memory(config, b=gives(status, detail="why")))
    assert (report.outcome, dict(report.run)) == ("partly sent", {"accepted": 3, status: 1})
    memory = Memory(config)
    again = run(config, memory)
    assert (again.outcome, memory.people) == ("already sent", [])
    assert [(row.email, row.state, row.detail) for row in again.troubled] == [("b@example.org", status, "why")]


class Failing(Memory):
    """Breaks in the second call: before or after it let `commit` know."""

    def __init__(self, config: Config, error: BaseException, *, committed: bool) -> None:
        super().__init__(config)
        self.error = error
        self.committed = committed

    def send(self, batch: Sequence[Message], commit: Commit) -> tuple[Receipt, ...]:
        if self.sent:
            if self.committed:
                commit(batch)
            raise self.error
        return super().send(batch, commit)


@pytest.mark.parametrize("committed", [False, True])
@pytest.mark.parametrize("temporary", [True, False])
def test_when_nothing_more_can_be_sent_the_rest_is_planned_again(
    config: Config, committed: bool, temporary: bool
) -> None:
    report = run(config, Failing(config, DeliveryError("full", temporary=temporary), committed=committed))
    assert (report.outcome, dict(report.states)) == ("partly sent", {"accepted": 2, "planned": 2})
    assert report.stopped is not None
    memory = Memory(config)
    assert run(config, memory).outcome == "sent"
    assert memory.people == PEOPLE[2:]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("a bug")])
def test_a_run_that_is_broken_off_leaves_no_doubt_but_about_what_may_have_left(
    config: Config, error: BaseException
) -> None:
    with pytest.raises(type(error)):
        run(config, Failing(config, error, committed=True))
    memory = Memory(config)
    report = run(config, memory)
    assert (report.outcome, dict(report.states)) == ("already sent", {"accepted": 2, "uncertain": 2})
    assert memory.people == []


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("a bug")])
def test_a_run_that_is_broken_off_before_committing_loses_nobody(config: Config, error: BaseException) -> None:
    with pytest.raises(type(error)):
        run(config, Failing(config, error, committed=False))
    memory = Memory(config)
    assert run(config, memory).outcome == "sent"
    assert memory.people == PEOPLE[2:]


def test_a_run_that_is_asked_to_stop_can_be_continued(config: Config) -> None:
    memory = Memory(config)
    report = run(config, memory, stop=lambda: bool(memory.sent))
    assert (report.outcome, dict(report.states)) == ("partly sent", {"accepted": 2, "planned": 2})
    assert run(config, memory).outcome == "sent"
    assert memory.people == PEOPLE


def test_progress_is_told_after_each_call(config: Config) -> None:
    told: list[tuple[int, int]] = []
    run(config, Memory(config), progress=lambda done, total: told.append((sum(done.values()), total)))
    assert told == [(2, 4), (4, 4)]


def test_who_leaves_while_others_are_being_mailed_is_not_mailed(config: Config) -> None:
    class Leaving(Memory):
        def send(self, batch: Sequence[Message], commit: Commit) -> tuple[Receipt, ...]:
            change(config, lambda connection: suppress(connection, "d@example.org", "unsubscribed", NOW))
            return super().send(batch, commit)

    memory = Leaving(config)
    report = run(config, memory)
    assert memory.people == PEOPLE[:3]
    assert (report.outcome, dict(report.states)) == ("sent", {"accepted": 3, "suppressed": 1})


def test_two_senders_at_once_mail_nobody_twice(config: Config) -> None:
    memory = Memory(config)

    class Overtaken(Memory):
        """Another sender runs from beginning to end while this one has claimed everybody."""

        def send(self, batch: Sequence[Message], commit: Commit) -> tuple[Receipt, ...]:
            run(config, memory)
            return super().send(batch, commit)

    slow = Overtaken(config)
    report = run(config, slow)
    assert Counter(memory.people + slow.people) == Counter(PEOPLE)
    assert dict(report.states) == {"accepted": 4}


def test_an_address_that_no_header_can_hold_spoils_its_own_delivery(config: Config) -> None:
    subscribe(config, "ok@example.org")
    with closing(open_store(config.store.url, config.root)) as store, store.begin() as connection:
        connection.exec_driver_sql("UPDATE subscribers SET name = 'A\nBcc: all@example.org' WHERE id = 2")
    memory = Memory(config)
    report = run(config, memory)
    assert memory.people == ["a@example.org", "c@example.org", "d@example.org", "ok@example.org"]
    assert [(row.email, row.reason) for row in report.troubled] == [("b@example.org", "content")]


def test_a_maildir_tells_what_became_of_uncertain_deliveries(config: Config) -> None:
    class Dying(MaildirTransport):
        """Delivers the first of a batch, then dies."""

        def send(self, batch: Sequence[Message], commit: Commit) -> tuple[Receipt, ...]:
            commit(batch)
            self._deliver(batch[0])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(config, Dying("maildir", config))
    report = run(config, MaildirTransport("maildir", config))
    assert dict(report.states) == {"accepted": 4}
    assert len(list((config.root / "outbox" / "new").iterdir())) == 4


def test_nothing_new_is_no_mail(config: Config) -> None:
    memory = Memory(config)
    report = send_issue(config, "weekly", NOW + timedelta(days=28), transport=memory)
    assert (report.outcome, memory.sent) == ("nothing new", [])


def test_mail_that_leaves_this_machine_needs_a_postal_address(config: Config) -> None:
    class Abroad(Memory):
        limits = Limits(batch=2)

    newsletter = config.newsletter("weekly").model_copy(update={"postal_address": " "})
    bare = config.model_copy(update={"newsletters": {"weekly": newsletter}})
    bare._root = config.root
    with pytest.raises(ConfigError, match=r"newsletters\.weekly\.postal_address"):
        run(bare, Abroad(config))
    assert run(bare, Memory(config)).outcome == "sent"


def test_an_unknown_transport_is_told_before_an_issue_is_frozen(tmp_path: Path) -> None:
    config = make_site(tmp_path, transport="pigeon")
    with pytest.raises(ConfigError, match="pigeon"):
        send_issue(config, "weekly", NOW)
    assert not (tmp_path / "publisher.db").exists()
    assert not (tmp_path / "public").exists()


def test_a_preview_says_who_gets_it_and_who_does_not(config: Config) -> None:
    subscribe(config, "小明@example.org", checked=False)
    change(config, lambda connection: suppress(connection, "b@example.org", "complaint", NOW))
    before = preview_send(config, "weekly", NOW)
    assert [(one.email, one.state) for one in before.prospects] == [
        ("a@example.org", "planned"),
        ("b@example.org", "suppressed"),
        ("c@example.org", "planned"),
        ("d@example.org", "planned"),
        ("小明@example.org", "rejected"),
    ]
    assert "complaint" in before.prospects[1].detail
    memory = Memory(config)
    run(config, memory)
    assert memory.people == [one.email for one in before.prospects if one.state == "planned"]
    after = preview_send(config, "weekly", NOW)
    assert [one.state for one in after.prospects] == ["accepted", "suppressed", "accepted", "accepted", "rejected"]
    # Message-IDs and addresses differ by some characters; that is all.
    assert abs(after.message_bytes - len(memory.sent[0].content)) < 100


def test_a_preview_changes_nothing(tmp_path: Path) -> None:
    config = make_site(tmp_path)
    assert preview_send(config, "weekly", NOW).issue is not None
    assert sorted(path.name for path in tmp_path.iterdir()) == ["content", "publisher.toml"]


def test_a_preview_freezes_nothing(config: Config) -> None:
    preview_send(config, "weekly", NOW)
    with closing(open_store(config.store.url, config.root)) as store, store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM issues").scalar() == 0
        assert connection.exec_driver_sql("SELECT count(*) FROM deliveries").scalar() == 0


def test_a_copy_goes_to_one_address_and_leaves_no_trace(config: Config) -> None:
    memory = Memory(config)
    for address in ("me@example.org", "you@example.org"):
        found = send_copy(config, "weekly", address, NOW, transport=memory)
        assert found is not None
        assert found[1].status == "accepted"
    assert memory.people == ["me@example.org", "you@example.org"]
    assert len({message.delivery_key for message in memory.sent}) == 2
    report = run(config, memory)
    assert (report.outcome, dict(report.states)) == ("sent", {"accepted": 4})
    assert memory.sent[0].html.count("雨後的步道") == memory.sent[2].html.count("雨後的步道") > 0


def test_the_link_in_a_copy_unsubscribes_nobody(config: Config) -> None:
    memory = Memory(config)
    send_copy(config, "weekly", "me@example.org", NOW, transport=memory)
    run(config, memory)
    token = memory.sent[0].headers["List-Unsubscribe"].rpartition("%20")[2].rstrip(">")
    with closing(open_store(config.store.url, config.root)) as store, store.read() as connection:
        assert read_token(token, lambda kid: find_secret(connection, kid), ["weekly"]) is None


def test_a_copy_needs_no_store_and_makes_none(tmp_path: Path) -> None:
    config = make_site(tmp_path)
    send_copy(config, "weekly", "me@example.org", NOW)
    assert not (tmp_path / "publisher.db").exists()


def test_a_copy_to_a_bad_address_is_refused(config: Config) -> None:
    with pytest.raises(ConfigError, match="can't mail to"):
        send_copy(config, "weekly", "me@example.org\r\nBcc: all@example.org", NOW, transport=Memory(config))


def test_a_copy_of_nothing_is_none(config: Config) -> None:
    assert send_copy(config, "weekly", "me@example.org", NOW + timedelta(days=28), transport=Memory(config)) is None


@pytest.mark.parametrize(
    ("run_counts", "states", "stopped", "outcome"),
    [
        ({"accepted": 3}, {"accepted": 3}, None, "sent"),
        ({}, {"accepted": 3}, None, "already sent"),
        ({}, {"accepted": 3, "rejected": 1, "uncertain": 1}, None, "already sent"),
        ({"suppressed": 1}, {"accepted": 2, "suppressed": 1}, None, "sent"),
        ({"accepted": 2, "rejected": 1}, {"accepted": 2, "rejected": 1}, None, "partly sent"),
        ({"uncertain": 1}, {"accepted": 2, "uncertain": 1}, None, "partly sent"),
        ({"accepted": 2, "deferred": 1}, {"accepted": 2, "deferred": 1}, None, "partly sent"),
        ({"deferred": 1}, {"accepted": 2, "deferred": 1}, None, "try later"),
        ({}, {"planned": 3}, True, "try later"),
        ({}, {"planned": 3}, False, "stopped"),
        ({"accepted": 1}, {"accepted": 1, "planned": 3}, False, "partly sent"),
    ],
)
def test_a_run_has_one_outcome(
    run_counts: dict[str, int], states: dict[str, int], stopped: bool | None, outcome: str
) -> None:
    error = None if stopped is None else DeliveryError("no", temporary=stopped)
    assert judge(run_counts, states, error) == outcome

"""Who is planned and why, what is new, how old a plan may be, who goes first: on every store."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from publisher.config import load_config
from publisher.delivery.memory import MemoryTransport
from publisher.delivery.transport import Limits, Receipt
from publisher.errors import ConfigError, DeliveryError, StoreError
from publisher.pipeline.certificate import read_certificate
from publisher.pipeline.explain import explain
from publisher.pipeline.issue import make_issue
from publisher.pipeline.mailing import WeekMailing
from publisher.pipeline.send import Canary, SendOptions, SendReport, Watch, send_issue
from publisher.pipeline.send_control import cancel_send, send_status
from publisher.pipeline.send_preview import preview_send
from publisher.store.issues import latest_issue
from publisher.store.journal_check import check_journal
from publisher.store.open import open_store
from publisher.store.subscribers import NewSubscriber, add_subscribers, find_subscriber
from publisher.store.suppressions import suppress
from publisher.store.topics import set_topics
from tests.contract.small_site import NOW, make_site, subscribe, write_post

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from publisher.config import Config
    from publisher.delivery.transport import Commit
    from publisher.model.message import Message

WEEK = timedelta(days=7)


@pytest.fixture
def config(tmp_path: Path, store_url: str) -> Config:
    """A site whose issue is due, and nobody subscribed yet."""
    return make_site(tmp_path, store=store_url)


class Memory(MemoryTransport):
    """Takes two at a time, and defers those whose address begins with "busy"."""

    limits = Limits(batch=2, local=True)
    lookup = None  # type: ignore[assignment]

    def send(self, batch: Sequence[Message], commit: Commit) -> tuple[Receipt, ...]:
        receipts = super().send(batch, commit)
        busy = Receipt(status="deferred", reason="server", detail="451 later", smtp_code=451)
        names = [message.envelope.recipient for message in batch]
        return tuple(
            busy if name.startswith("busy") else receipt for name, receipt in zip(names, receipts, strict=True)
        )

    @property
    def people(self) -> list[str]:
        return [message.envelope.recipient for message in self.sent]


def send(config: Config, now: datetime = NOW, memory: Memory | None = None, **options: Any) -> SendReport:
    carrier = memory or Memory("memory", config)
    return send_issue(config, "weekly", now, transport=carrier, options=SendOptions(**options))


def change(config: Config, action: Callable[[Connection], object]) -> None:
    with closing(open_store(config.store.url, config.root)) as store, store.begin() as connection:
        action(connection)


def choose(config: Config, email: str, *topics: str) -> None:
    def act(connection: Connection) -> None:
        person = find_subscriber(connection, "weekly", email)
        assert person is not None
        set_topics(connection, person.id, topics)

    change(config, act)


def test_everybody_active_stands_in_one_term_of_the_equation(config: Config) -> None:
    subscribe(config, "a@example.org", "rail@example.org", "sea@example.org", "gone@example.org")
    subscribe(config, "some.body@gmail.com", "Somebody@googlemail.com", "some.body@example.org", "somebody@example.org")
    subscribe(config, "小明@example.org", checked=False)
    write_post(config, "rail", "2026-02-04T09:00:00+08:00", tags="[鐵道]")
    choose(config, "rail@example.org", "tags:鐵道")
    choose(config, "sea@example.org", "tags:海")
    change(config, lambda connection: suppress(connection, "gone@example.org", "complaint", NOW))
    foreseen = preview_send(config, "weekly", NOW)
    memory = Memory("memory", config)
    report = send(config, memory=memory)
    assert report.plan is not None
    assert foreseen.plan is not None
    equation = "9 active = 5 planned + 1 suppressed + 1 invalid + 1 not interested + 1 already had it"
    assert report.plan.equation == foreseen.plan.equation == equation
    assert report.plan.plan_hash == foreseen.plan.plan_hash
    assert memory.people == [one.email for one in foreseen.prospects if one.state == "planned"]
    assert {one.email: one.detail for one in foreseen.prospects if one.state == "skipped"} == {
        "sea@example.org": "nothing about tags:海",
        "Somebody@googlemail.com": "another address of the mailbox somebody@gmail.com gets it",
    }
    texts = {message.envelope.recipient: message.text for message in memory.sent}
    assert "雨後的步道" in texts["a@example.org"]
    assert "雨後的步道" not in texts["rail@example.org"]
    assert "rail" in texts["rail@example.org"]


def test_a_choice_made_after_the_plan_counts_from_the_next_issue_on(config: Config) -> None:
    subscribe(config, "a@example.org", "b@example.org")
    write_post(config, "rail", "2026-02-04T09:00:00+08:00", tags="[鐵道]")
    choose(config, "b@example.org", "tags:鐵道")
    memory = Memory("memory", config)
    send_issue(config, "weekly", NOW, transport=memory, watch=Watch(stop=lambda: True))
    choose(config, "a@example.org", "tags:海")
    choose(config, "b@example.org")
    assert send(config, memory=memory).outcome == "sent"
    assert ["雨後的步道" in message.text for message in memory.sent] == [True, False]


@pytest.mark.parametrize("change_", ["a reader more", "a name", "a post"])
def test_another_plan_has_another_hash(config: Config, change_: str) -> None:
    subscribe(config, "a@example.org")
    before = preview_send(config, "weekly", NOW).plan
    match change_:
        case "a reader more":
            subscribe(config, "b@example.org")
        case "a name":
            change(config, lambda connection: connection.exec_driver_sql("UPDATE subscribers SET name = 'A'"))
        case "a post":
            write_post(config, "new", "2026-02-04T09:00:00+08:00")
    after = preview_send(config, "weekly", NOW).plan
    assert before is not None
    assert after is not None
    assert before.plan_hash != after.plan_hash


def test_a_preview_says_how_much_and_how_long(config: Config) -> None:
    subscribe(config, "a@example.org", "b@example.org")
    fast = config.model_copy(update={"delivery": {"memory": {"rate": "2/s"}}})
    fast._root = config.root
    assert preview_send(config, "weekly", NOW).duration_s is None
    found = preview_send(fast, "weekly", NOW)
    assert (found.waiting, found.total_bytes, found.duration_s) == (2, 2 * found.message_bytes, 1.0)
    ticks = iter(range(100))
    clock = lambda: NOW + timedelta(seconds=next(ticks))  # noqa: E731 - a clock in one line
    send_issue(config, "weekly", NOW, transport=Memory("memory", config), watch=Watch(clock=clock))
    subscribe(config, "c@example.org")
    assert preview_send(config, "weekly", NOW).rate is not None


def test_posts_that_come_late_are_back_dated_re_dated_or_renamed_each_appear_once(config: Config) -> None:
    subscribe(config, "a@example.org")
    write_post(config, "archive", "2025-06-01T09:00:00+08:00")
    write_post(config, "told", "2026-02-03T09:00:00+08:00")
    memory = Memory("memory", config)
    send(config, memory=memory)
    write_post(config, "late", "2026-02-06T09:00:00+08:00")
    write_post(config, "back-dated", "2025-01-01T09:00:00+08:00")
    write_post(config, "told", "2026-02-12T09:00:00+08:00")
    (config.content_dir / "posts" / "told.md").rename(config.content_dir / "posts" / "renamed.md")
    write_post(config, "next", "2026-02-14T09:00:00+08:00")
    send(config, NOW + WEEK, memory)
    write_post(config, "last", "2026-02-18T09:00:00+08:00")
    send(config, NOW + 2 * WEEK, memory)
    told = Counter(
        name
        for message in memory.sent
        for name in ("archive", "told", "late", "back-dated", "next", "last")
        if f"{name}\n" in message.text
    )
    assert told == {"told": 1, "late": 1, "back-dated": 1, "next": 1, "last": 1}


def test_early_late_and_twice_are_one_issue_also_where_clocks_change(tmp_path: Path) -> None:
    """Berlin goes from +01:00 to +02:00 on 2026-03-29, in the middle of the night."""
    make_site(tmp_path)
    file = tmp_path / "publisher.toml"
    file.write_text(file.read_text().replace("Asia/Taipei", "Europe/Berlin"))
    (tmp_path / "content" / "posts" / "rain.md").unlink()
    config = load_config(tmp_path)
    subscribe(config, "a@example.org")
    write_post(config, "spring", "2026-03-29T01:30:00+01:00")
    memory = Memory("memory", config)
    runs = [
        ("2026-03-30T05:59:59+00:00", "nothing new"),
        ("2026-03-30T06:00:00+00:00", "sent"),
        ("2026-03-30T08:00:00+02:00", "already sent"),
        ("2026-04-05T20:59:59-09:00", "already sent"),
        ("2026-04-06T06:00:00+00:00", "nothing new"),
    ]
    assert [(at, send(config, datetime.fromisoformat(at), memory).outcome) for at, _ in runs] == runs
    assert memory.people == ["a@example.org"]


def test_a_site_may_want_posts_of_the_week_only(tmp_path: Path) -> None:
    make_site(tmp_path)
    file = tmp_path / "publisher.toml"
    file.write_text(file.read_text().replace("[newsletters.weekly]", "[newsletters.weekly]\nlate_posts = false"))
    config = load_config(tmp_path)
    subscribe(config, "a@example.org")
    send(config)
    write_post(config, "late", "2026-02-06T09:00:00+08:00")
    assert send(config, NOW + WEEK).outcome == "nothing new"


def test_a_week_that_nobody_sent_is_told_of_by_the_next(config: Config) -> None:
    subscribe(config, "a@example.org")
    send(config)
    write_post(config, "missed", "2026-02-11T09:00:00+08:00")
    write_post(config, "next", "2026-02-18T09:00:00+08:00")
    report = send(config, NOW + 2 * WEEK)
    assert report.issue is not None
    assert report.issue.manifest == ("urn:test:next", "urn:test:missed")


def test_an_old_plan_is_refused_unless_asked_for(config: Config) -> None:
    subscribe(config, "a@example.org", "b@example.org")
    memory = Memory("memory", config)
    send_issue(config, "weekly", NOW, transport=memory, watch=Watch(stop=lambda: True))
    late = NOW + timedelta(hours=73)
    with pytest.raises(StoreError, match="73 hours old") as caught:
        send(config, late, memory)
    assert "--old-plan" in str(caught.value.hint)
    assert memory.people == []
    assert send(config, late, memory, old_plan=True).outcome == "sent"
    # What is finished is never too old to be told so.
    assert send(config, late, memory).outcome == "already sent"


def test_an_earlier_issue_can_be_finished_by_its_number(config: Config) -> None:
    subscribe(config, "busy@example.org", "b@example.org")
    write_post(config, "next", "2026-02-11T09:00:00+08:00")
    send(config)
    send(config, NOW + WEEK)
    with pytest.raises(StoreError, match="old"):
        send(config, NOW + WEEK, number=1)
    report = send(config, NOW + WEEK, number=1, old_plan=True)
    assert (report.issue and report.issue.number, dict(report.run)) == (1, {"deferred": 1})
    with pytest.raises(StoreError, match="no issue 9"):
        send(config, number=9)


def told(report: SendReport) -> list[tuple[str, str | None]]:
    return [(problem.message, problem.hint) for problem in report.problems if problem.rule == "unfinished-issue"]


def test_an_issue_that_was_left_half_way_is_not_forgotten(config: Config) -> None:
    subscribe(config, "busy@example.org", "b@example.org", "c@example.org")
    write_post(config, "next", "2026-02-11T09:00:00+08:00")
    memory = Memory("memory", config)
    first = send_issue(config, "weekly", NOW, transport=memory, watch=Watch(stop=lambda: bool(memory.sent)))
    assert told(first) == []
    assert first.issue is not None
    hint = "publisher send weekly --issue 1 goes on with it, publisher send weekly --issue 1 --cancel gives it up"
    waiting = [(f"weekly 1 ({first.issue.subject}) has not reached everybody: 1 deferred, 1 planned", hint)]
    everybody = MemoryTransport("memory", config)
    assert [one.rule for one in preview_send(config, "weekly", NOW + WEEK).problems] == ["unfinished-issue"]
    assert told(send_issue(config, "weekly", NOW + WEEK, transport=everybody)) == waiting
    assert told(send(config, NOW + 9 * WEEK)) == waiting
    found = send_status(config, WeekMailing(config, "weekly", NOW + WEEK))
    assert found is not None
    assert told(found) == waiting
    cancel_send(config, WeekMailing(config, "weekly", NOW, 1), NOW)
    assert told(send(config, NOW + WEEK)) == []


def test_an_issue_that_was_frozen_and_never_sent_is_not_forgotten(config: Config) -> None:
    subscribe(config, "a@example.org")
    write_post(config, "next", "2026-02-11T09:00:00+08:00")
    with closing(open_store(config.store.url, config.root)) as store:
        made = make_issue(config, "weekly", NOW, store=store)
    assert made.issue is not None
    never = f"weekly 1 ({made.issue.subject}) was frozen and never sent"
    assert told(send(config, NOW + WEEK)) == [(never, "publisher send weekly --issue 1 goes on with it")]
    send(config, NOW, number=1)
    assert told(send(config, NOW + WEEK)) == []


def test_an_issue_that_nobody_was_there_for_is_forgotten(config: Config) -> None:
    write_post(config, "next", "2026-02-11T09:00:00+08:00")
    assert send(config).outcome == "nobody subscribed"
    with closing(open_store(config.store.url, config.root)) as store, store.begin() as connection:
        person = NewSubscriber(email="a@example.org", address="a@example.org")
        add_subscribers(connection, "weekly", [person], NOW + timedelta(days=3))
    assert told(send(config, NOW + WEEK)) == []


def people(count: int, busy: int = 0) -> list[str]:
    return [f"{'busy' if number < busy else 'reader'}{number}@example.org" for number in range(count)]


def test_a_canary_goes_first_and_the_rest_waits_for_a_word(config: Config) -> None:
    subscribe(config, *people(20))
    memory = Memory("memory", config)
    for _ in range(2):
        report = send(config, memory=memory, canary=Canary(share=0.1))
        assert (report.outcome, len(memory.people)) == ("canary sent", 2)
    asked: list[int] = []
    yes = Canary(share=0.1, go_on=lambda rest: not asked.append(rest))  # type: ignore[func-returns-value]
    assert send(config, memory=memory, canary=yes).outcome == "sent"
    assert (sorted(memory.people), asked) == (sorted(people(20)), [18])


def test_a_canary_that_fails_stops_the_send(config: Config) -> None:
    subscribe(config, *people(20, busy=20))
    busy, well = Memory("memory", config), MemoryTransport("memory", config)
    strict = Canary(share=0.2, failures=0.9, go_on=lambda _rest: True)
    report = send_issue(config, "weekly", NOW, transport=busy, options=SendOptions(canary=strict))
    assert (report.outcome, dict(report.states)) == ("canary failed", {"deferred": 4, "planned": 16})
    # The same few are tried again; once they have got it, the rest follows.
    report = send_issue(config, "weekly", NOW, transport=well, options=SendOptions(canary=strict))
    assert (report.outcome, dict(report.states)) == ("sent", {"accepted": 20})
    assert [message.envelope.recipient for message in well.sent[:4]] == busy.people


def test_a_canary_may_fail_as_far_as_it_was_allowed_to(config: Config) -> None:
    subscribe(config, *people(20, busy=20))
    easy = Canary(share=0.2, failures=1.0, go_on=lambda _rest: True)
    assert dict(send(config, canary=easy).states) == {"deferred": 20}


def test_a_canary_that_was_broken_off_is_made_up_to_its_size(config: Config) -> None:
    subscribe(config, *people(20))
    memory = Memory("memory", config)
    few = SendOptions(canary=Canary(share=0.3))
    for expected in (2, 4, 6, 6):
        stopped = Watch(stop=lambda most=expected: len(memory.sent) >= most)  # type: ignore[misc]  # a default binds it
        send_issue(config, "weekly", NOW, transport=memory, options=few, watch=stopped)
        assert len(memory.people) == expected


def test_a_cancelled_send_stays_cancelled(config: Config) -> None:
    subscribe(config, *people(6))
    memory = Memory("memory", config)
    send_issue(config, "weekly", NOW, transport=memory, watch=Watch(stop=lambda: bool(memory.sent)))
    report, count = cancel_send(config, WeekMailing(config, "weekly", NOW), NOW)
    assert (count, dict(report.states)) == (4, {"accepted": 2, "skipped": 4})
    assert send(config, memory=memory).outcome == "cancelled"
    assert memory.people == people(6)[:2]


def test_nothing_can_be_cancelled_that_was_not_begun(config: Config) -> None:
    with pytest.raises(StoreError, match="no such issue yet"):
        cancel_send(config, WeekMailing(config, "weekly", NOW), NOW)


def test_a_status_changes_nothing(config: Config, tmp_path: Path) -> None:
    subscribe(config, "a@example.org", "busy@example.org")
    assert send_status(config, WeekMailing(config, "weekly", NOW)) is None
    send(config)
    found = send_status(config, WeekMailing(config, "weekly", NOW))
    assert found is not None
    assert (found.outcome, dict(found.states)) == ("not sent", {"accepted": 1, "deferred": 1})
    assert found.plan is not None
    assert send_status(config, WeekMailing(config, "weekly", NOW, 1)) == found


def test_uncertain_mail_is_sent_again_only_on_purpose(config: Config) -> None:
    subscribe(config, "a@example.org", "b@example.org")

    class Dying(Memory):
        def send(self, batch: Sequence[Message], commit: Commit) -> tuple[Receipt, ...]:
            super().send(batch, commit)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send(config, memory=Dying("memory", config))
    memory = Memory("memory", config)
    assert (send(config, memory=memory).outcome, memory.people) == ("already sent", [])
    report = send(config, memory=memory, resend_by="mei on desk")
    assert (report.outcome, memory.people) == ("sent", ["a@example.org", "b@example.org"])
    told = explain(config, "weekly", "a@example.org").issues[0].moments
    assert [(one.event, one.note) for one in told if one.note] == [("resend", "mei on desk")]


def test_a_certificate_says_what_the_ledger_says(config: Config, tmp_path: Path) -> None:
    subscribe(config, "a@example.org", "busy@example.org")
    report = send(config)
    assert report.certificate_path == tmp_path / ".publisher" / "certificates" / "weekly-1.json"
    assert json.loads(report.certificate_path.read_text()) == report.certificate
    assert report.certificate is not None
    assert report.issue is not None
    assert report.plan is not None
    assert report.certificate["content_hash"] == report.issue.content_hash
    assert report.certificate["plan_hash"] == report.plan.plan_hash
    assert report.certificate["states"] == {"accepted": 1, "deferred": 1}
    name, number, known = read_certificate(report.certificate_path)
    with closing(open_store(config.store.url, config.root)) as store, store.read() as connection:
        latest = latest_issue(connection, name)
        assert latest is not None
        assert latest.number == number
        assert check_journal(connection, 1, known).faults == ()
    elsewhere = tmp_path / "proof" / "1.json"
    again = send(config, certificate=elsewhere)
    assert again.certificate_path == elsewhere


def test_an_address_is_explained_issue_by_issue(config: Config) -> None:
    subscribe(config, "a@example.org", "busy@example.org")
    send(config)
    subscribe(config, "late@example.org")
    found = {
        email: explain(config, "weekly", email) for email in ("A@Example.org", "busy@example.org", "late@example.org")
    }
    first, busy, late = (one.issues[0] for one in found.values())
    assert "memory took it" in first.why
    assert [(one.event, one.state) for one in first.moments] == [
        ("planned", "planned"),
        ("claimed", "claimed"),
        ("committing", "committing"),
        ("outcome", "accepted"),
    ]
    assert (busy.why, busy.moments[-1].smtp_code) == ("not sent yet: it is tried again: 451 later", 451)
    assert "not on the list when the audience was fixed" in late.why
    stranger = explain(config, "weekly", "nobody@example.org")
    assert (stranger.subscriber, stranger.issues[0].why) == (None, "not sent: the address was never subscribed")


def test_a_message_too_large_for_the_transport_stops_the_send_before_anything_is_planned(config: Config) -> None:
    subscribe(config, "a@example.org")

    class Small(Memory):
        limits = Limits(batch=2, local=True, message_bytes=1_000)

    with pytest.raises(DeliveryError, match=r"the transport takes 1,000") as caught:
        send(config, memory=Small("memory", config))
    assert not caught.value.temporary
    assert preview_send(config, "weekly", NOW).prospects[0].state == "planned"


def test_pictures_that_only_readers_of_a_topic_see_are_asked_for_too(config: Config) -> None:
    from PIL import Image

    subscribe(config, "a@example.org", "rail@example.org")
    choose(config, "rail@example.org", "tags:鐵道")
    (config.root / "static").mkdir()
    for name, color in (("hill", "green"), ("rail", "red")):
        Image.new("RGB", (1200, 600), color).save(config.root / "static" / f"{name}.jpg")
    write_post(config, "hill", "2026-02-05T09:00:00+08:00", image="/hill.jpg")
    write_post(config, "rail", "2026-02-04T09:00:00+08:00", image="/rail.jpg", tags="[鐵道]")
    nowhere = config.model_copy(update={"site": config.site.model_copy(update={"url": "http://127.0.0.1:9/"})})
    nowhere._root = config.root

    class Abroad(Memory):
        limits = Limits(batch=2)

    # The issue leads with the hill and has the railway as a card; for those of the topic the railway leads.
    with pytest.raises(ConfigError, match=r"^3 pictures"):
        send(nowhere, memory=Abroad("memory", config))


def test_pictures_that_readers_would_not_see_stop_the_send(config: Config) -> None:
    subscribe(config, "a@example.org")
    (config.root / "static").mkdir()
    from PIL import Image

    Image.new("RGB", (1200, 600)).save(config.root / "static" / "hill.jpg")
    write_post(config, "hill", "2026-02-04T09:00:00+08:00", image="/hill.jpg")
    nowhere = config.model_copy(update={"site": config.site.model_copy(update={"url": "http://127.0.0.1:9/"})})
    nowhere._root = config.root

    class Abroad(Memory):
        limits = Limits(batch=2)

    with pytest.raises(ConfigError, match="not on the web yet") as caught:
        send(nowhere, memory=Abroad("memory", config))
    assert "--allow-missing-images" in str(caught.value.hint)
    assert send(nowhere, memory=Abroad("memory", config), missing_images=True).outcome == "sent"
    # Who has nothing to send asks for no pictures.
    assert send(nowhere, memory=Abroad("memory", config)).outcome == "already sent"


def test_a_clock_that_jumps_changes_nobodys_mail(config: Config) -> None:
    subscribe(config, *people(8))
    jumps = iter([timedelta(0), timedelta(days=-400), timedelta(days=4000)] * 100)
    memory = Memory("memory", config)
    watch = Watch(clock=lambda: NOW + next(jumps))
    options = SendOptions(old_plan=True)
    while send_issue(config, "weekly", NOW, transport=memory, watch=watch, options=options).outcome != "already sent":
        pass
    assert memory.people == people(8)
    with closing(open_store(config.store.url, config.root)) as store, store.read() as connection:
        assert check_journal(connection, 1).faults == ()

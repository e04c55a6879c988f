"""Announcements and mails about one post: everybody they are for once, nobody twice. On every store."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from publisher.audience.address import normalise
from publisher.delivery.memory import MemoryTransport
from publisher.delivery.transport import Limits, Receipt
from publisher.errors import ContentError, StoreError
from publisher.model.issue import FIRST_EXTRA
from publisher.pipeline.notify import due_posts, one_post
from publisher.pipeline.other_mailings import AnnouncementMailing
from publisher.pipeline.send import SendReport, send_issue, send_mailing
from publisher.pipeline.send_control import cancel_send, send_status
from publisher.pipeline.send_preview import preview_mailing
from publisher.store.issues import find_issue_about, get_issue
from publisher.store.journal_check import check_journal
from publisher.store.open import open_store
from publisher.store.subscribers import NewSubscriber, add_subscribers
from tests.contract.small_site import NOW, make_site, write_post

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from publisher.config import Config
    from publisher.delivery.transport import Commit, Transport
    from publisher.model.message import Message
    from publisher.model.subscriber import Frequency
    from publisher.pipeline.mailing import Mailing

TEXT = "---\ntitle: 我們搬家了\n---\n從下週起,信會從**新的地址**寄出。\n"


@pytest.fixture
def config(tmp_path: Path, store_url: str) -> Config:
    """A site with readers of every frequency, and an announcement."""
    found = make_site(tmp_path, store=store_url)
    (tmp_path / "move.md").write_text(TEXT, encoding="utf-8")
    return found


def join(config: Config, email: str, frequency: Frequency = "weekly", *topics: str) -> None:
    person = NewSubscriber(email=email, address=normalise(email), frequency=frequency, topics=frozenset(topics))
    with closing(open_store(config.store.url, config.root)) as store, store.begin() as connection:
        add_subscribers(connection, "weekly", [person], NOW)


def announcement(config: Config, **changes: object) -> AnnouncementMailing:
    facts: dict[str, object] = {"newsletter": "weekly", "path": config.root / "move.md", "now": NOW}
    return AnnouncementMailing(config=config, **facts | changes)  # type: ignore[arg-type]


def send(config: Config, mailing: Mailing, transport: Transport | None = None) -> tuple[SendReport, list[str]]:
    """Send, and say to whom messages went."""
    memory = MemoryTransport("memory", config)
    report = send_mailing(config, mailing, NOW, transport=transport or memory)
    return report, [message.envelope.recipient for message in memory.sent]


def test_an_announcement_reaches_everybody_once(config: Config) -> None:
    for email, frequency in (("a@example.org", "weekly"), ("b@example.org", "posts"), ("c@example.org", "both")):
        join(config, email, frequency)  # type: ignore[arg-type]
    report, people = send(config, announcement(config))
    assert (report.outcome, people) == ("sent", ["a@example.org", "b@example.org", "c@example.org"])
    assert report.issue is not None
    assert (report.issue.label, report.issue.subject) == ("weekly announcement 1000001", "我們搬家了")
    again, nobody = send(config, announcement(config, now=NOW + timedelta(days=1)))
    assert (again.outcome, nobody) == ("already sent", [])


def test_an_announcement_leaves_the_digest_its_number_and_its_week(config: Config) -> None:
    join(config, "a@example.org")
    send(config, announcement(config, now=NOW - timedelta(days=7)))
    report = send_issue(config, "weekly", NOW, transport=MemoryTransport("memory", config))
    assert report.issue is not None
    assert (report.outcome, report.issue.number) == ("sent", 1)
    status = send_status(config, announcement(config))
    assert status is not None
    assert status.issue is not None
    assert status.issue.number == FIRST_EXTRA


def test_its_messages_carry_the_list_and_a_way_to_leave(config: Config) -> None:
    join(config, "a@example.org")
    memory = MemoryTransport("memory", config)
    send_mailing(config, announcement(config), NOW, transport=memory)
    (message,) = memory.sent
    assert message.delivery_key == "weekly/1000001/1"
    assert {"List-Id", "List-Unsubscribe", "Message-ID"} <= message.headers.keys()
    assert "mailto:weekly@shanbian.example?subject=unsubscribe" in message.text
    assert "XX" not in message.text
    assert message.headers["Feedback-ID"].startswith("1000001:weekly:announcement:")


def test_a_text_that_was_changed_is_refused_until_somebody_means_it(config: Config) -> None:
    join(config, "a@example.org")
    send(config, announcement(config))
    (config.root / "move.md").write_text(TEXT.replace("下週", "下個月"), encoding="utf-8")
    with pytest.raises(StoreError, match=r"move\.md was changed since it was sent: .* went to 1 readers") as caught:
        send(config, announcement(config))
    assert "--again sends the new text to everybody" in str(caught.value.hint)
    assert "publisher send weekly --issue 1000001" in str(caught.value.hint)
    with pytest.raises(StoreError, match="was changed"):
        preview_mailing(config, announcement(config), NOW)
    report, people = send(config, announcement(config, again=True))
    assert report.issue is not None
    assert (report.outcome, report.issue.number, people) == ("sent", FIRST_EXTRA + 1, ["a@example.org"])
    assert send(config, announcement(config))[1] == [], "the new text was sent, so nothing is changed any more"


def test_a_text_that_nobody_was_meant_to_get_yet_may_change(config: Config) -> None:
    assert send(config, announcement(config))[0].outcome == "nobody subscribed"
    (config.root / "move.md").write_text(TEXT + "更正。\n", encoding="utf-8")
    join(config, "a@example.org")
    assert send(config, announcement(config))[1] == ["a@example.org"]


def test_an_announcement_about_a_topic_goes_to_its_readers_and_to_those_of_everything(config: Config) -> None:
    join(config, "all@example.org")
    join(config, "rail@example.org", "weekly", "tags:鐵道")
    join(config, "hike@example.org", "weekly", "tags:山")
    about = announcement(config, topics=frozenset({"tags:鐵道"}))
    foreseen = preview_mailing(config, about, NOW)
    report, people = send(config, about)
    assert people == ["all@example.org", "rail@example.org"]
    assert report.plan is not None
    assert report.plan.equation == "3 active = 2 planned + 1 not interested"
    assert foreseen.plan is not None
    assert foreseen.plan.plan_hash == report.plan.plan_hash
    with pytest.raises(StoreError, match="is for who reads tags:鐵道; that can't be changed"):
        send(config, announcement(config))


def test_an_announcement_that_broke_off_goes_on_and_can_be_given_up(config: Config) -> None:
    for name in "abc":
        join(config, f"{name}@example.org")

    class Tired(MemoryTransport):
        limits = Limits(batch=1, local=True)

        def send(self, batch: Sequence[Message], commit: Commit) -> tuple[Receipt, ...]:
            if self.sent:
                return tuple(Receipt(status="deferred", detail="later") for _ in batch)
            return super().send(batch, commit)

    report, _ = send(config, announcement(config), Tired("memory", config))
    assert (report.outcome, dict(report.states)) == ("partly sent", {"accepted": 1, "deferred": 2})
    report, people = send(config, announcement(config))
    assert (report.outcome, people) == ("sent", ["b@example.org", "c@example.org"])
    report, count = cancel_send(config, announcement(config), NOW)
    assert count == 0
    assert report.issue is not None


def test_a_post_is_mailed_at_once_to_those_who_want_that(config: Config) -> None:
    join(config, "week@example.org")
    join(config, "each@example.org", "posts")
    join(config, "both@example.org", "both")
    at = NOW - timedelta(days=3)
    (mailing,) = due_posts(config, "weekly", at).mailings
    report, people = send(config, mailing)
    assert (report.outcome, people) == ("sent", ["each@example.org", "both@example.org"])
    assert report.plan is not None
    assert report.plan.equation == "2 active = 2 planned"
    assert due_posts(config, "weekly", at).mailings == ()
    assert send(config, one_post(config, "weekly", "posts/rain.md", NOW))[1] == []


def test_who_gets_each_post_gets_no_digest(config: Config) -> None:
    join(config, "week@example.org")
    join(config, "each@example.org", "posts")
    join(config, "both@example.org", "both")
    send(config, one_post(config, "weekly", "posts/rain.md", NOW))
    memory = MemoryTransport("memory", config)
    report = send_issue(config, "weekly", NOW, transport=memory)
    assert [message.envelope.recipient for message in memory.sent] == ["week@example.org", "both@example.org"]
    assert report.plan is not None
    assert report.plan.equation == "3 active = 2 planned + 1 not interested"


def test_a_post_is_mailed_once_whatever_becomes_of_its_file(config: Config) -> None:
    join(config, "each@example.org", "posts")
    send(config, one_post(config, "weekly", "posts/rain.md", NOW))
    folder = config.content_dir / "posts"
    (folder / "rain.md").rename(folder / "a-new-name.md")
    assert due_posts(config, "weekly", NOW - timedelta(days=3)).mailings == ()
    assert send(config, one_post(config, "weekly", "posts/a-new-name.md", NOW))[1] == []


def test_a_topic_reader_gets_only_posts_about_it(config: Config) -> None:
    join(config, "rail@example.org", "posts", "tags:鐵道")
    join(config, "all@example.org", "posts")
    write_post(config, "train", "2026-02-08T09:00:00+08:00", tags="[鐵道]")
    found = {mailing.post.key: send(config, mailing)[1] for mailing in due_posts(config, "weekly", NOW).mailings}
    assert found == {"posts/train.md": ["rail@example.org", "all@example.org"]}
    assert send(config, one_post(config, "weekly", "posts/rain.md", NOW))[1] == ["all@example.org"]


def test_old_posts_and_future_ones_are_not_due(config: Config) -> None:
    join(config, "each@example.org", "posts")
    write_post(config, "new", "2026-02-08T09:00:00+08:00")
    write_post(config, "newer", "2026-02-09T07:59:00+08:00")
    write_post(config, "future", "2026-02-09T08:01:00+08:00")
    found = due_posts(config, "weekly", NOW)
    assert [mailing.post.key for mailing in found.mailings] == ["posts/new.md", "posts/newer.md"]
    assert found.readers == 1


def test_nothing_is_due_while_nobody_wants_it(config: Config) -> None:
    join(config, "week@example.org")
    assert due_posts(config, "weekly", NOW - timedelta(days=3)).mailings == ()
    with closing(open_store(config.store.url, config.root)) as store, store.read() as connection:
        assert find_issue_about(connection, "weekly", "post", "urn:test:rain") is None


def test_a_post_that_nobody_may_see_is_no_mail(config: Config) -> None:
    write_post(config, "secret", "2026-02-08T09:00:00+08:00", draft="true")
    with pytest.raises(ContentError, match=r'no post "posts/secret\.md" that may be seen'):
        one_post(config, "weekly", "posts/secret.md", NOW)


def test_what_was_sent_can_be_shown_again_and_its_journal_holds(config: Config) -> None:
    join(config, "each@example.org", "posts")
    report, _ = send(config, one_post(config, "weekly", "posts/rain.md", NOW))
    send(config, announcement(config))
    with closing(open_store(config.store.url, config.root)) as store, store.read() as connection:
        assert get_issue(connection, "weekly", FIRST_EXTRA) == report.issue
        assert check_journal(connection, 1).faults == check_journal(connection, 2).faults == ()

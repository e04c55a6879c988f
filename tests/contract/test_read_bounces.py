"""What comes back is acted upon once, and only where it is proven to be about a message of ours."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert

from publisher.audience.address import normalise
from publisher.config import Config, load_config, parse_config
from publisher.delivery.memory import MemoryTransport
from publisher.digest.letterhead import make_letterhead
from publisher.digest.message import make_message_id
from publisher.mailboxes.open import open_mailbox
from publisher.pipeline.bounces import BounceReport, Reading, read_bounces
from publisher.pipeline.send import send_issue
from publisher.store.feedback import list_feedback, score_of
from publisher.store.issues import freeze_issue
from publisher.store.open import open_store
from publisher.store.schema import token_keys
from publisher.store.subscribers import NewSubscriber, add_subscribers, find_subscriber
from publisher.store.suppressions import find_suppression, lift_suppression
from tests.contract.small_site import NOW as MONDAY
from tests.contract.small_site import make_site, subscribe
from tests.digest_samples import an_issue

if TYPE_CHECKING:
    from publisher.model.subscriber import Suppression
    from publisher.store.open import Store

CORPUS = Path(__file__).parents[1] / "judges" / "bounces"
NOW = datetime(2026, 2, 20, tzinfo=UTC)
#: Subscriber 17 of the corpus, to whom its tokens belong.
MING = "ming@example.net"
SETTINGS = """
[site]
title = "山城週記"
url = "https://shan.example/"
[newsletters.weekly]
sender = "weekly@shan.example"
[newsletters.monthly]
sender = "monthly@shan.example"
[bounces]
threshold = 1.0
"""


class Office:
    """A store with subscribers, and a maildir that bounces are put into."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self.config: Config = parse_config(SETTINGS, folder / "publisher.toml")
        self.box = folder / "box"
        for part in ("cur", "new", "tmp"):
            (self.box / part).mkdir(parents=True)
        people = [
            NewSubscriber(email=f"p{number}@example.org", address=f"p{number}@example.org") for number in range(16)
        ]
        with store.begin() as connection:
            connection.execute(insert(token_keys).values(kid=1, secret=bytes(range(32)), created_at=NOW))
            for person in [*people, NewSubscriber(email="Ming@Example.net", address=MING)]:
                add_subscribers(connection, "weekly", [person], NOW - timedelta(days=365))
            add_subscribers(connection, "monthly", [NewSubscriber(email=MING, address=MING)], NOW)

    def put(self, name: str, *changes: tuple[str, str]) -> None:
        """Put a mail of the corpus into the box, with some words changed."""
        text = (CORPUS / f"{name}.eml").read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        number = sum(1 for _ in self.box.glob("*/*"))
        (self.box / "new" / f"{number:03}.{name}").write_text(text, encoding="utf-8")

    def read(self, now: datetime = NOW, **how: Any) -> BounceReport:
        afterwards = how.pop("afterwards", "keep")
        reading = Reading(config=self.config, store=self.store, now=now, **how)
        with closing(open_mailbox(str(self.box), self.config, afterwards)) as box:
            return read_bounces(reading, box)

    def effects(self, **how: Any) -> list[tuple[str, str]]:
        return [(event.kind, event.effect) for event in self.read(**how).events]

    def suppression(self, address: str = MING) -> Suppression | None:
        with self.store.read() as connection:
            return find_suppression(connection, address)

    def state(self, newsletter: str = "weekly", address: str = MING) -> str:
        with self.store.read() as connection:
            found = find_subscriber(connection, newsletter, address)
            return found.state if found else "none"

    def kept(self) -> int:
        with self.store.read() as connection:
            return len(list(list_feedback(connection)))


@pytest.fixture
def office(store: Store, tmp_path: Path) -> Office:
    return Office(store, tmp_path)


@pytest.mark.parametrize("name", ["postfix-user-unknown", "exim-old", "qmail-no-mailbox", "hinet-chinese-text"])
def test_who_is_not_there_gets_no_mail_any_more(office: Office, name: str) -> None:
    office.put(name)
    assert office.effects() == [("hard", "suppressed")]
    found = office.suppression()
    assert found is not None
    assert (found.reason, found.since) == ("hard bounce", NOW)


def test_a_complaint_counts_at_once(office: Office) -> None:
    office.put("arf-redacted")
    assert office.effects() == [("complaint", "suppressed")]
    found = office.suppression()
    assert found is not None
    assert found.reason == "complaint"


def test_reading_again_changes_nothing_even_after_they_came_back(office: Office) -> None:
    office.put("postfix-user-unknown")
    office.read()
    with office.store.begin() as connection:
        lift_suppression(connection, MING)
    office.put("postfix-user-unknown")
    assert office.effects(now=NOW + timedelta(days=1)) == [("hard", "known")] * 2
    assert office.suppression() is None
    assert office.kept() == 1


@pytest.mark.parametrize("name", ["gmail-bulk-refused", "outlook-reputation", "greylisted", "one-code-for-all"])
def test_a_refusal_because_of_us_never_counts_against_the_reader(office: Office, name: str) -> None:
    for number in range(8):
        office.put(name, ("Message-ID: <", f"Message-ID: <{number}"))
    assert {effect for _, effect in office.effects()} == {"noted"}
    assert office.suppression() is None
    with office.store.read() as connection:
        assert score_of(connection, MING, NOW - timedelta(days=90)) == 0


def test_a_full_mailbox_counts_half_a_day_and_two_days_are_enough_here(office: Office) -> None:
    office.put("postfix-mailbox-full")
    office.put("postfix-mailbox-full", ("20260209000512", "20260209090512"))
    report = office.read()
    assert [(event.effect, event.score) for event in report.events] == [("counted", 0.5), ("counted", 0.5)]
    office.put("postfix-mailbox-full", ("20260209000512", "20260210000512"), ("Mon, 09 Feb", "Tue, 10 Feb"))
    report = office.read()
    assert [(event.effect, event.score) for event in report.events][2:] == [("suppressed", 1.0)]
    found = office.suppression()
    assert found is not None
    assert found.reason == "too many bounces"


def test_old_bounces_are_forgotten(office: Office) -> None:
    office.put("postfix-mailbox-full")
    office.put("postfix-mailbox-full", ("20260209000512", "1"), ("Mon, 09 Feb 2026 00:05", "Mon, 03 Nov 2025 00:05"))
    assert office.effects() == [("soft", "counted")] * 2
    assert office.suppression() is None


def test_a_date_in_the_future_is_taken_for_now(office: Office) -> None:
    office.put("postfix-mailbox-full", ("Mon, 09 Feb 2026 00:05", "Mon, 09 Feb 2099 00:05"))
    office.read()
    with office.store.read() as connection:
        assert [kept.row.reported_at for kept in list_feedback(connection)] == [NOW]


@pytest.mark.parametrize("name", ["leave-by-link", "leave-encoded"])
def test_a_mail_with_their_token_unsubscribes_them_from_that_list_alone(office: Office, name: str) -> None:
    office.put(name)
    assert office.effects() == [("unsubscribe", "unsubscribed")]
    assert (office.state("weekly"), office.state("monthly")) == ("unsubscribed", "active")
    assert office.suppression() is None
    assert office.effects() == [("unsubscribe", "known")]
    assert office.kept() == 1


def test_leaving_without_a_token_is_for_a_person_to_decide(office: Office) -> None:
    office.put("leave-by-hand")
    report = office.read()
    assert [event.effect for event in report.events] == ["unproven"]
    assert "Ming <ming@example.net> asks to leave" in report.problems[0].message
    assert report.problems[0].at is not None
    assert "leave-by-hand" in report.problems[0].at.file
    assert office.state() == "active"


#: Takes both tokens away, and the id.
FORGED = (
    ("aaayquhm5uaaaaeaaaaaaaar2dqrs4qqyvvvtg5c", "x" * 40),
    ("AAGIUOztmG7DYAAAAAAAAAAR2AIqg4xeapzHVWZBPSFlNQ", "y" * 46),
)
MESSAGE_ID = "<0f3c5b7a9d1e2f40c6a8b0d2e4f60718@shan.example>"


def test_an_address_alone_proves_nothing_unless_believed(office: Office) -> None:
    office.put("postfix-user-unknown", *FORGED)
    report = office.read()
    assert [event.effect for event in report.events] == ["unproven"]
    assert "bears no token or id of ours" in report.problems[0].message
    assert (office.suppression(), office.kept()) == (None, 0)
    assert office.effects(by_address=True) == [("hard", "suppressed")]


def test_the_message_id_that_they_got_proves_it_too(office: Office) -> None:
    office.put("postfix-user-unknown", *FORGED, (MESSAGE_ID, "<not@ours>"))
    assert office.effects() == [("hard", "unproven")]
    freeze_an_issue(office, number=3)
    letterhead = make_letterhead("weekly", office.config.newsletter("weekly"), "", "")
    office.put("postfix-user-unknown", *FORGED, (MESSAGE_ID, make_message_id(letterhead, "weekly/3/17")))
    assert office.effects()[1] == ("hard", "suppressed")
    with office.store.read() as connection:
        assert [kept.row.issue_id for kept in list_feedback(connection)] == [1]


def freeze_an_issue(office: Office, number: int) -> None:
    with office.store.begin() as connection:
        freeze_issue(connection, an_issue(newsletter="weekly", number=number))


def test_a_dry_run_says_the_same_and_keeps_nothing(office: Office) -> None:
    for name in ("postfix-user-unknown", "leave-by-link", "arf-abuse"):
        office.put(name)
    said = office.effects(dry_run=True, afterwards="delete")
    assert (office.suppression(), office.state(), office.kept()) == (None, "active", 0)
    assert office.effects() == said == [("hard", "suppressed"), ("unsubscribe", "unsubscribed"), ("complaint", "known")]


def test_mails_for_a_persons_eyes_stay_when_the_rest_is_deleted(office: Office) -> None:
    for file in sorted(CORPUS.glob("*.eml")):
        office.put(file.stem)
    first = office.read(afterwards="delete")
    assert first.mails == len(list(CORPUS.glob("*.eml")))
    left = sorted(file.name.partition(".")[2] for file in office.box.glob("*/*"))
    assert left == ["a-readers-answer", "leave-by-hand", "postmaster-writes"]
    assert first.kinds["hard"] == 8
    assert first.effects["unproven"] == 1
    again = office.read()
    assert again.kinds == {"other": 2, "unsubscribe": 1}


def test_a_token_of_another_newsletters_subscriber_is_not_believed(office: Office) -> None:
    office.put("leave-by-link")
    config = parse_config(
        SETTINGS.replace("[newsletters.weekly]", "[newsletters.daily]"), office.config.root / "x.toml"
    )
    office.config = config
    assert office.effects() == [("unsubscribe", "unproven")]


def test_a_bounce_finds_back_from_a_real_send_and_keeps_the_next_one_away(tmp_path: Path) -> None:
    make_site(tmp_path)
    file = tmp_path / "publisher.toml"
    way_back = 'transport = "memory"\nenvelope_sender = "b+{token}@shanbian.example"'
    text = file.read_text(encoding="utf-8").replace('transport = "memory"', way_back)
    file.write_text(text, encoding="utf-8")
    config = load_config(tmp_path)
    subscribe(config, "a@example.org", "gone@example.org")
    transport = MemoryTransport("memory", config)
    send_issue(config, "weekly", MONDAY, transport=transport)
    sent = {message.envelope.recipient: message for message in transport.sent}
    senders = {message.envelope.sender for message in sent.values()}
    assert len(senders) == 2
    assert all(len(sender) == len("b+@shanbian.example") + 40 for sender in senders)
    report = (
        f"From: MAILER-DAEMON@mx.example\nTo: {sent['gone@example.org'].envelope.sender}\nSubject: failure notice\n\n"
    )
    (tmp_path / "one.eml").write_text(report + "<x@y.example>: No such user\n", encoding="utf-8")
    with closing(open_store(config.store.url, config.root)) as store:
        reading = Reading(config=config, store=store, now=MONDAY + timedelta(hours=1))
        with closing(open_mailbox(str(tmp_path / "one.eml"), config)) as box:
            (event,) = read_bounces(reading, box).events
        with store.read() as connection:
            assert find_suppression(connection, normalise("gone@example.org")) is not None
            assert [kept.row.issue_id for kept in list_feedback(connection)] == [1]
    assert (event.email, event.effect) == ("gone@example.org", "suppressed")

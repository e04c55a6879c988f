"""Letters to one person: asked to confirm, welcomed, let go. Each once, whatever happens on the way. On every store."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from publisher.audience.tokens import find_claim
from publisher.audience.verp import read_sender
from publisher.config import load_config
from publisher.delivery.memory import MemoryTransport
from publisher.delivery.transport import Receipt
from publisher.errors import ConfigError, DeliveryError
from publisher.pipeline.letters_out import check_confirmable, send_letters, want
from publisher.pipeline.subscribers import add_subscriber, confirm_subscriber, new_subscriber, remove_subscriber
from publisher.store.keys import find_secret
from publisher.store.letters import letters_to
from publisher.store.open import open_store
from publisher.store.subscribers import NewSubscriber, find_subscriber
from publisher.store.suppressions import suppress
from tests.contract.small_site import NOW, make_site

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from publisher.config import Config
    from publisher.delivery.transport import Commit
    from publisher.model.message import Message

MING = "ming@example.org"
LETTERS = 'letters = ["welcome", "goodbye"]\nconfirm_mailto = "yes@shanbian.example"\n'


@pytest.fixture
def config(tmp_path: Path, store_url: str) -> Config:
    return site(tmp_path, store_url, LETTERS)


def site(folder: Path, store: str, settings: str) -> Config:
    make_site(folder, store=store)
    file = folder / "publisher.toml"
    text = file.read_text(encoding="utf-8").replace("[store]", f"{settings}\n[store]")
    file.write_text(text, encoding="utf-8")
    return load_config(folder)


def change(config: Config, action: Callable[[Connection], object], *, letter: bool = True) -> None:
    """Change a subscriber, and note the letter that this calls for in the same transaction."""
    with closing(open_store(config.store.url, config.root)) as store, store.begin() as connection:
        action(connection)
        if letter:
            want(connection, config, "weekly", MING, NOW)


def join(config: Config, *, asked: bool = False) -> None:
    new = NewSubscriber(email=MING, address=MING, name="王小明", state="pending" if asked else "active")
    change(config, lambda connection: add_subscriber(connection, "weekly", new, NOW))


class Unsteady(MemoryTransport):
    """Answers as it is told."""

    def __init__(self, config: Config, answer: Receipt | BaseException) -> None:
        super().__init__("memory", config)
        self.answer = answer

    def send(self, batch: Sequence[Message], commit: Commit) -> tuple[Receipt, ...]:
        if isinstance(self.answer, DeliveryError):
            raise self.answer
        commit(batch)
        if isinstance(self.answer, BaseException):
            raise self.answer
        return (self.answer,)


def send(config: Config, transport: MemoryTransport | None = None) -> tuple[list[str], list[Message]]:
    """Send what waits. Gives kinds and outcomes, and the messages that arrived."""
    memory = transport or MemoryTransport("memory", config)
    found = send_letters(config, "weekly", NOW, transport=memory)
    return [f"{one.kind} {one.outcome}" for one in found], list(memory.sent)


def test_somebody_is_asked_welcomed_and_let_go_each_once(config: Config) -> None:
    join(config, asked=True)
    done, (asked,) = send(config)
    assert done == ["confirm accepted"]
    assert (asked.envelope.recipient, asked.recipient.name) == (MING, "王小明")
    assert send(config) == ([], [])
    change(config, lambda connection: confirm_subscriber(connection, "weekly", MING, NOW + timedelta(hours=1)))
    done, (welcome,) = send(config)
    assert (done, "王小明" in welcome.text) == (["welcome accepted"], True)
    change(config, lambda connection: remove_subscriber(connection, "weekly", MING, NOW + timedelta(hours=2)))
    done, (goodbye,) = send(config)
    assert done == ["goodbye accepted"]
    assert len({asked.delivery_key, welcome.delivery_key, goodbye.delivery_key}) == 3
    assert send(config) == ([], [])


def test_the_link_that_confirms_proves_who_was_asked_and_lets_nobody_leave(config: Config) -> None:
    join(config, asked=True)
    _, (message,) = send(config)
    assert "mailto:yes@shanbian.example?subject=confirm%20" in message.text
    with closing(open_store(config.store.url, config.root)) as store, store.read() as connection:
        words = message.text.replace("%20", " ")
        claim = find_claim(words, lambda kid: find_secret(connection, kid), ["weekly"], "confirm")
        assert claim is not None
        assert claim.subscriber_id == 1
        assert find_claim(words, lambda kid: find_secret(connection, kid), ["weekly"]) is None


def test_an_endpoint_takes_the_click_where_there_is_one(tmp_path: Path, store_url: str) -> None:
    config = site(tmp_path, store_url, LETTERS + 'confirm_url = "https://shanbian.example/yes/"\n')
    join(config, asked=True)
    _, (message,) = send(config)
    assert "https://shanbian.example/yes/AA" in message.text
    assert "mailto:yes@" not in message.text


def test_nobody_is_asked_where_nobody_could_answer(tmp_path: Path, store_url: str) -> None:
    with pytest.raises(ConfigError, match="neither confirm_url nor confirm_mailto") as caught:
        check_confirmable(site(tmp_path, store_url, ""), "weekly")
    assert "confirm_mailto" in str(caught.value.hint)


def test_no_letter_leaves_that_the_settings_do_not_name(tmp_path: Path, store_url: str) -> None:
    config = site(tmp_path, store_url, "")
    join(config)
    change(config, lambda connection: remove_subscriber(connection, "weekly", MING, NOW))
    assert send(config) == ([], [])


def test_a_letter_that_was_deferred_is_tried_again(config: Config) -> None:
    join(config)
    assert send(config, Unsteady(config, Receipt(status="deferred", detail="busy")))[0] == ["welcome deferred"]
    away = DeliveryError("nobody answers", temporary=True)
    assert send(config, Unsteady(config, away))[0] == ["welcome deferred"]
    assert send(config)[0] == ["welcome accepted"]
    assert send(config) == ([], [])


@pytest.mark.parametrize("status", ["rejected", "uncertain"])
def test_a_letter_that_was_refused_or_may_have_arrived_is_not(config: Config, status: str) -> None:
    join(config)
    receipt = Receipt(status=status, detail="hm")  # type: ignore[arg-type]
    assert send(config, Unsteady(config, receipt))[0] == [f"welcome {status}"]
    assert send(config) == ([], [])


def test_a_letter_that_broke_off_is_uncertain_and_told(config: Config) -> None:
    join(config)
    with pytest.raises(KeyboardInterrupt):
        send(config, Unsteady(config, KeyboardInterrupt()))
    assert send(config) == ([], [])
    (told,) = send_letters(config, "weekly", NOW, address=MING)
    assert (told.outcome, told.row and told.row.state) == ("before", "uncertain")


def test_whoever_is_asked_anew_gets_another_mail(config: Config) -> None:
    join(config, asked=True)
    send(config)
    new = NewSubscriber(email=MING, address=MING, state="pending")
    later = NOW + timedelta(days=1)
    change(config, lambda connection: add_subscriber(connection, "weekly", new, later, again=True))
    assert send(config)[0] == ["confirm accepted"]


def test_who_is_read_already_is_not_asked_again(config: Config) -> None:
    join(config)
    send(config)
    new = NewSubscriber(email=MING, address=MING, state="pending")
    later = NOW + timedelta(days=1)
    change(config, lambda connection: add_subscriber(connection, "weekly", new, later, again=True))
    assert send(config) == ([], [])
    with closing(open_store(config.store.url, config.root)) as store, store.read() as connection:
        person = find_subscriber(connection, "weekly", MING)
        assert person is not None
        assert person.state == "active"


def test_who_complained_is_not_written_to_even_to_say_goodbye(config: Config) -> None:
    join(config)
    send(config)
    change(config, lambda connection: suppress(connection, MING, "complaint", NOW), letter=False)
    change(config, lambda connection: remove_subscriber(connection, "weekly", MING, NOW + timedelta(hours=1)))
    assert send(config) == (["goodbye nobody"], [])


def test_who_leaves_before_the_letter_does_gets_none(config: Config) -> None:
    join(config, asked=True)
    change(config, lambda connection: remove_subscriber(connection, "weekly", MING, NOW), letter=False)
    assert send(config)[1] == []


def test_a_letter_s_bounce_comes_back_to_an_address_of_its_own(tmp_path: Path, store_url: str) -> None:
    config = site(tmp_path, store_url, LETTERS + 'envelope_sender = "bounces+{token}@shanbian.example"\n')
    join(config)
    _, (message,) = send(config)
    with closing(open_store(config.store.url, config.root)) as store, store.read() as connection:
        found = read_sender(message.envelope.sender, lambda kid: find_secret(connection, kid), ["weekly"])
    assert found is not None
    assert (found.issue_number, found.subscriber_id) == (0, 1)


def test_what_was_sent_is_kept(config: Config) -> None:
    join(config)
    send(config)
    with closing(open_store(config.store.url, config.root)) as store, store.read() as connection:
        (row,) = letters_to(connection, 1)
    assert (row.kind, row.email, row.state, row.attempt, row.transport) == ("welcome", MING, "accepted", 1, "memory")
    assert len(row.content_hash) == 64


def test_only_who_was_asked_can_confirm(config: Config) -> None:
    with (
        pytest.raises(ConfigError, match="is not subscribed"),
        closing(open_store(config.store.url, config.root)) as store,
        store.begin() as connection,
    ):
        confirm_subscriber(connection, "weekly", new_subscriber(MING).address, NOW)

"""Every store keeps subscribers, suppressions and keys alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import IntegrityError

from publisher.model.subscriber import ConsentState, Subscriber, Suppression
from publisher.store.keys import find_secret, signing_key
from publisher.store.subscribers import (
    NewSubscriber,
    add_subscribers,
    count_subscribers,
    find_subscriber,
    list_subscribers,
    set_state,
)
from publisher.store.suppressions import find_suppression, lift_suppression, suppress

if TYPE_CHECKING:
    from publisher.store.open import Store

NOW = datetime(2026, 2, 9, 0, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


def new(name: str) -> NewSubscriber:
    return NewSubscriber(email=f"{name}@Example.org", address=f"{name}@example.org".lower(), name=name)


def test_a_new_subscriber_is_active_and_keeps_their_spelling(store: Store) -> None:
    with store.begin() as connection:
        assert add_subscribers(connection, "weekly", [new("Ming")], NOW) == ("added",)
        found = find_subscriber(connection, "weekly", "ming@example.org")
    assert found == Subscriber(
        id=1, newsletter="weekly", email="Ming@Example.org", name="Ming", state="active", since=NOW
    )


def test_adding_again_changes_nothing(store: Store) -> None:
    with store.begin() as connection:
        add_subscribers(connection, "weekly", [new("a")], NOW)
        assert add_subscribers(connection, "weekly", [new("b"), new("a")], LATER) == ("added", "already there")
        assert [person.since for person in list_subscribers(connection, "weekly")] == [NOW, LATER]


def test_who_left_or_is_suppressed_is_not_added_again(store: Store) -> None:
    with store.begin() as connection:
        add_subscribers(connection, "weekly", [new("gone")], NOW)
        set_state(connection, "weekly", "gone@example.org", "unsubscribed", NOW)
        suppress(connection, "barred@example.org", "complaint", NOW)
        outcomes = add_subscribers(connection, "weekly", [new("gone"), new("barred"), new("c")], LATER)
        assert outcomes == ("unsubscribed", "suppressed", "added")
        assert count_subscribers(connection, "weekly") == {"active": 1, "unsubscribed": 1}


def test_newsletters_have_readers_of_their_own(store: Store) -> None:
    with store.begin() as connection:
        add_subscribers(connection, "weekly", [new("a")], NOW)
        assert add_subscribers(connection, "monthly", [new("a")], NOW) == ("added",)
        assert find_subscriber(connection, "daily", "a@example.org") is None
        assert [person.newsletter for person in list_subscribers(connection, "monthly")] == ["monthly"]


@pytest.mark.parametrize(("state", "names"), [("active", ["b"]), ("unsubscribed", ["a"]), (None, ["a", "b"])])
def test_subscribers_are_listed_by_state(store: Store, state: ConsentState | None, names: list[str]) -> None:
    with store.begin() as connection:
        add_subscribers(connection, "weekly", [new("a"), new("b")], NOW)
        assert set_state(connection, "weekly", "a@example.org", "unsubscribed", LATER)
        assert [person.name for person in list_subscribers(connection, "weekly", state)] == names


def test_a_state_changes_once(store: Store) -> None:
    with store.begin() as connection:
        add_subscribers(connection, "weekly", [new("a")], NOW)
        assert set_state(connection, "weekly", "a@example.org", "unsubscribed", LATER)
        assert not set_state(connection, "weekly", "a@example.org", "unsubscribed", NOW)
        assert not set_state(connection, "weekly", "stranger@example.org", "unsubscribed", NOW)
        found = find_subscriber(connection, "weekly", "a@example.org")
        assert found is not None
        assert found.since == LATER


def test_a_state_that_is_none_is_refused(store: Store) -> None:
    with store.begin() as connection:
        add_subscribers(connection, "weekly", [new("a")], NOW)
    with pytest.raises(IntegrityError), store.begin() as connection:
        set_state(connection, "weekly", "a@example.org", "asleep", NOW)  # type: ignore[arg-type]


def test_a_suppression_keeps_its_first_reason(store: Store) -> None:
    with store.begin() as connection:
        assert suppress(connection, "a@example.org", "hard bounce", NOW)
        assert not suppress(connection, "a@example.org", "manual", LATER)
        found = find_suppression(connection, "a@example.org")
    assert found == Suppression(email="a@example.org", reason="hard bounce", since=NOW)


def test_a_suppression_can_be_lifted(store: Store) -> None:
    with store.begin() as connection:
        suppress(connection, "a@example.org", "manual", NOW)
        assert lift_suppression(connection, "a@example.org")
        assert not lift_suppression(connection, "a@example.org")
        assert find_suppression(connection, "a@example.org") is None


def test_the_signing_key_is_made_once(store: Store) -> None:
    with store.begin() as connection:
        key = signing_key(connection, NOW)
    with store.begin() as connection:
        assert signing_key(connection, LATER) == key
        assert find_secret(connection, key.kid) == key.secret
        assert find_secret(connection, key.kid + 1) is None
    assert len(key.secret) == 32
    assert str(key.secret) not in repr(key)

"""What subscribers chose, and the variants of an issue that were frozen for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from publisher.model.subscriber import selection_key
from publisher.store.issues import freeze_issue, get_issue, issue_id
from publisher.store.subscribers import NewSubscriber, add_subscribers, set_state
from publisher.store.topics import choices, find_topics, set_topics
from publisher.store.variants import find_variants, freeze_variants
from tests.digest_samples import an_issue

if TYPE_CHECKING:
    from publisher.store.open import Store

NOW = datetime(2026, 10, 8, tzinfo=UTC)
RAIL = frozenset({"tags:鐵道", "categories:散文"})


def add_people(store: Store, *names: str) -> None:
    people = [NewSubscriber(email=f"{name}@mail.example", address=f"{name}@mail.example") for name in names]
    with store.begin() as connection:
        add_subscribers(connection, "weekly", people, NOW)


def test_a_choice_is_kept_and_replaced_as_a_whole(store: Store) -> None:
    add_people(store, "a", "b")
    with store.begin() as connection:
        set_topics(connection, 1, RAIL)
        set_topics(connection, 2, {"tags:山"})
        assert find_topics(connection, 1) == RAIL
        set_topics(connection, 1, ["tags:雨", "tags:雨"])
        set_topics(connection, 2, ())
        assert dict(choices(connection, "weekly")) == {1: frozenset({"tags:雨"})}
        assert find_topics(connection, 2) == frozenset()


def test_only_those_who_get_mail_count_with_their_choice(store: Store) -> None:
    add_people(store, "a", "b", "c")
    with store.begin() as connection:
        for person in (1, 2):
            set_topics(connection, person, RAIL)
        set_state(connection, "weekly", "a@mail.example", "unsubscribed", NOW)
        assert dict(choices(connection, "weekly")) == {2: RAIL}
        assert dict(choices(connection, "monthly")) == {}


def test_a_variant_comes_back_as_it_was_frozen(store: Store) -> None:
    issue = an_issue(page="<p>整週</p>")
    variant = replace(issue, page="", html="<p>XXUNSUBSCRIBEXX</p>", manifest=("urn:x:1",), content_hash="1" * 64)
    with store.begin() as connection:
        freeze_issue(connection, issue)
        key = issue_id(connection, "weekly", issue.number)
        freeze_variants(connection, key, {selection_key(RAIL): variant})
        freeze_variants(connection, key, {selection_key(RAIL): replace(variant, html="later")})
        freeze_variants(connection, key, {})
        assert find_variants(connection, key, issue) == {"categories:散文\ntags:鐵道": variant}
        assert get_issue(connection, "weekly", issue.number) == issue


@pytest.mark.parametrize("change", ["UPDATE issue_variants SET html = 'x'", "DELETE FROM issue_variants"])
def test_a_frozen_variant_never_changes(store: Store, change: str) -> None:
    with store.begin() as connection:
        freeze_issue(connection, an_issue())
        freeze_variants(connection, 1, {"tags:雨": an_issue()})
    with pytest.raises(DBAPIError, match="never changes"), store.begin() as connection:
        connection.execute(text(change))


def test_an_issue_without_a_page_of_its_own_has_an_empty_one(store: Store) -> None:
    with store.begin() as connection:
        freeze_issue(connection, an_issue())
        assert get_issue(connection, "weekly", 7) == an_issue()

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.audience.tokens import find_claim, make_token
from publisher.audience.verp import BouncedDelivery, make_bounce_token, make_sender, read_sender

SECRET = bytes(range(32))
OTHER = bytes(reversed(range(32)))
KEYS = {1: SECRET, 2: OTHER}
NAMES = ("monthly", "weekly")
ONE = BouncedDelivery(newsletter="weekly", issue_number=128, subscriber_id=17)
TOKEN = make_bounce_token(1, SECRET, ONE)


def read(text: str) -> BouncedDelivery | None:
    return read_sender(text, KEYS.get, NAMES)


def test_a_bounce_address_says_which_delivery_bounced() -> None:
    address = make_sender("bounces+{token}@example.org", 1, SECRET, ONE)
    assert address == f"bounces+{TOKEN}@example.org" == "bounces+aaayquhm5uaaaaeaaaaaaaar2dqrs4qqyvvvtg5c@example.org"
    assert read(address) == ONE


def test_an_address_without_a_slot_is_the_same_for_everybody() -> None:
    assert make_sender("bounces@example.org", 1, SECRET, ONE) == "bounces@example.org"


@given(
    st.builds(
        BouncedDelivery,
        newsletter=st.sampled_from(NAMES),
        issue_number=st.integers(0, 2**32 - 1),
        subscriber_id=st.integers(0, 2**40 - 1),
    ),
    st.sampled_from(sorted(KEYS)),
)
def test_every_token_fits_before_the_at_and_survives_a_change_of_case(delivery: BouncedDelivery, kid: int) -> None:
    token = make_bounce_token(kid, KEYS[kid], delivery)
    assert re.fullmatch(r"[a-z2-7]{40}", token)
    assert read(f"rfc822; <BOUNCES+{token.upper()}@EXAMPLE.ORG>") == delivery


@pytest.mark.parametrize("at", range(len(TOKEN)))
def test_another_character_anywhere_makes_it_worthless(at: int) -> None:
    others = [c for c in string.ascii_lowercase + string.digits + "-_=@ " if c != TOKEN[at]]
    assert [c for c in others if read(TOKEN[:at] + c + TOKEN[at + 1 :]) is not None] == []


@pytest.mark.parametrize(
    "token",
    [
        make_bounce_token(1, OTHER, ONE),
        make_bounce_token(3, SECRET, ONE),
        make_bounce_token(1, SECRET, BouncedDelivery(newsletter="daily", issue_number=1, subscriber_id=1)),
        TOKEN + "a",
        TOKEN[:-1],
        "",
    ],
    ids=["another key", "unknown key", "newsletter that is gone", "too long", "too short", "nothing"],
)
def test_what_is_not_ours_is_none(token: str) -> None:
    assert read(f"bounces+{token}@example.org") is None


def test_a_genuine_token_is_found_behind_a_false_one() -> None:
    assert read(f"{'a' * 40}@example.org bounces+{TOKEN}@example.org") == ONE


def test_a_bounce_token_unsubscribes_nobody_nor_the_other_way_round() -> None:
    leaving = make_token(1, SECRET, "weekly", 17)
    assert find_claim(TOKEN, KEYS.get, NAMES) is None
    assert read(leaving) is None


def test_a_token_is_found_within_a_subject() -> None:
    leaving = make_token(1, SECRET, "weekly", 17)
    found = find_claim(f"Fwd: unsubscribe {'x' * 46} {leaving}.", KEYS.get, NAMES)
    assert found is not None
    assert (found.newsletter, found.subscriber_id) == ("weekly", 17)
    assert find_claim(f"unsubscribe x{leaving}", KEYS.get, NAMES) is None


@given(st.text(max_size=120))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert read(text) is None

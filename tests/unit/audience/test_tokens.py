from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.audience.tokens import TokenClaim, make_token, read_token

SECRET = bytes(range(32))
OTHER = bytes(reversed(range(32)))
KEYS = {1: SECRET, 2: OTHER}
NAMES = ("monthly", "weekly")
TOKEN = make_token(1, SECRET, "weekly", 17)


def read(token: str) -> TokenClaim | None:
    return read_token(token, KEYS.get, NAMES)


def test_a_token_says_who_leaves_which_newsletter() -> None:
    assert read(TOKEN) == TokenClaim(newsletter="weekly", subscriber_id=17)


@given(st.integers(0, 2**64 - 1), st.sampled_from(NAMES), st.sampled_from(sorted(KEYS)))
def test_every_token_is_short_and_fit_for_an_address(subscriber: int, newsletter: str, kid: int) -> None:
    token = make_token(kid, KEYS[kid], newsletter, subscriber)
    assert re.fullmatch(r"[A-Za-z0-9_-]{46}", token)
    assert read(token) == TokenClaim(newsletter=newsletter, subscriber_id=subscriber)


def test_equal_arguments_give_equal_tokens() -> None:
    assert make_token(1, SECRET, "weekly", 17) == TOKEN == "AAGIUOztmG7DYAAAAAAAAAAR2AIqg4xeapzHVWZBPSFlNQ"


@pytest.mark.parametrize("at", range(len(TOKEN)))
def test_any_other_character_anywhere_makes_it_worthless(at: int) -> None:
    others = [c for c in string.ascii_letters + string.digits + "-_=+/. é" if c != TOKEN[at]]
    assert [c for c in others if read(TOKEN[:at] + c + TOKEN[at + 1 :]) is not None] == []


@pytest.mark.parametrize("token", ["", "A", TOKEN[:-1], TOKEN + "A", TOKEN + "==", " " + TOKEN, TOKEN + "\n", "é" * 46])
def test_what_is_not_a_token_is_none(token: str) -> None:
    assert read(token) is None


@given(st.text(max_size=100))
def test_no_text_breaks_the_reader(token: str) -> None:
    assert read(token) in (None, TokenClaim(newsletter="weekly", subscriber_id=17))


def test_a_token_of_another_key_is_not_ours() -> None:
    assert read(make_token(1, OTHER, "weekly", 17)) is None


def test_a_token_of_an_unknown_key_is_not_ours() -> None:
    assert read(make_token(3, SECRET, "weekly", 17)) is None


def test_a_token_of_a_newsletter_that_is_gone_is_not_ours() -> None:
    assert read(make_token(1, SECRET, "daily", 17)) is None


def test_an_old_key_still_reads_its_links() -> None:
    assert read(make_token(2, OTHER, "weekly", 17)) == TokenClaim(newsletter="weekly", subscriber_id=17)


def test_a_link_that_confirms_lets_nobody_leave_nor_the_other_way_round() -> None:
    confirming = make_token(1, SECRET, "weekly", 17, "confirm")
    assert confirming != TOKEN
    assert read(confirming) is None
    claim = TokenClaim(newsletter="weekly", subscriber_id=17)
    assert read_token(confirming, KEYS.get, ["weekly"], "confirm") == claim
    assert read_token(TOKEN, KEYS.get, ["weekly"], "confirm") is None

"""Settings about leaving and about what comes back."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.config import Config, parse_config
from publisher.errors import ConfigError

SITE = '[site]\ntitle = "x"\nurl = "https://example.org/"\n'
NEWSLETTER = SITE + '[newsletters.weekly]\nsender = "weekly@example.org"\n'
ENDPOINT = 'unsubscribe_url = "https://example.org/u/"\n'


def read(text: str) -> Config:
    return parse_config(text, Path("publisher.toml"))


@pytest.mark.parametrize("text", ["", ENDPOINT, f'unsubscribe = "one-click"\n{ENDPOINT}', 'unsubscribe = "mailto"\n'])
def test_leaving_may_be_said_or_left_to_follow(text: str) -> None:
    assert read(NEWSLETTER + text).newsletters["weekly"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('unsubscribe = "one-click"\n', "needs unsubscribe_url"),
        (f'unsubscribe = "mailto"\n{ENDPOINT}', "leaves unsubscribe_url unused"),
        ('unsubscribe_url = "http://example.org/u/"\n', "must begin with https://"),
    ],
)
def test_a_click_that_nobody_answers_is_refused(text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        read(NEWSLETTER + text)


@pytest.mark.parametrize("address", ["", "bounces@example.org", "bounces+{token}@example.org", "{token}-b@example.org"])
def test_an_envelope_sender_may_hold_a_token(address: str) -> None:
    assert read(f'{NEWSLETTER}envelope_sender = "{address}"').newsletters["weekly"].envelope_sender == address


@pytest.mark.parametrize(
    "address",
    [
        "bounces",
        "bounces@{token}.example.org",
        "{token}{token}@example.org",
        "{tokn}@example.org",
        "<a@example.org>",
        f"{'x' * 25}{{token}}@example.org",
    ],
)
def test_an_envelope_sender_that_no_server_would_take_is_refused(address: str) -> None:
    with pytest.raises(ConfigError, match=r"newsletters\.weekly\.envelope_sender"):
        read(f'{NEWSLETTER}envelope_sender = "{address}"')


def test_bounces_count_without_any_setting() -> None:
    bounces = read(SITE).bounces
    assert (bounces.source, bounces.threshold, bounces.days) == ("", 5.0, 90)

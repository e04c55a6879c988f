from __future__ import annotations

from pathlib import Path

import pytest

from publisher.config import Config, parse_config
from publisher.errors import ConfigError
from publisher.pipeline.alignment import doubts_about_signing, refuse_unaligned


def config(sender: str, signing: str) -> Config:
    text = f"""
[site]
title = "山城週記"
url = "https://shan.example/"
[newsletters.weekly]
sender = "{sender}"
transport = "relay"
[delivery.relay]
kind = "smtp"
host = "127.0.0.1"
"""
    return parse_config(text + (f'dkim = {{ domain = "{signing}" }}\n' if signing else ""), Path("publisher.toml"))


@pytest.mark.parametrize(
    ("sender", "signing"),
    [
        ("weekly@shan.example", ""),
        ("weekly@shan.example", "shan.example"),
        ("山城 <weekly@Shan.Example>", "shan.example"),
        ("weekly@news.shan.example", "shan.example"),
        ("weekly@shan.example", "mail.shan.example"),
        ("weekly@例子.tw", "xn--fsqu00a.tw"),
    ],
)
def test_a_signature_of_the_senders_domain_or_its_parent_counts(sender: str, signing: str) -> None:
    assert doubts_about_signing(config(sender, signing), "weekly") == ()
    refuse_unaligned(config(sender, signing), "weekly")


@pytest.mark.parametrize("signing", ["relay.example", "example", "notshan.example", "shan.example.org"])
def test_a_signature_of_somebody_else_is_refused(signing: str) -> None:
    with pytest.raises(ConfigError) as caught:
        refuse_unaligned(config("weekly@shan.example", signing), "weekly")
    assert str(caught.value) == (
        f"delivery.relay.dkim.domain is {signing}, but newsletters.weekly.sender writes from shan.example:"
        " DMARC does not count such a signature\n"
        "hint: sign for the sender's domain: publisher dkim keygen --domain shan.example"
    )


def test_a_signature_of_a_sister_domain_is_doubtful() -> None:
    """Of one family at example.org, but not at com.tw; only the public suffix list knows."""
    found = config("weekly@news.shan.example", "mail.shan.example")
    assert [problem.severity for problem in doubts_about_signing(found, "weekly")] == ["warning"]
    refuse_unaligned(found, "weekly")

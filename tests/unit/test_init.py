from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from publisher.cli.init import SiteFacts, complete, publisher_toml
from publisher.config import parse_config
from publisher.errors import ConfigError

FACTS = SiteFacts(
    generator="hugo",
    title='遠方 "週記"',
    url="https://yuanfang.example/",
    language="zh-TW",
    timezone="UTC",
    week_timezone="Asia/Taipei",
    sections=("posts", "notes"),
)


def test_the_written_file_is_accepted_and_says_what_was_found() -> None:
    config = parse_config(publisher_toml(complete(FACTS, None)), Path("publisher.toml"))
    assert config.site.title == '遠方 "週記"'
    assert config.site.sections == ("posts", "notes")
    assert config.newsletters["weekly"].sender == "遠方 週記 <weekly@yuanfang.example>"
    assert config.newsletters["weekly"].timezone == "Asia/Taipei"


def test_without_a_person_to_ask_the_flags_are_named() -> None:
    with pytest.raises(ConfigError) as caught:
        complete(SiteFacts(), None)
    assert caught.value.hint == "give --title and --url"


def test_a_person_is_asked_only_for_what_is_missing() -> None:
    asked: list[str] = []

    def answer(question: str, default: str) -> str:
        asked.append(question)
        return default + "yuanfang.example" if default == "https://" else "en"

    facts = complete(SiteFacts(title="遠方"), answer)
    assert (facts.url, facts.language) == ("https://yuanfang.example", "en")
    assert len(asked) == 2


def test_the_file_shows_a_newsletter_zone_only_where_it_differs() -> None:
    same = complete(SiteFacts(title="a", url="https://a.example", timezone="UTC", week_timezone="UTC"), None)
    assert "timezone" not in tomllib.loads(publisher_toml(same))["newsletters"]["weekly"]


def test_a_title_with_line_breaks_and_quotes_stays_one_setting() -> None:
    facts = complete(SiteFacts(title='a"\n[evil]\n\\', url="https://a.example"), None)
    assert "evil" not in tomllib.loads(publisher_toml(facts))

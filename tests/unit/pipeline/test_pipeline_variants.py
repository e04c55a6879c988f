import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from publisher.cli.main import make_app
from publisher.config import Config, load_config
from publisher.digest.freeze import content_hash, pictures_of
from publisher.errors import ConfigError, ContentError
from publisher.model.issue import Issue
from publisher.pipeline.issue import make_issue
from publisher.pipeline.letters import letters_for
from publisher.pipeline.subscribers import choose_topics, new_subscriber
from publisher.pipeline.variants import Variants, frozen_variants
from publisher.store.keys import TokenKey
from publisher.store.open import Store, open_store
from publisher.store.subscribers import add_subscribers
from tests.digest_samples import a_subscriber, image_file

DUE = datetime(2026, 10, 8, 0, tzinfo=UTC)
KEY = TokenKey(0, bytes(32))
SETTINGS = """
[site]
title = "山城週記"
url = "https://shan.example/"
language = "zh-TW"
timezone = "Asia/Taipei"

[newsletters.weekly]
sender = "weekly@shan.example"
weekday = "thursday"
hour = 08:00:00
"""
POSTS = {"rail": ["鐵道"], "hill": ["山"], "both": ["鐵道", "山"]}
MOUNTAIN, RAIL = (frozenset({f"tags:{term}"}) for term in ("山", "鐵道"))


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "publisher.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "content").mkdir()
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "a.png").write_bytes(image_file())
    for day, (name, tags) in enumerate(POSTS.items(), 1):
        front = {"title": name, "date": f"2026-10-0{day}T09:00:00+08:00", "tags": tags, "image": "/a.png"}
        lines = "\n".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in front.items())
        (tmp_path / "content" / f"{name}.md").write_text(f"---\n{lines}\n---\n{name}的內文。\n", encoding="utf-8")
    return load_config(tmp_path)


@pytest.fixture
def store(config: Config) -> Iterator[Store]:
    with closing(open_store(config.store.url, config.root)) as opened:
        people = [new_subscriber(f"{name}@mail.example") for name in ("all", "rail", "rail2", "hill", "rain", "wide")]
        with opened.begin() as connection:
            add_subscribers(connection, "weekly", people, DUE)
            for person, topics in zip(people[1:], (["tags:鐵道"],) * 2 + (["tags:山"], ["tag:雨"]), strict=False):
                choose_topics(connection, "weekly", person.address, topics)
            choose_topics(connection, "weekly", people[5].address, ["tags:山", "tags:鐵道"])
        yield opened


def made(config: Config, store: Store) -> tuple[Issue, Variants]:
    issue = make_issue(config, "weekly", DUE, store=store).issue
    assert issue
    return issue, frozen_variants(config, issue, DUE, store)


def names(issue: Issue | None) -> list[str]:
    return [guid.rstrip("/").rsplit("/", 1)[-1] for guid in issue.manifest] if issue else []


def test_everybody_gets_the_posts_about_what_they_chose(config: Config, store: Store) -> None:
    issue, variants = made(config, store)
    assert names(variants.variant_of(1)) == names(issue) == ["both", "hill", "rail"]
    assert [names(variants.variant_of(number)) for number in (2, 3)] == [["both", "rail"]] * 2
    assert names(variants.variant_of(4)) == ["both", "hill"]
    assert variants.variant_of(5) is None
    assert names(variants.variant_for(MOUNTAIN)) == ["both", "hill"]
    assert variants.variant_for(frozenset({"tags:never"})) == issue


def test_readers_of_the_same_choice_share_one_rendering(config: Config, store: Store) -> None:
    issue, variants = made(config, store)
    letters = letters_for(config, issue, KEY, variants)
    assert len(letters.templates) == 3
    assert letters._template_for(a_subscriber(2)) is letters._template_for(a_subscriber(3))
    assert letters._template_for(a_subscriber(6)) is letters.template
    assert letters.write(a_subscriber(1)).html.count("<h2") == 3
    assert letters.write(a_subscriber(2)).html.count("<h2") == 2
    with pytest.raises(ContentError, match="nothing about the topics"):
        letters.write(a_subscriber(5))


def test_a_variant_has_a_hash_of_its_own_and_never_changes(config: Config, store: Store) -> None:
    issue, variants = made(config, store)
    rail = variants.variant_for(RAIL)
    assert rail
    assert rail.content_hash == content_hash(rail) != issue.content_hash
    assert (rail.number, rail.web_url, rail.page) == (issue.number, issue.web_url, "")
    (config.root / "content" / "rail.md").write_text("---\ntitle: 換了\n---\n", encoding="utf-8")
    assert frozen_variants(config, issue, DUE, store).variant_for(RAIL) == rail


def test_a_choice_made_after_the_issue_was_frozen_gets_its_variant(config: Config, store: Store) -> None:
    issue, _ = made(config, store)
    with store.begin() as connection:
        choose_topics(connection, "weekly", "all@mail.example", ["tags:雨", "tags:鐵道"])
    assert names(frozen_variants(config, issue, DUE, store).variant_of(1)) == ["both", "rail"]


def test_the_pictures_of_a_variant_lie_on_the_site_and_are_put_back(config: Config, store: Store) -> None:
    issue, variants = made(config, store)
    shown = {name for variant in variants.by_selection.values() for name in pictures_of(variant.html)}
    assert shown
    assert all((config.output_dir / name).is_file() for name in shown)
    for name in shown:
        (config.output_dir / name).unlink()
    frozen_variants(config, issue, DUE, store)
    assert all((config.output_dir / name).is_file() for name in shown)


def run(config: Config, *words: str) -> Any:
    return CliRunner().invoke(make_app(), ["subscribers", "add", *words, "--config", str(config.root)])


def test_somebody_is_added_for_some_topics_and_changes_their_mind(config: Config) -> None:
    done = run(config, "new@mail.example", "--topic", "Tag:鐵道", "--topic", "people:sam")
    assert done.stdout == "new@mail.example: added, for related_people:sam, tags:鐵道\n"
    done = run(config, "new@mail.example", "--topic", "all")
    assert done.stdout == "new@mail.example is already there, for everything\n"
    refused = run(config, "new@mail.example", "--topic", "鐵道")
    assert isinstance(refused.exception, ConfigError)

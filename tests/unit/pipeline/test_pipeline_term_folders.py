"""Where feeds of terms lie, and which of them stay: folders in Latin letters, small feeds, moves."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from publisher.config import load_config
from publisher.errors import ConfigError
from publisher.pipeline.build import build
from tests.unit.pipeline.grouped_site import NOW, GroupedSite, lock_of, rules_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def site(tmp_path: Path) -> GroupedSite:
    return GroupedSite(tmp_path)


def test_folders_of_chinese_terms_stay_as_they_are_unless_asked_otherwise(site: GroupedSite) -> None:
    site.post(1, "tags: [台積電]")
    site.build()
    assert site.folders() == [".", "tags/台積電"]
    assert lock_of(site) == []


def test_folders_in_latin_letters_are_what_the_site_says(site: GroupedSite) -> None:
    site.settings('by = ["tags", "related_people"]\nterm_paths = "ascii"')
    site.post(1, "tags: [台積電, AI]\nrelated_people: [奧特曼]")
    site.file("content/tags/台積電/_index.md", "---\ntitle: 台積電\nslug: tsmc\n---\n")
    site.file("content/people/奧特曼.md", "---\ntitle: 奧特曼\nname_en: Sam Altman\n---\n")
    site.build()
    assert site.folders() == [".", "related_people/sam-altman", "tags/ai", "tags/tsmc"]
    assert lock_of(site) == ["feed related_people/奧特曼 path=sam-altman", "feed tags/台積電 path=tsmc"]


def test_a_term_of_which_nothing_is_said_gets_a_folder_all_the_same(site: GroupedSite) -> None:
    site.settings('by = ["tags"]\nterm_paths = "ascii"')
    site.post(1, "tags: [台積電, 臺積電, ！]")
    site.build()
    folders = [folder for folder in site.folders() if folder != "."]
    assert len(folders) == 3
    assert all(folder.isascii() for folder in folders)


def test_no_term_takes_the_folder_that_is_called_as_another_is(site: GroupedSite) -> None:
    site.settings('by = ["tags"]\nterm_paths = "ascii"')
    site.post(1, "tags: [台積電]")
    site.post(2, "tags: [TSMC, 台灣積體電路]")
    site.file("content/tags/台積電/_index.md", "---\nslug: tsmc\n---\n")
    site.file("content/tags/台灣積體電路/_index.md", "---\nslug: tsmc\n---\n")
    assert site.build().problems == ()
    assert site.titles("tags/tsmc") == ["第2天"]
    assert len([folder for folder in site.folders() if folder.isascii()]) == 4


def test_a_folder_that_subscribers_have_stays_whatever_is_said_later(site: GroupedSite) -> None:
    site.settings('by = ["tags"]\nterm_paths = "ascii"')
    site.post(1, "tags: [台積電]")
    site.file("content/tags/台積電/_index.md", "---\nslug: tsmc\n---\n")
    site.build()
    site.file("content/tags/台積電/_index.md", "---\nslug: taiwan-semiconductor\n---\n")
    site.post(2, "tags: [台積電]")
    assert site.build().problems == ()
    assert site.folders() == [".", "tags/tsmc"]
    site.settings('by = ["tags"]')
    site.build()
    assert site.folders() == [".", "tags/tsmc"]


def test_feeds_that_are_there_stay_where_they_are_when_new_ones_get_latin_letters(site: GroupedSite) -> None:
    site.post(1, "tags: [台積電]")
    site.build()
    site.settings('by = ["tags"]\nterm_paths = "ascii"\n[feeds.group.tags.paths]\n"地圖" = "maps"')
    site.post(2, "tags: [地圖]")
    site.build()
    assert site.folders() == [".", "tags/maps", "tags/台積電"]
    # Nor does a machine that starts from a fresh checkout forget it.
    for folder in (".publisher", "public"):
        shutil.rmtree(site.root / folder)
    site.build()
    assert site.folders() == [".", "tags/maps", "tags/台積電"]


def test_a_machine_that_knows_of_no_build_moves_no_feed_of_an_old_post(site: GroupedSite) -> None:
    site.post(1, "tags: [台積電]")
    site.build()
    for folder in (".publisher", "public"):
        shutil.rmtree(site.root / folder)
    site.settings('by = ["tags"]\nterm_paths = "ascii"')
    site.post(2, "tags: [地圖]")
    site.build()
    assert "tags/台積電" in site.folders()
    assert "tags/地圖" not in site.folders()


def test_a_folder_that_is_written_for_a_term_counts_and_a_move_is_told_once(site: GroupedSite) -> None:
    site.settings('by = ["tags"]\n[feeds.group.tags.paths]\n"AI Agent" = "agents"')
    site.post(1, "tags: [ai-agent]")
    site.build()
    assert site.folders() == [".", "tags/agents"]
    site.settings('by = ["tags"]\n[feeds.group.tags.paths]\n"AI Agent" = "ai"')
    [problem] = site.build().problems
    assert problem.message == "the feed of ai-agent (tags) moves from agents/ to ai/, its subscribers don't"
    assert site.build().problems == ()
    assert site.folders() == [".", "tags/ai"]


def test_a_move_away_from_the_terms_own_folder_is_told_too(site: GroupedSite) -> None:
    site.post(1, "tags: [台積電]")
    site.build()
    site.settings('by = ["tags"]\n[feeds.group.tags.paths]\n"台積電" = "tsmc"')
    [problem] = site.build().problems
    assert problem.message == "the feed of 台積電 (tags) moves from 台積電/ to tsmc/, its subscribers don't"
    assert site.build().problems == ()


def test_two_terms_in_one_folder_are_told_with_what_to_write(site: GroupedSite) -> None:
    site.settings('by = ["tags"]\n[feeds.group.tags.paths]\n"甲" = "ai"')
    site.post(1, "tags: [甲]")
    site.post(2, "tags: [AI]")
    [problem] = site.build().problems
    assert problem.rule == "feed-clash"
    assert 'paths = { "AI" = "…" } in [feeds.group.tags]' in str(problem.hint)
    assert site.titles("tags/ai") == ["第1天"]


def test_a_frozen_lock_refuses_a_folder_that_only_it_would_know(site: GroupedSite) -> None:
    site.settings('by = ["tags"]')
    site.post(1, "tags: [台積電]")
    site.build()
    site.settings('by = ["tags"]\n[feeds.group.tags.paths]\n"台積電" = "tsmc"')
    with pytest.raises(ConfigError, match="frozen: tags/台積電"):
        build(load_config(site.root), NOW, frozen_lock=True)
    site.settings('by = ["tags"]\n[feeds.group.tags]\nminimum = 2')
    assert build(load_config(site.root), NOW, frozen_lock=True).lock_changed is False


def test_a_feed_stays_when_its_posts_become_too_few(site: GroupedSite) -> None:
    site.settings('by = ["tags"]\n[feeds.group.tags]\nminimum = 2')
    site.post(1, "tags: [二]")
    site.post(2, "tags: [二, 一]")
    site.build()
    site.post(2, "tags: [一]")
    [problem] = site.build().problems
    assert (problem.rule, str(problem.at)) == ("small-feed", "publisher.toml:14:1")
    assert problem.message.endswith("subscribers keep the one they have (tags): 二")
    assert site.folders() == [".", "tags/二"]
    assert site.titles("tags/二") == ["第1天"]
    assert site.build().problems == ()
    site.post(1, "tags: [二]")
    site.post(2, "tags: [二]")
    site.build()
    assert lock_of(site) == ["feed tags/二 path=二"]


def test_feeds_stay_when_more_posts_are_asked_of_new_ones(site: GroupedSite) -> None:
    site.post(1, "tags: [一]")
    site.build()
    site.settings('by = ["tags"]\n[feeds.group.tags]\nminimum = 2')
    site.post(2, "tags: [二]")
    assert rules_of(site.build().problems) == ["small-feed"]
    assert site.folders() == [".", "tags/一"]


def test_a_term_that_no_post_has_any_more_is_told_once_and_keeps_its_folder_for_later(site: GroupedSite) -> None:
    site.settings('by = ["tags"]\n[feeds.group.tags.paths]\n"甲" = "first"')
    site.post(1, "tags: [甲]")
    site.build()
    site.post(1, "tags: [乙]")
    assert rules_of(site.build().problems) == ["feed-gone"]
    assert site.build().problems == ()
    site.settings('by = ["tags"]')
    site.post(1, "tags: [甲]")
    site.build()
    assert site.folders() == [".", "tags/first"]

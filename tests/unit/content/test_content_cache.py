"""Cards of posts, and the cache that spares reading the files again: with it and without it, all is the same."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from publisher.config import load_config
from publisher.content.cards import CardReader, Listing
from publisher.content.load import read_site
from tests.unit.content.site_maker import HEAD, NOW, TOML, write_site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.config import Config

FILES = {
    "content/posts/a.md": "---\ntitle: 甲\ndate: 2026-02-07\ntags: [鐵道, AI Agent]\nauthor: {name: 林}\n---\n",
    "content/posts/b/index.md": "---\ntitle: 乙\ndate: 2026-02-08\nlastmod: someday\ncategories: 訪\nimage: n\n---\n",
    "content/posts/c.md": "+++\ntitle = '丙'\ndate = 2026-02-09T00:00:00Z\n[audio]\nday = 2026-01-01\n+++\n",
    "content/posts/d.md": "---\ntitle: 丁\ndate: 2026-02-10\ndraft: true\n---\n",
    "content/posts/e.md": "---\ntitle: [\n---\n",
    "content/posts/f.md": "---\ntitle: 戊\ndate: 2026-06-01\nexpiryDate: 2026-07-01\n---\n",
    "content/posts/_index.md": "---\ntitle: 文章\ncascade: {source_name: 週報}\n---\n",
}


@pytest.fixture
def config(tmp_path: Path) -> Config:
    config = write_site(tmp_path, FILES)
    age(tmp_path)
    return config


def age(root: Path) -> None:
    """Make files old enough for the cache to trust their time of change."""
    for path in files_below(root / "content"):
        os.utime(path, (1_700_000_000, 1_700_000_000))


def files_below(folder: Path) -> Iterator[Path]:
    yield from (path for path in sorted(folder.rglob("*")) if path.is_file())


def cache_file(config: Config) -> Path:
    return config.root / ".publisher" / "cards.bin"


def listing(config: Config, now: datetime = NOW) -> Listing:
    reader = CardReader(config, now, cache_file(config))
    found = reader.list_posts()
    reader.save_cache()
    return found


def uncached(config: Config, now: datetime = NOW) -> Listing:
    return CardReader(config, now).list_posts()


def swap(path: Path, old: str, new: str) -> None:
    """Change a file behind the cache's back: same size, same time of change."""
    before = path.stat()
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size


def test_cards_tell_of_posts_what_reading_them_whole_tells(config: Config) -> None:
    site, found = read_site(config, NOW), uncached(config)
    assert [card.key for card in found.cards] == ["posts/c.md", "posts/b/index.md", "posts/a.md"]
    facts = ("key", "path", "url", "published", "section", "tags", "categories", "authors", "source_name", "guid")
    for name in facts:
        assert [getattr(card, name) for card in found.cards] == [getattr(post, name) for post in site.posts]
    assert found.left_out == site.left_out == {"draft": 1, "future": 1}
    # That a picture is missing is found out when a post is read whole.
    assert set(found.problems) == {problem for problem in site.problems if problem.rule != "missing-image"}


def test_a_card_is_read_whole_as_the_post_it_stands_for(config: Config) -> None:
    reader = CardReader(config, NOW)
    posts = tuple(reader.read_whole(card)[0] for card in reader.list_posts().cards)
    assert posts == read_site(config, NOW).posts


@pytest.mark.parametrize("now", [NOW, datetime(2026, 6, 2, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC)])
def test_the_cache_changes_nothing_whatever_the_clock_says(config: Config, now: datetime) -> None:
    for first in (NOW, datetime(2026, 6, 2, tzinfo=UTC)):
        listing(config, first)
        assert listing(config, now) == uncached(config, now)


def test_what_did_not_change_is_not_read_again(config: Config) -> None:
    listing(config)
    swap(config.root / "content/posts/a.md", "鐵道", "公車")
    assert [card.tags for card in listing(config).cards][-1] == ("鐵道", "AI Agent")
    assert [card.tags for card in uncached(config).cards][-1] == ("公車", "AI Agent")


def test_problems_of_files_that_are_not_read_again_are_told_again(config: Config) -> None:
    first = listing(config)
    swap(config.root / "content/posts/e.md", "[", "x")
    assert listing(config).problems == first.problems
    assert {problem.rule for problem in first.problems} == {"unreadable-post", "bad-date"}


def test_a_file_that_changed_just_before_is_read_again(config: Config) -> None:
    path = config.root / "content/posts/a.md"
    path.touch()
    listing(config)
    swap(path, "鐵道", "公車")
    assert listing(config) == uncached(config)


def test_a_changed_deleted_and_renamed_post_are_seen(config: Config) -> None:
    listing(config)
    posts = config.root / "content" / "posts"
    (posts / "a.md").write_text(HEAD.replace("甲", "新"), encoding="utf-8")
    (posts / "c.md").unlink()
    (posts / "b").rename(posts / "g")
    found = listing(config)
    assert [card.key for card in found.cards] == ["posts/g/index.md", "posts/a.md"]
    assert found == uncached(config)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("publisher.toml", TOML.replace("example.tw", "other.tw") + 'generator = "hugo"\n'),
        ("publisher.toml", TOML + 'generator = "hugo"\n[feeds]\nby = ["weight"]\n'),
        ("hugo.toml", '[permalinks]\nposts = "/:year/:slug/"\n'),
        ("content/posts/_index.md", "---\ncascade: {source_name: 月報}\n---\n"),
    ],
)
def test_other_settings_make_another_cache(config: Config, name: str, content: str) -> None:
    listing(config)
    (config.root / name).write_text(content, encoding="utf-8")
    changed = load_config(config.root)
    assert listing(changed) == uncached(changed)


def test_a_cache_of_another_program_is_ignored(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("publisher.content.cards.program_stamp", lambda: "another")
    listing(config)
    monkeypatch.undo()
    swap(config.root / "content/posts/a.md", "鐵道", "公車")
    assert listing(config) == uncached(config)


@pytest.mark.parametrize("damage", [b"", b"{}", b"\xff\xfe", b"[[[[" * 50_000, b"x\n{}"])
def test_a_damaged_cache_is_none(config: Config, damage: bytes) -> None:
    listing(config)
    cache_file(config).write_bytes(damage)
    assert listing(config) == uncached(config)


def test_a_cache_with_one_wrong_byte_is_none(config: Config) -> None:
    listing(config)
    content = cache_file(config).read_bytes()
    cache_file(config).write_bytes(content.replace("鐵".encode(), "鋼".encode()))
    assert listing(config) == uncached(config)


def test_a_folder_in_the_place_of_the_cache_is_no_harm(config: Config) -> None:
    cache_file(config).mkdir(parents=True)
    assert listing(config) == uncached(config)


def test_an_unchanged_cache_is_not_written(config: Config) -> None:
    (config.root / "content/posts/c.md").unlink()
    listing(config)
    before = cache_file(config).stat().st_mtime_ns
    listing(config)
    assert cache_file(config).stat().st_mtime_ns == before

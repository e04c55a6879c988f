"""A site that is renamed, moved, copied, merged and damaged, and what its subscribers see of it: nothing."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import feedparser
import pytest

from publisher.config import load_config
from publisher.errors import ConfigError, FeedError
from publisher.pipeline.adopt import adopt
from publisher.pipeline.build import build
from publisher.pipeline.build_report import BuildReport
from publisher.pipeline.diff import diff
from publisher.pipeline.identity import identify_site
from publisher.pipeline.issue import make_issue
from publisher.store.open import open_store

NOW = datetime(2026, 10, 8, tzinfo=UTC)
SITE = """
[site]
title = "山城週記"
url = "https://shan.example"
language = "zh-TW"
timezone = "Asia/Taipei"
[feeds]
by = ["tags"]
"""
LETTER = """
[newsletters.weekly]
sender = "a@shan.example"
postal_address = "臺北"
"""
LONG = "從臺北出發，沿著海線一路往南，每一站都停，每一站都有人上車。" * 12


class Site:
    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "content").mkdir()
        self.settings(SITE)

    def settings(self, text: str) -> None:
        (self.root / "publisher.toml").write_text(text, encoding="utf-8")

    def post(self, name: str, day: int, body: str = "", more: str = "") -> None:
        text = f"---\ntitle: 第{day}天\ndate: 2026-10-{day:02}T08:00:00+08:00\ntags: [山]\n{more}---\n{body or name}\n"
        (self.root / "content" / f"{name}.md").write_text(text, encoding="utf-8")

    def rename(self, old: str, new: str) -> None:
        (self.root / "content" / f"{old}.md").rename(self.root / "content" / f"{new}.md")

    def build(self, now: datetime = NOW, *, frozen: bool = False, dry_run: bool = False) -> BuildReport:
        return build(load_config(self.root), now, frozen_lock=frozen, dry_run=dry_run)

    @property
    def lock(self) -> Path:
        return self.root / "publisher.lock"

    def entries(self, name: str = "rss.xml") -> list[feedparser.FeedParserDict]:
        return list(feedparser.parse((self.root / "public/feeds" / name).read_bytes()).entries)

    def guids(self) -> dict[str, str]:
        return {entry.title: entry.id for entry in self.entries()}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path)
    for day in (1, 2, 3):
        made.post(f"p{day}", day, f"{day}：{LONG}")
    return made


def test_renaming_every_post_and_moving_to_another_domain_changes_no_guid(site: Site) -> None:
    site.build()
    before = site.guids()
    for day in (1, 2, 3):
        site.rename(f"p{day}", f"新{day}")
    site.settings(SITE.replace("https://shan.example", "http://other.example/blog"))
    site.build()
    assert site.guids() == before
    assert {entry.link for entry in site.entries()} == {
        f"http://other.example/blog/%E6%96%B0{day}/" for day in (1, 2, 3)
    }


def test_all_formats_and_feeds_say_the_guids_of_the_lock(site: Site) -> None:
    site.build()
    site.rename("p1", "q")
    site.build()
    guids = set(site.guids().values())
    for name in ("atom.xml", "tags/山/rss.xml"):
        assert {entry.id for entry in site.entries(name)} == guids
    assert all(f'"{guid}"' in (site.root / "public/feeds/feed.json").read_text() for guid in guids)


def test_the_first_build_writes_the_lock_and_the_second_leaves_it(site: Site) -> None:
    assert site.build().lock_changed
    state = site.lock.stat().st_mtime_ns
    assert not site.build(NOW + timedelta(days=1)).lock_changed
    assert site.lock.stat().st_mtime_ns == state


def test_a_site_without_posts_has_no_lock(tmp_path: Path) -> None:
    site = Site(tmp_path)
    assert not site.build().lock_changed
    assert not site.lock.exists()


def test_a_dry_run_says_that_the_lock_would_change_and_leaves_it(site: Site) -> None:
    assert site.build(dry_run=True).lock_changed
    assert not site.lock.exists()


def test_a_frozen_lock_refuses_what_it_does_not_know_and_nothing_is_written(site: Site) -> None:
    with pytest.raises(ConfigError, match=r"publisher\.lock would change, and is frozen: p1\.md, p2\.md, p3\.md"):
        site.build(frozen=True)
    assert not (site.root / "public").exists()
    site.build()
    assert not site.build(frozen=True).lock_changed


def test_a_post_whose_date_has_come_is_no_reason_to_refuse_a_frozen_lock(site: Site) -> None:
    site.post("p9", 9, f"9：{LONG}")
    site.build()
    assert "第9天" not in site.guids()
    assert [line.split()[:2] for line in site.lock.read_text("utf-8").splitlines()[1:2]] == [["next", "p9.md"]]
    site.build(NOW + timedelta(days=3), frozen=True)
    assert site.guids()["第9天"] == "https://shan.example/p9/"
    assert site.build(NOW + timedelta(days=3)).lock_changed
    assert "\npost p9.md" in site.lock.read_text("utf-8")


def test_a_post_that_expires_is_no_reason_to_refuse_a_frozen_lock(site: Site) -> None:
    site.settings(SITE.replace("[feeds]\n", "[feeds]\nlimit = 3\n"))
    site.post("p4", 4, f"4：{LONG}", "expiryDate: 2026-10-20\n")
    site.build()
    site.build(datetime(2026, 10, 21, tzinfo=UTC), frozen=True)
    assert list(site.guids()) == ["第3天", "第2天", "第1天"]


def test_a_frozen_lock_lets_a_typo_pass_but_no_date_that_it_would_have_to_keep(site: Site) -> None:
    site.build()
    site.post("p1", 1, f"1：{LONG}。")
    assert not site.build(frozen=True).lock_changed
    site.post("p1", 1, "全新的內容，從頭到尾都不一樣，一個字也沒有留下來。" * 5)
    with pytest.raises(ConfigError, match=r"is frozen: p1\.md"):
        site.build(frozen=True)


def test_a_frozen_lock_refuses_a_post_under_another_name(site: Site) -> None:
    site.build()
    site.rename("p1", "q")
    with pytest.raises(ConfigError, match=r"is frozen: q\.md"):
        site.build(frozen=True)


def test_the_guid_of_a_post_that_nobody_has_seen_follows_its_address(site: Site) -> None:
    site.post("p9", 9, f"9：{LONG}", "url: /old/\n")
    site.build()
    site.post("p9", 10, f"9：{LONG}", "url: /new/\n")
    site.build()
    [line] = [line for line in site.lock.read_text("utf-8").splitlines() if line.startswith("next ")]
    assert " guid=https://shan.example/new/ published=2026-10-10" in line
    assert " was=" not in line
    site.build(datetime(2026, 10, 11, tzinfo=UTC))
    site.post("p9", 20, f"9：{LONG}", "url: /other/\n")
    site.build(datetime(2026, 10, 11, tzinfo=UTC))
    site.build(datetime(2026, 10, 21, tzinfo=UTC))
    assert site.guids()["第20天"] == "https://shan.example/new/"


def test_a_post_that_is_still_to_come_takes_nothing_from_one_that_is_there(site: Site) -> None:
    site.post("p9", 9, f"1：{LONG}", "guid: urn:x:1\n")
    site.post("p1", 1, f"1：{LONG}", "guid: urn:x:1\n")
    report = site.build()
    assert site.guids()["第1天"] == "urn:x:1"
    assert report.problems == ()


def test_a_post_that_was_to_come_and_is_deleted_is_gone_but_an_issue_can_t_tell(site: Site) -> None:
    site.post("p9", 9, f"9：{LONG}")
    site.build()
    identify_site(load_config(site.root), NOW)[1].save()
    assert "\nnext p9.md" in site.lock.read_text("utf-8")
    (site.root / "content/p9.md").unlink()
    site.build()
    assert "\ngone p9.md" in site.lock.read_text("utf-8")


def test_lines_that_a_merge_left_unsorted_are_sorted_but_not_where_the_lock_is_frozen(site: Site) -> None:
    site.build()
    written = site.lock.read_text(encoding="utf-8")
    head, *lines = written.splitlines()
    site.lock.write_text("\n".join([head, *reversed(lines), ""]), encoding="utf-8")
    assert not site.build(frozen=True).lock_changed
    assert site.build().lock_changed
    assert site.lock.read_text(encoding="utf-8") == written


def test_a_lock_that_can_t_be_written_is_told_before_anything_is_published(site: Site) -> None:
    (site.root / "publisher.lock").mkdir()
    with pytest.raises(ConfigError, match=r"can't read .*publisher\.lock"):
        site.build()
    assert not (site.root / "public").exists()


def test_a_merge_conflict_stops_the_build_and_changes_nothing(site: Site) -> None:
    site.build()
    lines = site.lock.read_text(encoding="utf-8").splitlines()
    damaged = "\n".join([lines[0], "<<<<<<< HEAD", *lines[1:], "=======", ">>>>>>> other", ""])
    site.lock.write_text(damaged, encoding="utf-8")
    with pytest.raises(FeedError, match=r"^publisher\.lock:2:1: a merge left a conflict here"):
        site.build()
    assert site.lock.read_text(encoding="utf-8") == damaged


def test_what_a_union_merge_leaves_is_understood(site: Site, tmp_path: Path) -> None:
    site.build()
    guids = site.guids()
    site.post("p4", 4)
    site.build()
    one = site.lock.read_text(encoding="utf-8").splitlines()
    site.post("p1", 1, "全部改寫")
    site.build(NOW + timedelta(days=1))
    other = site.lock.read_text(encoding="utf-8").splitlines()
    site.lock.write_text("\n".join(dict.fromkeys([*one, *other])), encoding="utf-8")
    site.build(NOW + timedelta(days=2))
    assert {title: guid for title, guid in site.guids().items() if title in guids} == guids


def test_a_post_that_is_deleted_and_comes_back_is_the_same_entry(site: Site) -> None:
    site.build()
    before = site.guids()
    kept = (site.root / "content/p1.md").read_text(encoding="utf-8")
    (site.root / "content/p1.md").unlink()
    site.build()
    assert "gone p1.md guid=https://shan.example/p1/" in site.lock.read_text(encoding="utf-8")
    (site.root / "content/p1.md").write_text(kept, encoding="utf-8")
    site.build()
    assert site.guids() == before


def test_the_guid_of_a_deleted_post_is_never_given_to_another(site: Site) -> None:
    site.build()
    (site.root / "content/p1.md").unlink()
    site.build()
    site.post("p1", 7, "另一篇，同一個檔名")
    site.build()
    assert site.guids()["第7天"] == "tag:shan.example,2026-10-07:/p1/"


def test_a_copy_and_a_second_guid_are_refused_by_name(site: Site) -> None:
    site.build()
    shutil.copy(site.root / "content/p1.md", site.root / "content/copy.md")
    site.post("p2", 2, f"2：{LONG}", "guid: urn:second\n")
    told = {problem.rule: str(problem) for problem in site.build().problems}
    assert "content/copy.md:2:1: left out of the feeds, because content/p1.md has the same text" in told["same-text"]
    assert "content/p2.md:5:7: subscribers know this post by another guid" in told["second-guid"]
    assert site.guids()["第2天"] == "https://shan.example/p2/"
    assert len(site.entries()) == 3


@pytest.mark.parametrize(
    ("policy", "body", "moves"),
    [
        ("significant", f"1:{LONG}", False),
        ("significant", f"1：{LONG}{LONG[::-1]}", True),
        ("any", f"1:{LONG}", True),
        ("never", "別的", False),
    ],
)
def test_updated_moves_as_the_policy_says(site: Site, policy: str, body: str, moves: bool) -> None:
    site.settings(f'{SITE}update = "{policy}"\n')
    site.build()
    site.post("p1", 1, body)
    site.build(NOW + timedelta(days=1))
    [entry] = [entry for entry in site.entries("atom.xml") if entry.title == "第1天"]
    assert entry.updated == ("2026-10-09T08:00:00+08:00" if moves else "2026-10-01T08:00:00+08:00")
    site.build(NOW + timedelta(days=9))
    [again] = [entry for entry in site.entries("atom.xml") if entry.title == "第1天"]
    assert again.updated == entry.updated


def test_the_author_s_word_on_the_last_change_counts_more(site: Site) -> None:
    site.build()
    site.post("p1", 1, "全部改寫" * 100, "lastmod: 2026-10-05T09:00:00+08:00\n")
    site.build(NOW + timedelta(days=1))
    [entry] = [entry for entry in site.entries("atom.xml") if entry.title == "第1天"]
    assert entry.updated == "2026-10-05T09:00:00+08:00"


def test_issues_know_their_posts_after_a_rename(site: Site) -> None:
    site.settings(SITE.replace("[feeds]", '[feeds]\npath = "feeds"') + LETTER)
    config = load_config(site.root)
    store = open_store(config.store.url, config.root)
    try:
        first = make_issue(config, "weekly", datetime(2026, 10, 6, tzinfo=UTC), store=store)
        assert first.issue
        assert len(first.issue.manifest) == 3
        for day in (1, 2, 3):
            site.rename(f"p{day}", f"q{day}")
        again = make_issue(config, "weekly", datetime(2026, 10, 13, tzinfo=UTC), store=store)
    finally:
        store.close()
    assert again.outcome == "nothing new"


def test_adopting_a_live_feed_and_building_makes_nobody_read_anything_again(site: Site, tmp_path: Path) -> None:
    site.build()
    live = tmp_path / "live.xml"
    content = (site.root / "public/feeds/rss.xml").read_text(encoding="utf-8")
    live.write_text(
        content.replace('<guid isPermaLink="true">https://shan.example/', '<guid isPermaLink="false">urn:old:'),
        encoding="utf-8",
    )
    config = load_config(site.root)
    assert diff(config, NOW, str(live)).reruns == 3
    assert adopt(config, NOW, str(live), dry_run=True).lock_changed
    assert diff(config, NOW, str(live)).reruns == 3
    assert len(adopt(config, NOW, str(live)).having("adopted")) == 3
    assert diff(config, NOW, str(live)).reruns == 0
    site.build()
    assert set(site.guids().values()) == {f"urn:old:p{day}/" for day in (1, 2, 3)}


def test_a_feed_of_another_site_and_an_empty_one_are_not_adopted(site: Site, tmp_path: Path) -> None:
    feed = tmp_path / "live.xml"
    head = '<rss version="2.0"><channel><title>x</title>'
    for inside, told in (
        ("", "the feed is empty"),
        ("<item><link>https://x.example/y</link></item>", "none of its 1 items is a post"),
    ):
        feed.write_text(f"{head}{inside}</channel></rss>", encoding="utf-8")
        with pytest.raises(FeedError, match=told):
            adopt(load_config(site.root), NOW, str(feed))


def test_a_diff_needs_something_to_compare_with(site: Site) -> None:
    with pytest.raises(Exception, match="there is nothing in public/ yet"):
        diff(load_config(site.root), NOW)


def test_a_diff_writes_nothing_and_says_which_feeds_go(site: Site) -> None:
    site.build()
    state = {path: path.stat().st_mtime_ns for path in site.root.rglob("*") if path.is_file()}
    for day in (1, 2, 3):
        path = site.root / f"content/p{day}.md"
        path.write_text(path.read_text(encoding="utf-8").replace("[山]", "[海]"), encoding="utf-8")
        state[path] = path.stat().st_mtime_ns
    report = diff(load_config(site.root), NOW)
    assert report.gone == tuple(f"feeds/tags/山/{name}" for name in ("atom.xml", "feed.json", "rss.xml"))
    assert [(feed.path, feed.before) for feed in report.feeds] == [
        ("feeds/rss.xml", 3),
        ("feeds/tags/海/rss.xml", None),
    ]
    assert {path: path.stat().st_mtime_ns for path in site.root.rglob("*") if path.is_file()} == state


def test_a_diff_against_the_feed_of_another_page_is_refused(site: Site, tmp_path: Path) -> None:
    feed = tmp_path / "x.xml"
    feed.write_text(
        '<rss version="2.0"><channel><title>x</title><link>https://x.example/</link></channel></rss>', encoding="utf-8"
    )
    with pytest.raises(FeedError, match=r"a feed of https://x\.example/, of which this site has none"):
        diff(load_config(site.root), NOW, str(feed))


def test_entries_of_a_cache_never_outlive_what_the_lock_says(site: Site, tmp_path: Path) -> None:
    for _ in range(2):
        site.build()
    feed = tmp_path / "live.xml"
    feed.write_text(
        '<rss version="2.0"><channel><title>x</title><item><link>https://shan.example/p1/</link><guid>urn:1</guid>'
        "</item></channel></rss>",
        encoding="utf-8",
    )
    adopt(load_config(site.root), NOW, str(feed))
    site.build()
    assert site.guids()["第1天"] == "urn:1"

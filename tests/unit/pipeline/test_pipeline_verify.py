"""Which feeds are compared with which entries, and what can't be compared at all."""

import os
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest

from publisher.config import load_config
from publisher.errors import ContentError, FeedError
from publisher.pipeline.build import build
from publisher.pipeline.verify import VerifyReport, verify

NOW = datetime(2026, 10, 8, tzinfo=UTC)
HOME = "https://shan.example/"
SITE = f'[site]\ntitle = "山城週記"\nurl = "{HOME}"\ngenerator = "hugo"\nsections = ["posts"]\n[feeds]\nby = ["tags"]\n'


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "publisher.toml").write_text(SITE, encoding="utf-8")
    (tmp_path / "content/posts").mkdir(parents=True)
    (tmp_path / "public").mkdir()
    post(tmp_path, 1, "tags: [AI Agent]")
    post(tmp_path, 2, "tags: [ai-agent, 二]")
    return tmp_path


def post(site: Path, day: int, more: str = "", text: str = "內文。") -> None:
    front = f"---\ntitle: 第{day}天\ndate: 2026-10-{day:02}\n{more}\n---\n{text}\n"
    (site / f"content/posts/{day}.md").write_text(front, encoding="utf-8")


def item(day: int, link: str = "", text: str = "內文。") -> str:
    link = link or f"{HOME}posts/{day}/"
    date = format_datetime(datetime(2026, 10, day, tzinfo=UTC))
    return (
        f"<item><title>第{day}天</title><link>{link}</link><guid>{link}</guid>"
        f"<pubDate>{date}</pubDate><description>{text}</description></item>"
    )


def feed(site: Path, *items: str, home: str = HOME, file: str = "index.xml") -> Path:
    path = site / "public" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    head = f"<title>站</title><link>{home}</link><generator>Hugo</generator>"
    path.write_text(f'<rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>', encoding="utf-8")
    return path


def run(site: Path, against: Path) -> VerifyReport:
    return verify(load_config(site), NOW, against)


def told(report: VerifyReport) -> list[tuple[str, str, str]]:
    return [(one.what, one.why, one.ours) for verdict in report.feeds for one in verdict.differences]


def test_the_same_feed_is_the_same(site: Path) -> None:
    report = run(site, feed(site, item(2), item(1)))
    assert (report.is_same, told(report)) == (True, [])
    [verdict] = report.feeds
    assert (verdict.file, verdict.items, verdict.compared) == ("public/index.xml", 2, 2)


def test_an_item_is_found_by_its_guid_where_the_link_has_changed(site: Path) -> None:
    moved = item(2).replace(f"<link>{HOME}posts/2/", f"<link>{HOME}moved/")
    assert told(run(site, feed(site, moved, item(1)))) == [("link", "", f"{HOME}posts/2/")]


def test_what_we_leave_out_is_told_with_its_reason(site: Path) -> None:
    post(site, 3, "draft: true")
    post(site, 20)
    (site / "content/about.md").write_text("---\ntitle: 關於\n---\n", encoding="utf-8")
    others = [item(3), item(20), item(4), item(1, f"{HOME}about/"), item(1, f"{HOME}tags/ai-agent/")]
    report = run(site, feed(site, *others, item(2), item(1)))
    assert told(report) == [
        ("only theirs", "", "left out: draft"),
        ("only theirs", "", "left out: future"),
        ("only theirs", "", "no such post"),
        ("only theirs", "other section", ""),
        ("only theirs", "section", ""),
    ]
    assert not report.is_same


def test_a_post_that_the_home_feed_lacks_is_told(site: Path) -> None:
    assert told(run(site, feed(site, item(1)))) == [("only ours", "", "第2天")]


def test_a_post_that_the_feed_had_no_room_for_is_meant(site: Path) -> None:
    (site / "hugo.toml").write_text("[services.rss]\nlimit = 1\n", encoding="utf-8")
    assert told(run(site, feed(site, item(2)))) == [("only ours", "their limit", "第1天")]


def test_a_term_feed_has_the_posts_of_its_term(site: Path) -> None:
    home = f"{HOME}tags/ai-agent/"
    assert told(run(site, feed(site, item(2), item(1), home=home))) == []
    assert told(run(site, feed(site, item(2), home=home))) == [("only ours", "", "第1天")]


def test_of_a_section_only_the_items_are_compared(site: Path) -> None:
    report = run(site, feed(site, item(2, text="別的"), home=f"{HOME}posts/"))
    assert told(report) == [("text", "", "內文。")]


def test_another_order_and_a_smaller_limit_are_meant(site: Path) -> None:
    (site / "publisher.toml").write_text(SITE + "limit = 1\n", encoding="utf-8")
    report = run(site, feed(site, item(1), item(2)))
    assert [(what, why) for what, why, _ in told(report)] == [("order", "order"), ("limit", "limit")]
    assert report.is_same


def test_a_folder_is_compared_feed_by_feed_without_sitemaps_and_our_own(site: Path) -> None:
    build(load_config(site), NOW)
    feed(site, item(2), item(1))
    feed(site, item(2), home=f"{HOME}tags/%E4%BA%8C/", file="tags/二/index.xml")
    (site / "public/sitemap.xml").write_text("<urlset/>", encoding="utf-8")
    (site / "public/broken.xml").write_text("<rss>", encoding="utf-8")
    report = run(site, site / "public")
    assert [verdict.file for verdict in report.feeds] == ["public/index.xml", "public/tags/二/index.xml"]
    assert told(report) == []
    assert [str(error.at) for error in report.errors] == ["public/broken.xml:1:6"]
    assert not report.is_same


def test_a_post_that_can_not_be_rendered_is_told(site: Path) -> None:
    (site / "feeds").mkdir()
    (site / "feeds/entry.html.j2").write_text("{{ nothing }}", encoding="utf-8")
    report = run(site, feed(site, item(2), item(1)))
    assert len(report.errors) == 2
    assert not report.is_same


def test_a_feed_that_is_not_there_is_told(site: Path) -> None:
    with pytest.raises(ContentError, match=r"can't read .*index\.xml: No such file"):
        run(site, site / "public/index.xml")


def test_a_folder_without_feeds_is_told(site: Path) -> None:
    with pytest.raises(ContentError, match="there is no feed in"):
        run(site, site / "public")


def test_a_feed_of_another_site_is_not_compared(site: Path) -> None:
    with pytest.raises(FeedError, match=r"a feed of http://localhost:1313/, but site\.url is https://shan\.example/"):
        run(site, feed(site, item(1), home="http://localhost:1313/"))


def test_half_a_gigabyte_is_refused_unread(site: Path) -> None:
    path = site / "public/index.xml"
    with path.open("wb") as file:
        os.truncate(file.fileno(), 500_000_000)
    with pytest.raises(FeedError, match="500 MB is too large"):
        run(site, path)

"""A post about a video, in feeds and in mails: YouTube's picture of it, whose size in bytes nobody knows."""

from datetime import UTC, datetime
from pathlib import Path

import feedparser

from publisher.config import load_config
from publisher.content.load import read_site
from publisher.pipeline.build import build
from publisher.pipeline.mail_pictures import make_pictures

NOW = datetime(2026, 3, 1, tzinfo=UTC)
THUMBNAIL = "https://i.ytimg.com/vi/abcdefghijk/hqdefault.jpg"
SITE = '[site]\ntitle = "站"\nurl = "https://e.example/"\ngenerator = "hugo"\nlanguage = "zh-TW"\n'
HEAD = "---\ntitle: 甲\ndate: 2026-02-07\n"


def write(root: Path, post: str) -> None:
    (root / "publisher.toml").write_text(SITE, encoding="utf-8")
    (root / "content/posts").mkdir(parents=True)
    (root / "content/posts/a.md").write_text(post, encoding="utf-8")


def test_a_videos_picture_is_in_the_feed_without_a_length(tmp_path: Path) -> None:
    write(tmp_path, HEAD + "source_url: https://youtu.be/abcdefghijk\n---\n文。\n")
    build(load_config(tmp_path), NOW)

    rss = (tmp_path / "public/feeds/rss.xml").read_bytes()
    (entry,) = feedparser.parse(rss).entries
    (media,) = entry.media_content
    assert (media["url"], media["type"], media["medium"]) == (THUMBNAIL, "image/jpeg", "image")
    assert (media["width"], media["height"]) == ("480", "360")
    assert "filesize" not in media
    assert entry.content[0].value.count(THUMBNAIL) == 1


def test_a_video_that_the_text_embeds_is_shown_once(tmp_path: Path) -> None:
    write(tmp_path, HEAD + "---\n" + "很長的開頭。" * 100 + "\n\n{{< youtube abcdefghijk >}}\n")
    build(load_config(tmp_path), NOW)

    (entry,) = feedparser.parse((tmp_path / "public/feeds/rss.xml").read_bytes()).entries
    assert entry.content[0].value.count(THUMBNAIL) == 1
    assert entry.media_content[0]["url"] == THUMBNAIL


def test_a_videos_picture_is_in_the_mail_without_a_doubt(tmp_path: Path) -> None:
    write(tmp_path, HEAD + "---\n{{< youtube abcdefghijk >}}\n")
    config = load_config(tmp_path)
    posts = read_site(config, NOW).posts
    made = make_pictures(posts, posts[0], config)

    assert made.by_post["posts/a.md"].url == THUMBNAIL
    assert not made.problems
    assert not made.files

"""The next issue is the one that would be sent next, and its links are held against its own site."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from publisher.config import Config, PodcastConfig, load_config
from publisher.content.load import read_site
from publisher.pipeline.issue_lint import known_links
from publisher.pipeline.preview import end_of_week, fingerprint, preview_feeds, preview_issue
from tests.digest_samples import an_issue
from tests.preview_samples import DUE, a_site, write_post, write_template

SITE = "https://shan.example/"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return load_config(a_site(tmp_path))


def manifest(config: Config, now: datetime) -> tuple[str, ...]:
    issue = preview_issue(config, "weekly", now).report.issue
    return issue.manifest if issue else ()


def test_the_week_that_is_due_comes_first_then_the_one_that_is_running(config: Config) -> None:
    assert manifest(config, DUE) == (f"{SITE}posts/rain/", f"{SITE}posts/train/")
    assert preview_issue(config, "weekly", DUE, "coming").week == "coming"
    (config.content_dir / "posts" / "rain.md").unlink()
    (config.content_dir / "posts" / "train.md").unlink()
    assert manifest(config, DUE) == (f"{SITE}posts/coming/",)


def test_a_week_ends_when_the_clock_on_the_wall_says_so(config: Config) -> None:
    berlin = config.newsletters["weekly"].model_copy(update={"timezone": "Europe/Berlin"})
    changed = config.model_copy(update={"newsletters": {"weekly": berlin}})
    end = end_of_week(changed, "weekly", datetime(2026, 10, 23, tzinfo=UTC))  # the clock goes back on the 25th
    assert end.astimezone(ZoneInfo("Europe/Berlin")).strftime("%a %d %H:%M") == "Thu 29 08:00"


def test_what_links_may_lead_to_is_gathered_from_the_site(config: Config) -> None:
    write_post(config.root, "quote", source_url="https://else.example/文")
    write_template(config.root, "blocks/footer.mjml.j2", '<a href="https://social.example/@shan">')
    (config.output_dir / "about").mkdir(parents=True)
    (config.output_dir / "about" / "index.html").write_text("", encoding="utf-8")
    known = known_links(config, an_issue(), read_site(config, DUE).posts)
    pages = (
        "",
        "posts/rain/",
        "posts/rain/?from=mail",
        "feeds/rss.xml",
        "newsletters/weekly/7/",
        "newsletters/weekly/",
        "about/",
    )
    assert all(known.is_page(SITE + page) for page in pages)
    assert not any(known.is_page(SITE + page) for page in ("posts/none/", "../publisher.toml", "about/../about/"))
    assert "https://social.example/@shan" in known.outside


def test_a_preview_of_a_clean_site_has_nothing_to_mend(config: Config) -> None:
    preview = preview_issue(config, "weekly", DUE)
    assert (preview.report.problems, preview.lint) == ((), ())


def test_every_feed_is_there_with_its_documents(config: Config) -> None:
    feeds = preview_feeds(config, DUE + timedelta(days=3)).feeds
    assert [(feed.title, len(feed.documents), len(feed.entries)) for feed in feeds] == [
        ("山城週記", 3, 3),
        ("鐵道 · 山城週記", 3, 1),
    ]
    assert all(length > 0 for feed in feeds for _, length in feed.documents)


def test_the_podcast_is_the_last_feed(config: Config) -> None:
    tone = Path(__file__).parents[2] / "golden" / "maximal" / "site" / "static"
    for name in ("audio/tone.mp3", "images/cover.png"):
        file = config.static_dirs[0] / Path(name).name
        file.write_bytes((tone / name).read_bytes())
    write_post(config.root, "episode", audio="/tone.mp3")
    show = PodcastConfig(title="山城電台", cover="cover.png", category="Arts")
    feeds = preview_feeds(config.model_copy(update={"podcast": show}), DUE).feeds
    assert feeds[-1].title == "山城電台"
    assert [entry.title for entry in feeds[-1].entries] == ["episode"]
    assert feeds[-1].documents[0][0] == "feeds/podcast.xml"


def test_stores_and_output_change_no_fingerprint(config: Config) -> None:
    before = fingerprint(config.root, config)
    (config.root / "publisher.db").write_bytes(b"x")
    config.output_dir.mkdir()
    (config.output_dir / "index.html").write_bytes(b"x")
    assert fingerprint(config.root, config) == before
    (config.content_dir / "posts" / "rain.md").touch()
    assert fingerprint(config.root, config) != before

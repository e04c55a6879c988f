"""Every doubtful thing is named once, with its place."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from publisher.config import load_config
from publisher.errors import ConfigError
from publisher.pipeline import check as recipe
from publisher.pipeline.build import build
from publisher.pipeline.check import CheckReport, check

NOW = datetime(2026, 10, 8, tzinfo=UTC)
SITE = '[site]\ntitle = "山城週記"\nurl = "https://shan.example"\n[feeds]\nlimit = 1\nby = ["tags"]\n'
POST = "---\ntitle: {0}\ndate: 2026-10-{0:02}\n{1}---\n\n{2}\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "publisher.toml").write_text(SITE, encoding="utf-8")
    (tmp_path / "content").mkdir()
    return tmp_path


def post(site: Path, day: int, more: str = "", text: str = "內文。", folder: str = "") -> Path:
    path = site / "content" / folder / f"{day:02}.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(POST.format(day, more, text), encoding="utf-8")
    return path


def run(site: Path, **options: Any) -> CheckReport:
    return check(load_config(site), NOW, **options)


def told(report: CheckReport, *, notes: bool = False) -> list[tuple[str, str]]:
    return [(str(one.at), one.rule) for one in report.problems if notes or one.severity != "note"]


def test_a_sound_site_has_no_problems(site: Path) -> None:
    post(site, 1)
    report = run(site)
    assert (report.problems, report.posts, report.files) == ((), 1, 0)


def test_posts_that_no_feed_shows_are_looked_at_too(site: Path) -> None:
    post(site, 1, text="{{< nowhere >}}")
    post(site, 2)
    assert told(run(site)) == [("content/01.md:6:1", "unknown-shortcode")]


def test_problems_come_by_file_and_place_and_each_once(site: Path) -> None:
    post(site, 2, text="第一\n\n{{< nowhere >}}\n\n{{< elsewhere >}}")
    post(site, 1, "image: /no.png\nsource_url: ftp://x\n")
    (site / "content/00.md").write_text("---\ntitle: a: b\n---\n", encoding="utf-8")
    report = run(site)
    assert [place for place, _ in told(report)] == [
        "content/00.md:2:9",
        "content/01.md:4:8",
        "content/02.md:8:1",
        "content/02.md:10:1",
    ]
    assert len(set(told(report, notes=True))) == len(report.problems)


def test_two_posts_at_one_address_are_told_once(site: Path) -> None:
    post(site, 1, "url: /same/\n")
    post(site, 2, "url: /same/\n")
    assert told(run(site)) == [("content/01.md:4:6", "same-guid")]


def test_drafts_are_not_rendered(site: Path) -> None:
    post(site, 1, "draft: true\n", "{{< nowhere >}}")
    report = run(site)
    assert [problem.rule for problem in report.problems] == ["empty-feed"]
    assert (report.posts, dict(report.left_out)) == (0, {"draft": 1})


def test_a_quick_look_reads_the_front_matter_only(site: Path) -> None:
    post(site, 1, "image: /no.png\n", "{{< nowhere >}}")
    assert [rule for _, rule in told(run(site, quick=True))] == ["missing-image"]


def test_only_what_is_wanted_is_looked_at(site: Path) -> None:
    wanted = post(site, 1, "image: /no.png\n", "{{< nowhere >}}", "a")
    post(site, 2, "image: /no.png\n", "{{< nowhere >}}", "b")
    assert {place.split(":")[0] for place, _ in told(run(site, only=[wanted]))} == {"content/a/01.md"}
    assert {place.split(":")[0] for place, _ in told(run(site, only=[site / "content/b"]))} == {"content/b/02.md"}
    assert run(site, only=[site / "content/b"]).posts == 1


def test_what_is_wanted_must_be_there(site: Path) -> None:
    with pytest.raises(ConfigError, match="there is no"):
        run(site, only=[site / "content/99.md"])


def test_terms_without_a_feed_and_doubtful_episodes_are_told(site: Path) -> None:
    (site / "publisher.toml").write_text(SITE + '[podcast]\ncover = "no.jpg"\ncategory = "Arts"\n', encoding="utf-8")
    post(site, 1, "tags: ['？']\naudio: https://cdn.example/a.mp3\n")
    assert {rule for _, rule in told(run(site))} == {"feed-without-address", "podcast-length", "podcast-cover"}


def test_a_template_that_fails_is_told_once_and_not_for_each_post(site: Path) -> None:
    (site / "feeds").mkdir()
    (site / "feeds/entry.html.j2").write_text("{{ nothing }}", encoding="utf-8")
    for day in (1, 2, 3):
        post(site, day)
    assert [(place.endswith("feeds/entry.html.j2:1:1"), rule) for place, rule in told(run(site))] == [
        (True, "post-not-shown")
    ]


def test_several_processes_find_what_one_finds(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipe, "ALONE", 1)
    monkeypatch.setattr(recipe, "CHUNK", 2)
    for day in range(1, 6):
        post(site, day, "tags: [甲]\n", f"{{{{< nowhere{day} >}}}}")
    steps: list[tuple[int, int]] = []
    alone, together = run(site, processes=1), run(site, processes=2, progress=lambda *step: steps.append(step))
    assert alone == together
    assert (len(told(together)), steps) == (5, [(2, 5), (4, 5), (5, 5)])
    assert dict(together.rules) == {"unknown-shortcode": 5, "E11": 1}


def test_nothing_is_written(site: Path) -> None:
    post(site, 1)
    run(site)
    assert sorted(path.name for path in site.iterdir()) == ["content", "publisher.toml"]


def test_findings_stand_where_their_cause_does(site: Path) -> None:
    text = "一\n\n`<svg>`\n\n  <svg><circle/></svg>\n\n[x](https://a.example/?utm_source=b)\n"
    post(site, 1, 'description: "AT&amp;T"\nid: 12\nlang: 中文\n', text)
    assert told(run(site), notes=True) == [
        ("content/01.md:4:14", "X6"),
        ("content/01.md:5:5", "R7"),
        ("content/01.md:6:7", "L1"),
        ("content/01.md:13:3", "E8"),
        ("content/01.md:15:5", "E9"),
    ]


def test_a_cause_in_a_shortcode_or_template_stands_at_the_shortcode_or_the_text(site: Path) -> None:
    post(site, 1, text='一\n\n{{< figure src="/a.png" alt="a" caption="圖" >}}')
    assert told(run(site), notes=True) == [("content/01.md:8:1", "E2")]
    (site / "feeds").mkdir()
    (site / "feeds/entry.html.j2").write_text('{{ html }}<a href="/x">x</a>', encoding="utf-8")
    post(site, 1)
    assert told(run(site)) == [("content/01.md:6:1", "H4")]


@pytest.mark.parametrize(
    ("front", "line"),
    [
        ('+++\ntitle = "一"\ndate = 2026-10-01\nid = "12"\n+++\n', "4:6"),
        ('{"title": "一",\n"date": "2026-10-01",\n"id": "12"}\n', "3:7"),
        ("---\ntitle: 一\ndate: 2026-10-01\nextra: {id: 5}\nid:   12 # twelve\n---\n", "5:7"),
    ],
)
def test_a_key_is_found_in_every_kind_of_front_matter(site: Path, front: str, line: str) -> None:
    (site / "content/01.md").write_text(front, encoding="utf-8")
    assert told(run(site)) == [(f"content/01.md:{line}", "R7")]


@pytest.mark.parametrize(
    ("rule", "source", "gone"),
    [
        ("H1", "<script>draw()</script>", "draw()"),
        ("H1", "<math><mi>x</mi></math>", "<mi>"),
        ("H1", "<canvas>沒有圖</canvas>", "<canvas"),
        ("H1", '<form action="/subscribe"><input name="mail"></form>', "<form"),
        ("H2", '<iframe src="chart.html"></iframe>', "chart.html"),
        ("H2", '<object data="movie.swf"></object>', "movie.swf"),
        ("H3", '<p style="color: red">紅</p>', "color"),
        ("E8", "<svg><circle r='3'/></svg>", "circle"),
        ("data-picture", "![圖](data:image/png;base64,AAAA)", "AAAA"),
        ("data-picture", '<img alt="圖" src="data:image/png;base64,AAAA">', "AAAA"),
    ],
)
def test_what_rules_say_no_feed_carries_is_in_none(site: Path, rule: str, source: str, gone: str) -> None:
    path = post(site, 1, text=f"一\n\n{source}\n\n二")
    [(place, found)] = told(run(site), notes=True)
    assert (place.rpartition(":")[0], found) == ("content/01.md:8", rule)
    build(load_config(site), NOW)
    feed = (site / "public/feeds/rss.xml").read_text(encoding="utf-8")
    assert gone in path.read_text(encoding="utf-8")
    assert "二" in feed
    assert gone not in feed


def test_posts_that_share_a_file_are_told_apart(tmp_path: Path) -> None:
    toml = SITE.replace("[feeds]", 'generator = "ghost"\ncontent = "."\n[feeds]')
    (tmp_path / "publisher.toml").write_text(toml, encoding="utf-8")
    posts = [
        {
            "title": slug,
            "slug": slug,
            "html": "<svg></svg>",
            "status": "published",
            "published_at": f"2026-10-0{day}T08:00:00Z",
        }
        for day, slug in enumerate(("a", "b"), start=1)
    ]
    (tmp_path / "export.json").write_text(json.dumps({"db": [{"data": {"posts": posts}}]}), encoding="utf-8")
    expected = [("export.json (a):2:1", "E8"), ("export.json (b):2:1", "E8")]
    assert told(run(tmp_path)) == told(run(tmp_path, only=[tmp_path / "export.json"])) == expected


def test_posts_of_one_moment_and_heavy_feeds_are_found_over_all_posts(site: Path) -> None:
    (site / "publisher.toml").write_text(SITE.replace("limit = 1", "limit = 5"), encoding="utf-8")
    post(site, 1, "tags: [甲]\n", "長" * 200_000)
    post(site, 2, "tags: [甲]\nlastmod: 2026-10-02\n")
    (site / "content/03.md").write_text("---\ntitle: 三\ndate: 2026-10-02\ntags: [甲]\n---\n\n三\n", encoding="utf-8")
    problems = run(site).problems
    assert {(str(one.at), one.rule) for one in problems} == {
        ("content/02.md:3:7", "A11"),
        ("publisher.toml:5:1", "C7"),
        ("publisher.toml:1:2", "E11"),
    }


def test_characters_that_xml_forbids_are_told_of_titles_too(site: Path) -> None:
    (site / "content/01.md").write_text('---\ntitle: "a\\u0008b"\ndate: 2026-10-01\n---\n', encoding="utf-8")
    [problem] = run(site).problems
    assert str(problem).startswith('content/01.md:2:8: title holds U+0008 at character 1 after "a": left out')


def test_what_is_ignored_must_be_a_rule(site: Path) -> None:
    post(site, 1, "id: 12\n")
    toml = site / "publisher.toml"
    toml.write_text(SITE + '[check]\nignore = ["R7", "M99"]\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r'check\.ignore: there is no rule "M99"') as caught:
        run(site)
    assert str(caught.value.at) == "publisher.toml:8:1"
    toml.write_text(SITE + '[check]\nignore = ["R7"]\n', encoding="utf-8")
    assert run(site).problems == ()


def test_readers_and_platforms_must_be_known(site: Path) -> None:
    with pytest.raises(ConfigError, match='there is no reader "opera"'):
        run(site, readers=["opera"])
    with pytest.raises(ConfigError, match='there is no platform "msn"'):
        run(site, platforms=["msn"])


def test_what_says_more_about_a_picture_is_told_alone(site: Path) -> None:
    post(site, 1, "image: /no.png\nimage_alt: 山\n")
    assert told(run(site), notes=True) == [("content/01.md:4:8", "missing-image")]


def test_a_podcast_is_held_against_apple_and_spotify_without_being_asked(site: Path) -> None:
    podcast = '[podcast]\ncover = "https://cdn.example/c.jpg"\ncategory = "Arts"\n'
    (site / "publisher.toml").write_text(SITE + podcast, encoding="utf-8")
    audio = "audio: {{ url: 'https://cdn.example/{}', length: 5, type: {} }}\nauthor: 林\n"
    post(site, 1, audio.format("%E5%9F%8E.mp3", "audio/mpeg"))
    post(site, 2, audio.format("2.mov", "video/quicktime"))
    rules = {rule for _, rule in told(run(site))}
    assert rules == {"podcast-cover", "podcast-address", "podcast-spotify-type"}
    assert {rule for _, rule in told(run(site, platforms=["apple"]))} == {"podcast-cover", "podcast-address"}

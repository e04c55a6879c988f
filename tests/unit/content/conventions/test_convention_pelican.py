from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.content.conventions.pelican_headers import parse_headers
from publisher.content.conventions.slugs import ascii_slug
from publisher.errors import ConfigError
from tests.convention_sites import Folder, folder_of

if TYPE_CHECKING:
    from pathlib import Path

CONF = 'PATH = "content"\nDEFAULT_LANG = "zh"\n'


def pelican(root: Path, articles: dict[str, str], conf: str = CONF) -> Folder:
    return folder_of(root, "pelican", {"pelicanconf.py": conf, **{f"content/{k}": v for k, v in articles.items()}})


def test_headers_end_at_a_blank_line_and_the_body_keeps_its_place() -> None:
    front = parse_headers("Title: 一: 二\nTags: a\n    b\nEmpty:\n\n內文: 不是標頭\n", "x.md")
    assert front.values == {"title": "一: 二", "tags": ["a", "b"], "empty": ""}
    assert front.split.body == "內文: 不是標頭\n"
    assert front.split.body_line == 6


def test_a_text_without_headers_is_all_body() -> None:
    front = parse_headers("只是 一段文字\nTitle: 不算\n", "x.md")
    assert front.values == {}
    assert front.split.body.startswith("只是")
    assert front.split.body_line == 1


def test_a_fenced_head_that_is_no_yaml_is_read_line_by_line() -> None:
    front = parse_headers("---\nTitle: a: b\nDate: 2026-01-01\n---\n內文\n", "x.md")
    assert front.values == {"title": "a: b", "date": "2026-01-01"}
    assert front.split.body == "內文\n"


def test_an_address_is_filled_in_without_running_anything(tmp_path: Path) -> None:
    conf = CONF + 'ARTICLE_URL = "{date:%Y}/{date:%-m}/{category}/{slug}/"\nTIMEZONE = "Asia/Taipei"\n'
    folder = pelican(tmp_path, {"旅/a.md": "Title: 山\nDate: 2026-02-01\n\nx"}, conf)
    assert folder.path("旅/a.md") == "/2026/2/lu/shan/"


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("{slug.__class__}", "ARTICLE_URL asks for {slug.__class__}"),
        ("{nothing}", "ARTICLE_URL asks for {nothing}"),
        ("{date:%b}", "depends on the machine's language"),
        ("{slug", "ARTICLE_URL can't be filled in"),
        ("{}", "ARTICLE_URL asks for {"),
    ],
)
def test_a_pattern_that_no_article_can_fill_is_a_problem(tmp_path: Path, pattern: str, message: str) -> None:
    conf = f"{CONF}ARTICLE_URL = {pattern!r}\n"
    folder = pelican(tmp_path, {"a.md": "Title: 山\nDate: 2026-02-01\n\nx"}, conf)
    assert folder.site().posts == ()
    assert message in folder.said()[0]
    assert folder.said()[0].startswith("content/a.md:1:")


def test_a_computed_setting_is_not_run_and_said_so(tmp_path: Path) -> None:
    conf = CONF + "ARTICLE_URL = open('touched', 'w').name\nOTHER = print('x')\n"
    folder = pelican(tmp_path, {"a.md": "Title: a\nDate: 2026-02-01\n\nx"}, conf)
    assert folder.path("a.md") == "/a.html"
    assert folder.said() == ["pelicanconf.py:3: ARTICLE_URL is computed: configuration is read, never run"]
    assert not (tmp_path / "touched").exists()


@pytest.mark.parametrize("conf", ["PATH = (\n", "PATH = 5\n", "ARTICLE_PATHS = 'x'\n"])
def test_a_broken_configuration_is_located(tmp_path: Path, conf: str) -> None:
    with pytest.raises(ConfigError) as caught:
        pelican(tmp_path, {"a.md": "Title: a\nDate: 2026-02-01\n\nx"}, conf).site()
    assert str(caught.value).startswith("pelicanconf.py")


def test_a_substitution_that_is_no_pattern_is_a_problem(tmp_path: Path) -> None:
    conf = CONF + "SLUG_REGEX_SUBSTITUTIONS = [('(', '')]\n"
    folder = pelican(tmp_path, {"a.md": "Title: a\nDate: 2026-02-01\n\nx"}, conf)
    assert folder.site().posts == ()
    assert "SLUG_REGEX_SUBSTITUTIONS" in folder.said()[0]


def test_a_bad_date_and_a_bad_pattern_spoil_only_their_article(tmp_path: Path) -> None:
    articles = {"bad.md": "Title: a\nDate: 2026-13-45\n\nx", "good.md": "Title: b\nDate: 2026-02-01 10:00\n\nx"}
    folder = pelican(tmp_path, articles)
    assert folder.only().title == "b"
    assert folder.said()[0].startswith("content/bad.md:2:")


def test_links_to_articles_and_files_are_resolved(tmp_path: Path) -> None:
    head = "Title: {}\nDate: 2026-02-01\n\n"
    body = (
        '[a]({filename}b.md#x) ![p]({static}/images/一 張.png) <a href="|filename|b.md">b</a> [沒有]({filename}no.md)'
    )
    folder = pelican(tmp_path, {"a.md": head.format("A") + body, "b.md": head.format("B") + "x"})
    made = folder.render("a.md").html
    assert 'href="https://a.example/b.html#x"' in made
    assert 'src="https://a.example/images/%E4%B8%80%20%E5%BC%B5.png"' in made
    assert "{filename}" not in made
    assert "|filename|" not in made


def test_slugs_are_in_latin_letters() -> None:
    assert ascii_slug("奧特曼談：Codex 5.3") == "ao-te-man-tan-codex-5-3"

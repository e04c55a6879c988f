"""Jekyll's and Pelican's own answers about small sites, compared with what is read here (tests/judges/conventions)."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

import pytest
from lxml import html

from publisher import templates
from publisher.config import Config, parse_config
from publisher.content.load import Renderer, read_pages, read_site

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from publisher.model.post import Post

FOLDER = Path(__file__).parent / "conventions"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
CASES = [
    (tool, path.stem) for tool in ("jekyll", "pelican") for path in sorted((FOLDER / tool / "expected").glob("*.json"))
]
URLS = {"jekyll": "https://shancheng.example/blog", "pelican": "https://shancheng.example"}


def answers(tool: str, case: str) -> dict[str, dict[str, Any]]:
    loaded = json.loads((FOLDER / tool / "expected" / f"{case}.json").read_text(encoding="utf-8"))
    return {answer["file"]: answer for answer in loaded}


def site_of(tool: str, case: str, tmp_path: Path) -> Config:
    """A copy of the tool's site with one more configuration laid on top, as the tool itself was given it."""
    root = tmp_path / "site"
    shutil.copytree(FOLDER / tool / "site", root)
    url = URLS[tool]
    if tool == "jekyll":
        over = (FOLDER / tool / "configs" / f"{case}.yml").read_text(encoding="utf-8")
        config = root / "_config.yml"
        replaced = [line for line in config.read_text(encoding="utf-8").splitlines() if line.split(":")[0] not in over]
        config.write_text("\n".join((*replaced, over)), encoding="utf-8")
        url = "https://shancheng.example" if "baseurl" in over else url
    else:
        shutil.copy(FOLDER / tool / "configs" / f"{case}.py", root / "publishconf.py")
    return parse_config(f'[site]\ntitle = "山城"\nurl = "{url}"\ngenerator = "{tool}"\n', root / "publisher.toml")


def posts_of(config: Config) -> dict[str, Post]:
    """What readers are shown: never a post to come, whatever the tool does about it."""
    return {post.key: post for post in read_site(config, NOW).posts}


@pytest.mark.parametrize(("tool", "case"), CASES)
def test_the_same_posts_are_public(tool: str, case: str, tmp_path: Path) -> None:
    pages = read_pages(site_of(tool, case, tmp_path), NOW).pages
    shown = [page.file.key for page in pages if not page.hidden and page.dates.date]
    assert sorted(shown) == sorted(answers(tool, case))


@pytest.mark.parametrize(("tool", "case"), CASES)
def test_addresses_titles_and_dates_are_those_of_the_tool(tool: str, case: str, tmp_path: Path) -> None:
    posts = posts_of(site_of(tool, case, tmp_path))
    for key, post in posts.items():
        answer = answers(tool, case)[key]
        assert unquote(post.url) == unquote(answer["url"]), key
        assert post.title == answer["title"], key
        assert post.published == datetime.fromisoformat(answer["date"]), key


@pytest.mark.parametrize(("tool", "case"), CASES)
def test_terms_and_authors_are_those_of_the_tool(tool: str, case: str, tmp_path: Path) -> None:
    posts = posts_of(site_of(tool, case, tmp_path))
    for key, post in posts.items():
        answer = answers(tool, case)[key]
        assert list(post.tags) == answer["tags"], key
        if tool == "pelican":
            assert [author.name for author in post.authors] == answer["authors"], key
            assert list(post.categories) == [answer["category"]], key
            changed = answer["modified"] or answer["date"]
            assert post.updated == datetime.fromisoformat(changed), key
            assert post.language == answer["lang"]
        else:
            assert list(post.categories) == answer["categories"], key
            assert post.params["mood"] == answer["mood"], key
            assert post.authors[0].name == (answer["author"] or "沈青"), key


@pytest.mark.parametrize(
    ("tool", "case"), [("jekyll", "date"), ("jekyll", "flags"), ("pelican", "plain"), ("pelican", "basename")]
)
def test_the_html_says_the_same(tool: str, case: str, tmp_path: Path) -> None:
    config = site_of(tool, case, tmp_path)
    renderer = Renderer(config, "feed", templates.environment(templates.FEEDS, config.root))
    posts = posts_of(config)
    for key, post in posts.items():
        answer = answers(tool, case)[key]
        rendered = renderer.render(post)
        assert not rendered.problems, (key, rendered.problems)
        assert bare(rendered.html, config.site.url) == bare(answer["content"], config.site.url), key


def bare(source: str, base_url: str) -> list[str]:
    """Text, links and pictures of an HTML fragment, in order: what every Markdown agrees about."""
    tree = cast("HtmlElement", html.fragment_fromstring(source, create_parent="div"))
    for lines in tree.xpath("//pre[@class='lineno']"):
        lines.drop_tree()
    for frame in tree.xpath("//iframe | //p[@data-embed] | //a[img][contains(@href, 'youtube')]"):
        frame.drop_tree()
    found = []
    for element in tree.iter():
        if element.tag in {"a", "img"}:
            address = element.get("href") or element.get("src") or ""
            host = re.match(r"https?://[^/]+", base_url)
            assert host
            address = address if "//" in address else host[0] + address
            found.append(f"{element.tag} {unquote(address)} {element.get('alt') or ''}")
    return [*found, " ".join(tree.text_content().split())]


def test_jekyll_sums_a_post_up_by_its_first_paragraph(tmp_path: Path) -> None:
    posts = posts_of(site_of("jekyll", "date", tmp_path))
    assert posts["_posts/2026-02-03-plain-post.md"].description == "第一段，重點在這裡。"
    assert posts["_posts/2026-01-10-中文 檔名！.md"].description == "手寫的摘要"


def test_an_include_that_frames_a_video_becomes_a_link_card(tmp_path: Path) -> None:
    config = site_of("jekyll", "date", tmp_path)
    post = posts_of(config)["_posts/2026-01-05-included.md"]
    made = Renderer(config, "feed", templates.environment(templates.FEEDS, config.root)).render(post).html
    assert 'href="https://www.youtube.com/watch?v=dQw4w9WgXcQ"' in made
    assert "iframe" not in made
    assert "筆記：帶著走（有內嵌）" in made


def test_pelican_says_why_it_would_skip_an_article(tmp_path: Path) -> None:
    site = read_site(site_of("pelican", "plain", tmp_path), NOW)
    said = {str(problem.at).partition(":")[0]: problem.message for problem in site.problems}
    assert "no title" in said["content/untitled.md"]
    assert "no date" in said["content/undated.md"]
    assert "no such status" in said["content/bad-status.md"]
    assert site.left_out == {"draft": 1, "future": 1, "other language": 1, "undated": 1, "unlisted": 2}

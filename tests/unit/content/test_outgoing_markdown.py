"""Markdown that leaves the site in source:markdown: nothing hidden leaves with it, and every address holds outside."""

from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest
from lxml import etree

from publisher.config import load_config
from publisher.content.markdown.outgoing import outgoing_markdown
from publisher.pipeline.build import build
from publisher.syndication.feedgen_repairs import SOURCE

NOW = datetime(2026, 10, 8, tzinfo=UTC)


def out(text: str, html: str = "", *addresses: str, **pieces: str) -> str:
    return outgoing_markdown(text, html, pieces, addresses, lambda address: f"https://x.example/{address}").strip()


def test_links_pictures_references_and_tags_become_absolute() -> None:
    text = '[a](a.html "t") ![b](<b.png>) [c][1] <img alt="x" src="d.png"> [e](/e/)\n\n[1]: c/\n'
    assert out(text, "", "a.html", "b.png", "c/", "d.png", "/e/") == (
        '[a](https://x.example/a.html "t") ![b](<https://x.example/b.png>) [c][1] '
        '<img alt="x" src="https://x.example/d.png"> [e](https://x.example//e/)\n\n[1]: https://x.example/c/'
    )


def test_what_only_looks_like_a_link_stays_as_it_is() -> None:
    assert out("`[a](a.html)` and [b](#b)", "", "#b") == "`[a](a.html)` and [b](#b)"


def test_an_address_is_recognised_however_it_is_written() -> None:
    assert out("![](圖.png)", "", "%E5%9C%96.png") == "![](https://x.example/圖.png)"
    assert out("[](a_(b).html)", "", "a_(b).html") == "[](https://x.example/a_(b).html)"
    assert out("[](a?b=1&amp;c=2)", "", "a?b=1&c=2") == "[](https://x.example/a?b=1&amp;c=2)"


@pytest.mark.parametrize("hidden", ["<!-- 秘密 -->", "<!-- 秘密", "<script>秘密</script>", "<STYLE a>秘密</style >"])
def test_what_nobody_sees_stays_at_home(hidden: str) -> None:
    assert out(f"前\n{hidden}", "<p>前</p>") == "前"


def test_a_comment_that_is_shown_as_code_stays() -> None:
    text = "```html\n<!-- shown -->\n```\n<!-- hidden -->"
    assert out(text, "<pre><code>&lt;!-- shown --&gt;\n</code></pre>") == "```html\n<!-- shown -->\n```"


def test_shortcodes_are_what_they_show() -> None:
    assert out("前\n\nhbsc1x\n", "", hbsc1x="<p><a href='https://v.example/'>hbsc2x</a></p>\n", hbsc2x="看") == (
        "前\n\n<p><a href='https://v.example/'>看</a></p>"
    )


SITE = """
[site]
title = "港"
url = "https://gang.example/"
[feeds]
pages = false
markdown = true
"""
POST = """---
title: 一
date: 2026-10-01
---
**粗** [壞](javascript:alert(1)) ![圖](pic.png)

{{< youtube dQw4w9WgXcQ >}}

<!-- 只給自己看 -->
]]> &amp; <b>x</b>
"""


def markdown_of(root: Path) -> list[str | None]:
    tree = etree.parse(root / "public/feeds/rss.xml")
    return [element.text for element in tree.iter(f"{{{SOURCE}}}markdown")]


def a_site(root: Path, settings: str) -> Path:
    (root / "content").mkdir()
    (root / "publisher.toml").write_text(settings, encoding="utf-8")
    (root / "content/one.md").write_text(POST, encoding="utf-8")
    build(load_config(root), NOW)
    return root


def test_rss_feeds_carry_the_markdown_where_they_are_asked_to(tmp_path: Path) -> None:
    root = a_site(tmp_path, SITE)
    [text] = markdown_of(root)
    assert text
    assert text.startswith("**粗** [壞](https://gang.example/one/) ![圖](https://gang.example/one/pic.png)\n")
    assert '<a href="https://www.youtube.com/watch?v=dQw4w9WgXcQ"' in text
    assert "只給自己看" not in (root / "public/feeds/rss.xml").read_text("utf-8")
    assert text.endswith("]]> &amp; <b>x</b>\n")
    parsed = feedparser.parse((root / "public/feeds/rss.xml").read_bytes())
    assert not parsed.bozo
    assert "<strong>粗</strong>" in parsed.entries[0].content[0].value
    assert not list(etree.parse(root / "public/feeds/atom.xml").iter(f"{{{SOURCE}}}markdown"))


@pytest.mark.parametrize("more", ['content = "summary"', 'content = "teaser"'])
def test_a_feed_of_summaries_carries_no_markdown(tmp_path: Path, more: str) -> None:
    assert markdown_of(a_site(tmp_path, f"{SITE}{more}\n")) == []


def test_without_being_asked_no_feed_speaks_of_markdown(tmp_path: Path) -> None:
    root = a_site(tmp_path, SITE.replace("markdown = true", ""))
    assert b"source.scripting.com" not in (root / "public/feeds/rss.xml").read_bytes()

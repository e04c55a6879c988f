import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from publisher.content.html.characters import FORBIDDEN
from tests.unit.content.site_maker import render_body

HEAD = "---\ntitle: 乙\nslug: other\n---\n"


def picture() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (4, 3), "teal").save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    "body",
    [
        "> " * 5000 + "x",
        "- " * 5000 + "x",
        "*" * 20_000,
        "[" * 20_000,
        "**a " * 10_000,
        "x" * 1_000_000,
        "字" * 1_000_000,
        "<div>" * 5000,
        "`" * 20_000,
        "![" * 10_000,
        "https://a.b/" * 20_000,
        "{{< a " * 1000,
        "{{< a >}}" * 2000 + "{{< /a >}}" * 2000,
        '"' * 20_000,
        "a" + "\u0000\ufffe\x08" + "b",
        "\n".join("  " * depth + "- x" for depth in range(300)),
        "|a" * 5000 + "|\n" + "|-" * 5000 + "|\n",
        "&" * 50_000,
        "<!--" * 5000,
        "[^1]" * 3000 + "\n\n[^1]: x\n",
    ],
    ids=lambda body: body[:8].replace("\x00", "0"),
)
def test_no_body_breaks_the_renderer(tmp_path: Path, body: str) -> None:
    if "\0" in body:
        body = body.replace("\0", "")
    rendered = render_body(tmp_path, body)

    assert "{{<" not in rendered.html
    assert "\x08" not in rendered.html + rendered.text


@pytest.mark.parametrize("body", ["> " * 600 + "x", "<div>" * 3000 + "x", "<b>" * 20_000 + "x"])
def test_what_is_nested_too_deep_is_told(tmp_path: Path, body: str) -> None:
    assert [problem.rule for problem in render_body(tmp_path, body).problems] == ["nested-too-deep"]


def test_many_elements_beside_each_other_are_not_deep(tmp_path: Path) -> None:
    assert not render_body(tmp_path, "> x\n\n" * 2000).problems


def test_what_goes_out_is_clean(tmp_path: Path) -> None:
    body = (
        '<script>a()</script><p onclick="b()" style="x">甲</p><form><input name="c"><button>丁</button></form>'
        '<a href="javascript:d()">乙</a><a href="data:text/html,x">丙</a><img src="/p.gif" width="1" height="1">'
        '<img src="x.png" onerror="e()"><object data="f.swf"></object><svg onload="g()"></svg><style>h{}</style>'
        '<iframe src="javascript:i()"></iframe><iframe src="https://www.youtube.com/embed/abcdefg?start=9"></iframe>'
        "<base href='https://evil.example/'><meta http-equiv='refresh' content='0'><link rel='stylesheet' href='/x'>\n"
    )
    html = render_body(tmp_path, body).html

    words = """script onclick onerror onload style form input button> data: p.gif object svg iframe base meta link"""
    for word in words.split():
        assert word not in html
    assert '<a href="https://www.youtube.com/watch?v=abcdefg&amp;t=9s">' in html
    assert '<img src="https://example.tw/blog/posts/a/x.png">' in html


def test_characters_that_xml_forbids_are_left_out_and_reported(tmp_path: Path) -> None:
    rendered = render_body(tmp_path, "一\n二\x08三\n")

    assert "二三" in rendered.html
    assert [(str(problem.at), problem.rule) for problem in rendered.problems] == [
        ("content/posts/a.md:6:2", "forbidden-character")
    ]


@pytest.mark.parametrize("reference", ["&#1;", "&#x1F;", "&#65535;", "<b>&#x0B</b>"])
def test_a_reference_to_a_forbidden_character_breaks_nothing(tmp_path: Path, reference: str) -> None:
    rendered = render_body(tmp_path, f'甲 "{reference}" https://a.tw/x\n\n{reference}\n')

    assert "https://a.tw/x</a>" in rendered.html
    assert not FORBIDDEN.search(rendered.html + rendered.text)


def test_a_link_to_a_file_with_a_chinese_name_leads_to_its_post(tmp_path: Path) -> None:
    html = render_body(tmp_path, "[一](文章.md) [二](<文 章.md#頭>)\n", files={
        "content/posts/文章.md": HEAD, "content/posts/文 章.md": HEAD.replace("other", "another"),
    }).html  # fmt: skip

    assert 'href="https://example.tw/blog/posts/other/"' in html
    assert 'href="https://example.tw/blog/posts/another/#%E9%A0%AD"' in html


@pytest.mark.parametrize(
    "body",
    [
        '{{< open >}}\n\n甲 "乙" **丙**\n\n{{< close >}}\n',
        '<div class="box">\n\n甲 "乙" **丙**\n\n</div>\n',
        '{{< box >}}\n甲 "乙" **丙**\n{{< /box >}}\n',
    ],
    ids=["opened by one and closed by another", "no shortcode", "around a text"],
)
def test_a_box_is_the_same_whoever_opens_and_closes_it(tmp_path: Path, body: str) -> None:
    files: dict[str, str | bytes] = {
        "layouts/shortcodes/open.html": '<div class="box">',
        "layouts/shortcodes/close.html": "</div>",
        "layouts/shortcodes/box.html": '<div class="box">{{ .Inner | markdownify }}</div>',
    }
    html = render_body(tmp_path, body, files=files).html

    assert re.sub(r"\s*(</?(?:div|p)>)\s*", r"\1", html).replace("<p>", "").replace("</p>", "") == (
        "<div>甲 “乙” <strong>丙</strong></div>"
    )


def test_the_text_of_a_feed_is_enough_to_begin_with(tmp_path: Path) -> None:
    body = "一二三四五六七八九。\n\n" * 1000
    feed, text = render_body(tmp_path, body).text, render_body(tmp_path, body, "text").text

    assert text.startswith(feed)
    assert 600 <= len(feed) < len(text)


def test_every_address_is_absolute(tmp_path: Path) -> None:
    body = (
        "[根](/x/) [已](/blog/y/) [鄰](../b/) [錨](#頭) [檔](b.md) ![旁](loose.png) ![靜](s.png) ![無](no.png)\n\n"
        '<img srcset="/a.png 1x, b.png 2x" src="//cdn.example/c.png"><video poster="/p.png"></video>\n\n## 頭\n'
    )
    files: dict[str, str | bytes] = {
        "content/posts/b.md": HEAD,
        "content/posts/loose.png": picture(),
        "static/s.png": picture(),
    }
    html = render_body(tmp_path, body, files=files).html

    site = "https://example.tw/blog/"
    below = ("x/", "y/", "posts/b/", "posts/a/#%E9%A0%AD", "posts/other/", "posts/loose.png", "s.png", "posts/a/no.png")
    others = (f"{site}a.png 1x, {site}posts/a/b.png 2x", "https://cdn.example/c.png", f"{site}p.png")
    for link in (*(site + path for path in below), *others):
        assert f'"{link}"' in html


def test_ids_never_clash_and_mails_keep_only_those_of_footnotes(tmp_path: Path) -> None:
    body = "## 標題\n\n文[^1]\n\n[^1]: 註\n"
    feed, mail = render_body(tmp_path, body).html, render_body(tmp_path, body, "email").html

    prefix = feed.split('<h2 id="')[1].split("-")[0]
    assert f'<h2 id="{prefix}-標題">' in feed
    assert f'<a href="#{prefix}-fn:1">' in mail
    assert f'id="{prefix}-fn:1"' in mail
    assert "<h2>標題</h2>" in mail


def test_plain_text_holds_no_embeds(tmp_path: Path) -> None:
    body = "前**文**\n\n{{< youtube abcdefg >}}\n\n- 一\n- 二\n\n![圖](/x.png)\n\n| a | b |\n|--|--|\n| 1 | 2 |\n"
    text = render_body(tmp_path, body, "text").text

    assert text == "前文\n\n- 一\n- 二\n\na | b\n1 | 2"
    assert render_body(tmp_path, body, "feed").text == text


def test_task_lists_are_boxes_in_feeds_and_characters_in_mails(tmp_path: Path) -> None:
    body = "- [x] 完成\n- [ ] 未做\n"

    assert render_body(tmp_path, body).html.count('type="checkbox"') == 2
    assert "☑ 完成" in render_body(tmp_path, body, "email").html


def test_what_stands_above_the_more_mark_is_the_lead(tmp_path: Path) -> None:
    rendered = render_body(tmp_path, "開頭**一**\n\n{{< youtube abcdefg >}}\n\n二<!--more-->三\n")

    assert rendered.lead == "開頭一\n\n二"
    assert "more" not in rendered.html
    assert not render_body(tmp_path, "沒有 <!-- more --> 標記\n").lead

"""What a post's HTML must be rid of, and where its links lead, before it leaves the site."""

import re
from pathlib import Path

import pytest

from publisher import templates
from publisher.content.html.trackers import is_tracker
from publisher.content.load import render_post
from tests.unit.content.site_maker import read, render_body, write_site

PAGE = "https://example.tw/blog/posts/a/"
NOTE = "## 標題\n\n文[^1]又[^1]，見[上](#標題)\n\n[^1]: 註\n"


def test_links_inside_a_post_lead_to_its_own_page_in_feeds(tmp_path: Path) -> None:
    html = render_body(tmp_path, NOTE).html

    assert f'href="{PAGE}#%E6%A8%99%E9%A1%8C"' in html
    assert html.count(f'href="{PAGE}#fn:1"') == 2
    assert f'href="{PAGE}#fnref:1"' in html
    assert f'href="{PAGE}#fnref1:1"' in html
    assert 'href="#' not in html


def test_footnotes_are_followed_on_the_spot_in_mails(tmp_path: Path) -> None:
    html = render_body(tmp_path, NOTE, "email").html

    prefix = html.split('href="#')[1].partition("-")[0]
    assert html.count(f'href="#{prefix}-fn:1"') == 2
    assert f'<li id="{prefix}-fn:1">' in html
    assert f'href="{PAGE}#%E6%A8%99%E9%A1%8C"' in html


def test_two_posts_in_one_mail_share_no_id(tmp_path: Path) -> None:
    other = {"content/posts/b.md": "---\ntitle: 乙\ndate: 2026-02-07\n---\n" + NOTE}
    config = write_site(tmp_path, {"content/posts/a.md": "---\ntitle: 甲\ndate: 2026-02-07\n---\n" + NOTE, **other})
    env = templates.environment(templates.FEEDS, tmp_path)
    first, second = (
        re.findall(r' id="([^"]+)"', render_post(post, config, "email", env).html) for post in read(config).posts
    )

    assert len(first) == len(second) == 3
    assert not set(first) & set(second)


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ('<img src="data:image/gif;base64,R0" data-src="/x.png">', "x.png"),
        ('<img src="/blank.png" data-original="/x.png" class="lazy">', "x.png"),
        ('<img data-lazy-src="https://cdn.example/x.png">', "https://cdn.example/x.png"),
        ('<img srcset="data:image/gif;base64,R0 1w" data-srcset="/x.png 2x">', "x.png 2x"),
        ('<video data-poster="/p.png" data-src="/v.mp4"></video>', "v.mp4"),
        ('<iframe src="about:blank" data-src="https://www.youtube.com/embed/abcdefg"></iframe>', "watch?v=abcdefg"),
    ],
)
def test_what_a_script_would_load_later_is_there_at_once(tmp_path: Path, written: str, address: str) -> None:
    html = render_body(tmp_path, written + "\n").html

    expected = address if "//" in address or "watch" in address else f"https://example.tw/blog/{address}"
    assert expected in html
    assert "data:" not in html
    assert "blank" not in html


def test_a_picture_in_the_text_itself_is_left_out_and_told(tmp_path: Path) -> None:
    pictures = '![圖](data:image/png;base64,iVBORw0KGgo=)後 <img alt="二" src="data:image/gif;base64,R0">'
    body = f"前\n\n{pictures}\n\n`![](data:x)`\n"
    rendered = render_body(tmp_path, body)

    assert rendered.html == "<p>前</p>\n<p>後 </p>\n<p><code>![](data:x)</code></p>"
    assert [(str(problem.at), problem.rule) for problem in rendered.problems] == [
        ("content/posts/a.md:7:6", "data-picture"),
        ("content/posts/a.md:7:61", "data-picture"),
    ]


def test_a_lazy_address_that_is_a_script_stays_where_it_is(tmp_path: Path) -> None:
    assert "javascript" not in render_body(tmp_path, '<img src="/x.png" data-src="javascript:a()">\n').html


@pytest.mark.parametrize(
    "image",
    [
        '<img src="/p.gif" width="1" height="1">',
        '<img src="/p.gif" style="display: none">',
        '<img src="/p.gif" style="border:0;width:1px">',
        '<img src="https://www.facebook.com/tr?id=1&ev=PageView&noscript=1">',
        '<img src="https://www.google-analytics.com/collect?v=1">',
        '<img src="https://stats.example/matomo.php?idsite=1">',
        '<img src="">',
    ],
)
def test_pictures_that_count_readers_are_left_out(tmp_path: Path, image: str) -> None:
    assert render_body(tmp_path, f"前{image}後\n").html == "<p>前後</p>"


@pytest.mark.parametrize(
    "address", ["https://www.facebook.com/photo.jpg", "/matomo.png", "https://t.co/x.png", "//[", "https://e.tw/w.jpg"]
)
def test_other_pictures_stay(address: str) -> None:
    assert not is_tracker(address)


@pytest.mark.parametrize("scheme", ["javascript", "JaVaScRiPt", "data", "vbscript", "java\tscript", "&#106;avascript"])
def test_links_run_no_programs(tmp_path: Path, scheme: str) -> None:
    html = render_body(tmp_path, f'<a href="{scheme}:alert(1)">甲</a> [乙]({scheme}:alert(1))\n').html

    assert all(address.startswith("https://example.tw/") for address in re.findall(r'href="([^"]*)"', html))


@pytest.mark.parametrize(
    "path", ["/javascript:a()", "/https://other.example/", "/a://[", "x/data:y", "//[", "http://[x"]
)
def test_a_path_that_looks_like_another_scheme_stays_on_the_site(tmp_path: Path, path: str) -> None:
    html = render_body(tmp_path, f'<a href="{path}">甲</a><img src="{path}">\n').html

    assert not re.findall(r'(?:href|src)="(?!https://example\.tw/|https?://\[|//\[|http://%5B)[^"]*"', html)

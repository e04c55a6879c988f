"""The picture of a post that names none, and the pictures that may not be on the site."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from publisher.model.post import Post
from tests.unit.content.site_maker import TOML, read, write_site

THUMBNAIL = "https://i.ytimg.com/vi/abcdefghijk/hqdefault.jpg"


def picture(kind: str = "PNG", width: int = 400) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (width, 30), "teal").save(buffer, kind)
    return buffer.getvalue()


def post_of(root: Path, body: str, head: str = "", files: dict[str, str | bytes] | None = None) -> Post:
    text = f"---\ntitle: 甲\ndate: 2026-02-07\n{head}---\n{body}\n"
    site = read(write_site(root, {"content/posts/a/index.md": text, **(files or {})}))
    assert not site.problems
    return site.posts[0]


@pytest.mark.parametrize(
    ("body", "head"),
    [
        ("文", "source_url: https://www.youtube.com/watch?v=abcdefghijk&t=3\n"),
        ("文", "source_url: https://youtu.be/abcdefghijk\n"),
        ("文\n\n{{< youtube abcdefghijk >}}\n\n{{< youtube 12345678901 >}}", ""),
        ('{{< youtube id="abcdefghijk" start="30" >}}', ""),
        ("{{< youtube-lite title='x' >}}\n{{< youtube class=\"c\" id=abcdefghijk >}}", ""),
        ("{{% youtube abcdefghijk %}}", "source_url: https://other.example/\n"),
        ('<iframe width="9" src="https://www.youtube-nocookie.com/embed/abcdefghijk?rel=0"></iframe>', ""),
        ("```\n{{< youtube 12345678901 >}}\n```\n{{< youtube abcdefghijk >}}", ""),
    ],
)
def test_a_post_about_a_video_gets_its_picture(tmp_path: Path, body: str, head: str) -> None:
    hero = post_of(tmp_path, body, head).hero

    assert hero is not None
    assert (hero.url, hero.mime_type, hero.width, hero.height, hero.length_bytes) == (
        THUMBNAIL,
        "image/jpeg",
        480,
        360,
        0,
    )


@pytest.mark.parametrize(
    "body", ["文", "{{< youtube tooshort >}}", "{{< vimeo 12345678901 >}}", "`{{< youtube abcdefghijk >}}`"]
)
def test_a_post_about_no_video_has_no_picture(tmp_path: Path, body: str) -> None:
    assert post_of(tmp_path, body, "source_url: https://www.youtube.com/@channel\n").hero is None


def test_pictures_of_videos_can_be_switched_off(tmp_path: Path) -> None:
    toml = TOML + 'generator = "hugo"\nyoutube_hero = false\n'

    assert post_of(tmp_path, "{{< youtube abcdefghijk >}}", files={"publisher.toml": toml}).hero is None


@pytest.mark.parametrize(
    "body",
    [
        "![大](big.png)",
        "![小](small.png) ![大](big.png)",
        "![無](missing.png)\n\n![大](<big.png> '名')",
        "![遠](https://cdn.example/x.webp)\n![大](big.png)",
        "`![碼](other.png)` <img class='a' src='big.png'>",
        '```md\n![碼](other.png)\n```\n{{< figure class="x" src="big.png" >}}',
        "![資](data:image/png;base64,AAAA)![大](./big.png){{< youtube abcdefghijk >}}",
    ],
)
def test_the_first_picture_of_the_text_that_would_do_stands_for_the_post(tmp_path: Path, body: str) -> None:
    files: dict[str, str | bytes] = {
        "content/posts/a/big.png": picture(),
        "content/posts/a/other.png": picture(),
        "content/posts/a/small.png": picture(width=16),
    }
    hero = post_of(tmp_path, body, files=files).hero

    assert hero is not None
    assert hero.path == tmp_path / "content/posts/a/big.png"
    assert hero.in_text


def test_a_picture_on_another_server_stands_for_a_post_where_mails_can_show_it(tmp_path: Path) -> None:
    hero = post_of(tmp_path, "![http](http://a.example/x.jpg) ![圖](https://a.example/y.jpg?w=1)").hero

    assert hero is not None
    assert (hero.url, hero.alt, hero.path) == ("https://a.example/y.jpg?w=1", "圖", None)


@pytest.mark.parametrize("name", ["my-feature.png", "COVER.png", "x-thumbnail-1.png"])
def test_a_bundles_own_picture_goes_before_those_of_its_text(tmp_path: Path, name: str) -> None:
    files: dict[str, str | bytes] = {f"content/posts/a/{name}": picture(), "content/posts/a/b.png": picture()}
    hero = post_of(tmp_path, "![b](b.png)", files=files).hero

    assert hero is not None
    assert hero.path == tmp_path / f"content/posts/a/{name}"


@pytest.mark.parametrize("name", ["/images/x.png", "images/x.png"])
def test_a_picture_of_the_assets_folder_is_measured_and_doubted(tmp_path: Path, name: str) -> None:
    content = picture()
    post = f"---\ntitle: 甲\ndate: 2026-02-07\nimage: {name}\n---\n"
    site = read(write_site(tmp_path, {"content/posts/a.md": post, "assets/images/x.png": content}))

    assert [(str(one.at), one.rule) for one in site.problems] == [("content/posts/a.md:4:8", "asset-image")]
    hero = site.posts[0].hero
    assert hero is not None
    assert (hero.url, hero.length_bytes) == ("https://example.tw/blog/images/x.png", len(content))

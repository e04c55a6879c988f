import os
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from publisher import templates
from publisher.content.load import read_pages, render_post
from publisher.errors import ContentError
from tests.unit.content.site_maker import NOW, TOML, read, write_site


def picture(kind: str = "WEBP", size: tuple[int, int] = (40, 30)) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", size, "teal").save(buffer, kind)
    return buffer.getvalue()


def head(**values: str) -> str:
    return "---\n" + "".join(f"{key}: {value}\n" for key, value in {"title": "甲", **values}.items()) + "---\n內文。\n"


def test_hidden_posts_stay_out_and_are_counted(tmp_path: Path) -> None:
    config = write_site(
        tmp_path,
        {
            "hugo.toml": "[params]\nmainSections = ['posts']\n",
            "content/posts/shown.md": head(date="2026-02-07"),
            "content/posts/draft.md": head(date="2026-02-07", draft="true"),
            "content/posts/doubtful.md": head(date="2026-02-07", draft="yes"),
            "content/posts/unpublished.md": head(date="2026-02-07", published="false"),
            "content/posts/future.md": head(date="2026-03-02"),
            "content/posts/embargo.md": head(date="2026-02-07", publishDate="2026-03-02"),
            "content/posts/expired.md": head(date="2026-02-07", expiryDate="2026-02-08"),
            "content/posts/undated.md": head(),
            "content/posts/hidden.md": head(date="2026-02-07", build="{list: never}"),
            "content/posts/_index.md": head(),
            "content/people/wang.md": head(date="2026-02-07"),
        },
    )
    site = read(config)

    assert [post.key for post in site.posts] == ["posts/shown.md"]
    assert site.left_out == {"draft": 3, "expired": 1, "future": 2, "other section": 1, "undated": 1, "unlisted": 1}


def test_nothing_private_is_shown_even_where_the_site_builds_it(tmp_path: Path) -> None:
    config = write_site(
        tmp_path,
        {
            "hugo.toml": "buildDrafts = true\nbuildFuture = true\nbuildExpired = true\n",
            "content/posts/shown.md": head(date="2026-02-07"),
            "content/posts/draft.md": head(date="2026-02-07", draft="true"),
            "content/posts/future.md": head(date="2026-03-02"),
            "content/posts/expired.md": head(date="2026-02-07", expiryDate="2026-02-08"),
        },
    )
    site = read(config)

    assert [post.key for post in site.posts] == ["posts/shown.md"]
    assert [str(one.at) for one in site.problems if one.rule == "built-all-the-same"] == ["hugo.toml"] * 3
    assert len([page for page in read_pages(config, NOW).pages if not page.hidden]) == 4


def test_posts_are_sorted_newest_first_and_equal_dates_by_name(tmp_path: Path) -> None:
    dates = {"b": "2026-02-07", "a": "2026-02-07", "c": "2026-02-08", "d": "2026-02-07T00:00:00Z"}
    config = write_site(tmp_path, {f"content/{name}.md": head(date=date) for name, date in dates.items()})

    assert [post.key for post in read(config).posts] == ["c.md", "d.md", "a.md", "b.md"]


def test_one_bad_post_spoils_one_post(tmp_path: Path) -> None:
    bad: dict[str, str | bytes] = {
        "yaml.md": "---\ntitle: a: b\n---\n",
        "open.md": "---\ntitle: 甲\n",
        "date.md": head(date="2026-02-07 10:00"),
        "url.md": head(date="2026-02-07", url="/../../etc/"),
        "binary.md": b"\x89PNG\0\0",
        "latin.md": "---\ntitle: caf\u00e9\n---\n".encode("latin-1"),
        "huge.md": b"---\ntitle: x\n---\n" + b"x" * 10_000_001,
        "utf16.md": "---\ntitle: 甲\n---\n".encode("utf-16"),
    }
    files = {f"content/posts/{name}": content for name, content in bad.items()}
    config = write_site(tmp_path, {"content/posts/good.md": head(date="2026-02-07"), **files})
    site = read(config)

    assert [post.key for post in site.posts] == ["posts/good.md"]
    assert sorted(str(problem.at) for problem in site.problems) == [
        "content/posts/binary.md",
        "content/posts/date.md:3:7",
        "content/posts/huge.md",
        "content/posts/latin.md:2:11",
        "content/posts/open.md:1:1",
        "content/posts/url.md:4:6",
        "content/posts/utf16.md",
        "content/posts/yaml.md:2:9",
    ]
    assert {problem.severity for problem in site.problems} == {"error"}


def test_links_that_go_in_circles_or_nowhere_are_reported(tmp_path: Path) -> None:
    config = write_site(
        tmp_path, {"content/posts/a.md": head(date="2026-02-07"), "content/odd.md/b.md": head(date="2026-02-06")}
    )
    (tmp_path / "content/loop").symlink_to(tmp_path / "content", target_is_directory=True)
    (tmp_path / "content/lost.md").symlink_to(tmp_path / "nowhere")
    site = read(config)

    assert [post.key for post in site.posts] == ["posts/a.md", "odd.md/b.md"]
    assert sorted(str(problem.at) for problem in site.problems) == ["content/loop", "content/lost.md", "content/odd.md"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_reported(tmp_path: Path) -> None:
    config = write_site(tmp_path, {"content/a.md": head()})
    (tmp_path / "content/a.md").chmod(0)

    assert [str(problem.at) for problem in read(config).problems] == ["content/a.md"]


def test_a_stray_index_that_swallows_posts_is_reported(tmp_path: Path) -> None:
    files = {f"content/posts/{name}.md": head(date="2026-02-07") for name in ("index", "a", "sub/b")}
    site = read(write_site(tmp_path, files))

    assert [post.key for post in site.posts] == ["posts/index.md"]
    assert [(str(problem.at), problem.rule) for problem in site.problems] == [
        ("content/posts/index.md", "swallowed-posts")
    ]


def test_two_posts_with_one_address_are_reported(tmp_path: Path) -> None:
    files = {f"content/posts/{name}.md": head(date="2026-02-07", slug="same") for name in ("a", "b")}

    assert [(str(problem.at), problem.rule) for problem in read(write_site(tmp_path, files)).problems] == [
        ("content/posts/b.md", "same-address")
    ]


def test_a_missing_content_folder_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="no content folder") as caught:
        read(write_site(tmp_path, {}))

    assert "site.content" in (caught.value.hint or "")


def test_the_hero_is_measured_on_disk(tmp_path: Path) -> None:
    image = picture()
    config = write_site(
        tmp_path,
        {
            "static/images/封面 1.webp": image,
            "content/posts/a.md": head(date="2026-02-07", image="/images/封面 1.webp"),
            "content/posts/b/index.md": head(date="2026-02-06", cover="{image: c.png, alt: 圖}"),
            "content/posts/b/c.png": picture("PNG", (7, 9)),
            "content/posts/d/index.md": head(date="2026-02-05"),
            "content/posts/d/my-cover.jpg": picture("JPEG"),
        },
    )
    first, second, third = (post.hero for post in read(config).posts)

    assert first is not None
    assert second is not None
    assert third is not None
    assert first.url == "https://example.tw/blog/images/%E5%B0%81%E9%9D%A2%201.webp"
    assert (first.length_bytes, first.mime_type, first.width, first.height) == (len(image), "image/webp", 40, 30)
    assert (second.url, second.alt, second.width) == ("https://example.tw/blog/posts/b/c.png", "圖", 7)
    assert (third.url, third.mime_type) == ("https://example.tw/blog/posts/d/my-cover.jpg", "image/jpeg")


@pytest.mark.parametrize(
    "name", ["/images/no.webp", "../../../../etc/passwd", "no.png", "https://example.tw/blog/no.png"]
)
def test_a_missing_image_is_a_warning_at_its_line(tmp_path: Path, name: str) -> None:
    site = read(write_site(tmp_path, {"content/posts/a.md": head(date="2026-02-07", image=name)}))

    found = [(str(problem.at), problem.severity) for problem in site.problems]
    assert found == [("content/posts/a.md:4:8", "warning")]
    assert f"image not found: {name}" in site.problems[0].message
    assert site.posts[0].hero is not None
    assert site.posts[0].hero.path is None


@pytest.mark.parametrize("name", ["/no.webp", "no.webp"])
def test_a_missing_image_makes_room_for_the_one_in_the_text(tmp_path: Path, name: str) -> None:
    text = head(date="2026-02-07", image=name) + "![圖](b.png)\n"
    image = picture("PNG", (400, 30))
    site = read(
        write_site(tmp_path, {"content/posts/a/index.md": text, "content/posts/a/b.png": image, "static/x.png": image})
    )

    assert [problem.rule for problem in site.problems] == ["missing-image"]
    assert site.posts[0].hero is not None
    assert site.posts[0].hero.url == "https://example.tw/blog/posts/a/b.png"


def test_an_image_that_is_none_is_a_warning(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"static/x.png": b"no", "content/a.md": head(date="2026-02-07", image="/x.png")}

    assert [problem.rule for problem in read(write_site(tmp_path, files)).problems] == ["unreadable-image"]


def wave(seconds: int) -> bytes:
    samples = b"\x80" * 8000 * seconds
    size = len(samples)
    form = b"WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data" + size.to_bytes(4, "little")
    return b"RIFF" + (size + 36).to_bytes(4, "little") + form + samples


def test_audio_is_measured_and_a_remote_file_is_believed(tmp_path: Path) -> None:
    sound = wave(2)
    remote = "{url: 'https://cdn.example/e.mp3', length: 123, duration: '1:02:03'}"
    config = write_site(
        tmp_path,
        {
            "static/e.wav": sound,
            "content/a.md": head(date="2026-02-08", audio="/e.wav"),
            "content/b.md": head(date="2026-02-07", audio=remote),
        },
    )
    local, far = (post.audio for post in read(config).posts)

    assert local is not None
    assert far is not None
    assert (local.length_bytes, local.mime_type, local.duration_s) == (len(sound), "audio/wav", 2.0)
    assert (far.length_bytes, far.mime_type, far.duration_s) == (123, "audio/mpeg", 3723.0)


def test_publisher_toml_speaks_before_the_sites_configuration(tmp_path: Path) -> None:
    config = write_site(
        tmp_path,
        {
            "publisher.toml": TOML.replace("timezone", "#") + 'generator = "hugo"\nsections = ["notes"]\n',
            "hugo.toml": 'timeZone = "Asia/Tokyo"\n[params]\nmainSections = ["posts"]\n'
            '[permalinks]\nnotes = "/:year/:slug/"\n',
            "content/notes/a.md": head(date="2026-02-07", slug="我的"),
            "content/posts/b.md": head(date="2026-02-07"),
        },
    )
    posts = read(config).posts

    assert [post.url for post in posts] == ["https://example.tw/blog/2026/%E6%88%91%E7%9A%84/"]
    assert [post.published.isoformat() for post in posts if post.published] == ["2026-02-07T00:00:00+09:00"]


def test_only_the_language_of_publisher_toml_is_published(tmp_path: Path) -> None:
    languages = "defaultContentLanguage = 'en'\n[languages.en]\n[languages.zh-tw]\nlanguageCode = 'zh-TW'\n"
    files = {f"content/posts/a{suffix}.md": head(date="2026-02-07") for suffix in ("", ".zh-tw")}
    site = read(write_site(tmp_path, {"hugo.toml": languages, **files}))

    assert [(post.url, post.language) for post in site.posts] == [("https://example.tw/blog/zh-tw/posts/a/", "zh-TW")]
    assert site.left_out == {"other language": 1}


def test_a_plain_folder_keeps_names_as_they_are(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "content/筆記/Hello World.md": "---\ndate: 2026-02-07\n---\n# 大標\n\n見：https://a.tw/x。好\n"
    }
    config = write_site(tmp_path, files, generator="plain")
    post = read(config).posts[0]
    rendered = render_post(post, config, "feed", templates.environment(templates.FEEDS, tmp_path))

    assert post.url == "https://example.tw/blog/%E7%AD%86%E8%A8%98/Hello%20World/"
    assert post.title == "大標"
    assert '見：<a href="https://a.tw/x">https://a.tw/x</a>。好' in rendered.html


def test_reading_the_pages_gives_the_hidden_ones_too(tmp_path: Path) -> None:
    config = write_site(tmp_path, {"content/_index.md": head(), "content/posts/a.md": head(draft="true")})

    assert [(page.kind, page.hidden) for page in read_pages(config, NOW).pages] == [("home", ""), ("page", "draft")]


def test_an_undated_post_of_a_published_section_is_named(tmp_path: Path) -> None:
    undated = ("posts/a", "posts/README", "posts/search", "people/b", "about", "posts/_index", "posts/draft")
    more = {"posts/search": {"layout": "search"}, "posts/draft": {"draft": "true"}}
    files = {f"content/{name}.md": head(**more.get(name, {})) for name in undated}
    hugo = {"hugo.toml": "[params]\nmainSections = ['posts']\n", "content/posts/dated.md": head(date="2026-02-07")}
    site = read(write_site(tmp_path, {**files, **hugo}))

    assert [(str(one.at), one.rule, one.severity) for one in site.problems] == [
        ("content/posts/a.md:2:1", "undated", "warning")
    ]
    assert site.left_out["undated"] == 3


def test_an_audio_file_of_the_assets_folder_is_doubted(tmp_path: Path) -> None:
    post = "---\ntitle: 甲\ndate: 2026-02-07\naudio: /e1.mp3\n---\n"
    site = read(write_site(tmp_path, {"content/posts/a.md": post, "assets/e1.mp3": b"ID3"}))

    assert [(str(one.at), one.rule) for one in site.problems] == [("content/posts/a.md:4:8", "asset-audio")]

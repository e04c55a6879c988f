"""Zola, Eleventy, Astro, Obsidian, plain folders, and which of them a folder is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from publisher.content.conventions.registry import detect_generator
from publisher.errors import ConfigError, ContentError
from tests.convention_sites import folder_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("name", "text", "generator"),
    [
        ("hugo.toml", "", "hugo"),
        ("config.toml", 'baseURL = "https://a.example"', "hugo"),
        ("config.toml", 'base_url = "https://a.example"', "zola"),
        ("_config.yml", "", "jekyll"),
        ("pelicanconf.py", "", "pelican"),
        ("eleventy.config.js", "", "eleventy"),
        ("astro.config.mjs", "", "astro"),
        (".obsidian/app.json", "{}", "obsidian"),
        ("export.json", '{"db":[{"meta":{"exported_on":1},"data":{"posts":[]}}]}', "ghost"),
        ("package.json", "{}", "plain"),
        ("config.toml", "broken = = ", "hugo"),
    ],
)
def test_a_site_is_known_by_its_configuration(tmp_path: Path, name: str, text: str, generator: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert detect_generator(tmp_path) == generator


def test_hexo_is_not_taken_for_jekyll(tmp_path: Path) -> None:
    (tmp_path / "_config.yml").touch()
    (tmp_path / "source" / "_posts").mkdir(parents=True)
    assert detect_generator(tmp_path) == "plain"


def test_a_permalink_pattern_of_publisher_toml_decides(tmp_path: Path) -> None:
    files = {
        "content/2026-02-07-my-note.md": "# 題\n\n文",
        "content/own.md": "---\ndate: 2026-02-01\nurl: /own/\n---\n",
    }
    folder = folder_of(tmp_path, "plain", files, 'permalink = "/:year/:slug/"')
    assert folder.path("2026-02-07-my-note.md") == "/2026/my-note/"
    assert folder.path("own.md") == "/own/"


@pytest.mark.parametrize("pattern", ["/:nothing/", "/:sections[x]/"])
def test_a_pattern_that_no_page_could_have_is_refused_once(tmp_path: Path, pattern: str) -> None:
    folder = folder_of(tmp_path, "plain", {"content/2026-02-07-a.md": "x"}, f'permalink = "{pattern}"')
    with pytest.raises(ConfigError, match=r"site\.permalink"):
        folder.site()


def test_a_plain_note_is_named_by_its_heading_and_dated_by_its_name(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "plain", {"content/notes/2026-02-07-x.md": "# 山中一日\n\n內文。\n"})
    post = folder.only()
    assert post.title == "山中一日"
    assert post.published is not None
    assert post.published.isoformat() == "2026-02-07T00:00:00+08:00"
    assert post.url == "https://a.example/notes/2026-02-07-x/"
    # The heading is the title already.
    assert "<h1" not in folder.render().html


def test_a_plain_note_without_heading_is_named_by_its_file_and_one_without_date_stays_out(tmp_path: Path) -> None:
    files = {"content/2026-02-07-my_first-note.md": "文", "content/ideas.md": "想法"}
    folder = folder_of(tmp_path, "plain", files)
    assert folder.only().title == "My First Note"
    assert folder.site().left_out == {"undated": 1}
    assert folder.said() == ["content/ideas.md:1: the post has no date"]


@pytest.mark.parametrize(
    ("front", "reason"),
    [
        ("draft: true", "draft"),
        ("published: false", "draft"),
        ("publish: false", "draft"),
        ("status: private", "draft"),
        ("status: hidden", "unlisted"),
        ("date: 2026-04-01", "future"),
        ("expirydate: 2026-02-02", "expired"),
    ],
)
def test_what_any_generator_calls_not_public_stays_out(tmp_path: Path, front: str, reason: str) -> None:
    date = "" if front.startswith("date") else "date: 2026-02-01\n"
    folder = folder_of(tmp_path, "plain", {"content/a.md": f"---\n{date}{front}\n---\nx"})
    assert folder.site().posts == ()
    assert folder.site().left_out == {reason: 1}


def test_bad_files_are_named_and_the_rest_is_read(tmp_path: Path) -> None:
    files = {
        "content/2026-02-01-good.md": "文",
        "content/bad-yaml.md": "---\ntitle: a: b\n---\n",
        "content/bad-date.md": "---\ndate: soon\n---\n",
        "content/bad-url.md": "---\ndate: 2026-02-01\nurl: /../x\n---\n",
        "content/open.md": "---\ntitle: a\n",
    }
    folder = folder_of(tmp_path, "plain", files)
    (tmp_path / "content/bytes.md").write_bytes(b"\xff\xfe")
    assert folder.only().title == "Good"
    assert {line.split(":")[0] for line in folder.said()} == {
        "content/bad-yaml.md", "content/bad-date.md", "content/bad-url.md", "content/open.md", "content/bytes.md",
    }  # fmt: skip


def test_zola_lifts_extra_and_taxonomies_and_slugifies(tmp_path: Path) -> None:
    text = '+++\ntitle = "題"\ndate = 2026-02-07\n[taxonomies]\ntags = ["山"]\n[extra]\nauthor = "林遠"\n+++\n'
    body = '[另](@/blog/two.md#x) {{ youtube(id="dQw4w9WgXcQ") }}\n\n{% quote(author="x") %}**話**{% end %}\n'
    files = {
        "config.toml": 'base_url = "https://a.example"\ndefault_language = "zh"\n',
        "content/blog/2026-02-07-山 城.md": text + body,
        "content/blog/two.md": '+++\ntitle = "二"\ndate = 2026-02-06\npath = "er"\n+++\n',
        "content/blog/_index.md": "+++\n+++\n",
    }
    folder = folder_of(tmp_path, "zola", files)
    post = folder.posts()["blog/2026-02-07-山 城.md"]
    assert (post.tags, post.authors[0].name, post.language) == (("山",), "林遠", "zh")
    assert post.url == "https://a.example/blog/shan-cheng/"
    made = folder.render("blog/2026-02-07-山 城.md").html
    assert 'href="https://a.example/er/#x"' in made
    assert "watch?v=dQw4w9WgXcQ" in made
    assert "<strong>話</strong>" in made
    assert "{%" not in made


def test_eleventy_reads_folder_data_and_drops_collection_tags(tmp_path: Path) -> None:
    files = {
        "eleventy.config.js": "",
        "content/blog/blog.json": '{"tags": "posts", "author": "林遠"}',
        "content/blog/2026-02-07-a.md": "---\ntitle: 題\ntags: [山, posts]\n---\n{{ title }}{% zz %}**記**{% endzz %}",
        "content/blog/b.md": "---\ndate: Last Modified\n---\n",
        "content/blog/c.md": "---\ndate: 2026-02-01\npermalink: false\n---\n",
        "content/blog/d.md": '---\ndate: 2026-02-01\npermalink: "/x/{{ page.fileSlug }}/index.html"\n---\n',
        "content/blog/e.md": '---\ndate: 2026-02-01\npermalink: "/{{ title | other }}/"\n---\n',
    }
    folder = folder_of(tmp_path, "eleventy", files)
    post = folder.posts()["blog/2026-02-07-a.md"]
    assert (post.tags, post.authors[0].name) == (("山",), "林遠")
    assert post.url == "https://a.example/blog/a/"
    assert folder.path("blog/d.md") == "/x/d/"
    assert sorted(folder.posts()) == ["blog/2026-02-07-a.md", "blog/d.md"]
    assert any("only Eleventy can fill in" in line and ":3:" in line for line in folder.said())
    made = folder.render("blog/2026-02-07-a.md").html
    assert "題" in made
    assert "<strong>記</strong>" in made


def test_eleventy_data_that_is_no_json_is_a_problem_of_its_posts(tmp_path: Path) -> None:
    files = {"eleventy.config.js": "", "posts/posts.json": "{", "posts/2026-02-07-a.md": "x", "content/x.md": "x"}
    folder = folder_of(tmp_path, "eleventy", files, 'content = "posts"')
    assert folder.site().posts == ()
    assert "posts/2026-02-07-a.md:1: can't read the folder's data posts/posts.json" in folder.said()[0]


def test_astro_reads_mdx_without_its_program(tmp_path: Path) -> None:
    body = (
        "---\ntitle: 題\npubDate: Feb 07 2026\nheroImage: /hero.png\n---\n"
        "import Plot3d from '../Chart.astro';\n\n{/* 註 */}前 <Note>**內**</Note>\n\n"
        '<YouTube id="dQw4w9WgXcQ" />\n\n```js\nimport x from "y"\n<Plot3d />\n```\n\n<Plot3d data={[1]} />\n'
    )
    files = {
        "astro.config.mjs": "export default { site: 'https://a.example', base: '/b' }",
        "src/content/blog/My Post.mdx": body,
        "src/content/blog/_hidden.md": "---\npubDate: 2026-02-07\n---\n",
    }
    folder = folder_of(tmp_path, "astro", files)
    post = folder.only()
    assert post.url == "https://a.example/blog/my-post/"
    assert post.published is not None
    assert post.published.date().isoformat() == "2026-02-07"
    made = folder.render()
    assert "watch?v=dQw4w9WgXcQ" in made.html
    assert "<strong>內</strong>" in made.html
    assert 'import x from "y"' in made.html
    assert "Chart.astro" not in made.html
    assert [problem.rule for problem in made.problems] == ["unknown-shortcode"]


def test_obsidian_links_find_their_notes_by_name(tmp_path: Path) -> None:
    note = (
        "---\ncreated: 2026-02-07\ntags: '#山, #城市/臺北'\n---\n# 題\n\n"
        "[[草稿]]見[[另一篇|那篇]]、[[另一篇#節]]、[[沒有的]]、[[#本頁]]。%%不給人看%%\n\n"
        "![[圖.png|說明|300]] ==重點== 段落 ^abc\n\n> [!note] 提醒\n> 內文\n\n`[[不是連結]]`\n"
    )
    files = {".obsidian/app.json": "{}", "日記/一.md": note, "筆記/另一篇.md": "---\ndate: 2026-02-06\n---\nx"}
    files["草稿.md"] = "---\ndate: 2026-02-06\npublish: false\n---\nx"
    folder = folder_of(tmp_path, "obsidian", files)
    (tmp_path / "附件").mkdir()
    (tmp_path / "附件/圖.png").write_bytes(b"\x89PNG")
    post = folder.posts()["日記/一.md"]
    assert (post.title, post.tags) == ("題", ("山", "城市/臺北"))
    made = folder.render("日記/一.md")
    other = folder.posts()["筆記/另一篇.md"].url
    assert f'<a href="{other}">那篇</a>' in made.html
    assert f'<a href="{other}#%E7%AF%80">另一篇</a>' in made.html
    assert "沒有的" in made.html
    assert "[[不是連結]]" in made.html
    assert 'width="300"' in made.html
    assert 'alt="說明"' in made.html
    assert "/%E9%99%84%E4%BB%B6/%E5%9C%96.png" in made.html
    assert "<mark>重點</mark>" in made.html
    assert "<strong>提醒</strong>" in made.html
    assert "不給人看" not in made.html
    assert "^abc" not in made.html
    assert "%E8%8D%89%E7%A8%BF" not in made.html
    assert [problem.rule for problem in made.problems] == ["unresolved-link"] * 2


def ghost(posts: list[dict[str, object]], **tables: object) -> str:
    return json.dumps({"db": [{"meta": {"exported_on": 1}, "data": {"posts": posts, **tables}}]})


def test_a_ghost_export_is_read_with_its_joins(tmp_path: Path) -> None:
    post: dict[str, object] = {
        "id": "1", "title": "題 **不是** Markdown", "slug": "ti", "status": "published", "visibility": "public",
        "type": "post", "published_at": "2026-02-07 02:00:00", "updated_at": "2026-02-08T02:00:00.000Z",
        "custom_excerpt": "摘要", "feature_image": "__GHOST_URL__/content/images/a.png",
        "html": "<p>前 **星** <a href=\"__GHOST_URL__/two/\">二</a></p><iframe src='https://player.vimeo.com/video/1'></iframe>",
    }  # fmt: skip
    files = {
        "export.json": ghost(
            [
                post,
                {**post, "slug": "page", "type": "page"},
                {**post, "slug": "later", "status": "scheduled"},
                {"title": "沒有 slug"},
            ],
            tags=[{"id": "t", "name": "山"}, {"id": "u", "name": "#internal"}],
            posts_tags=[
                {"post_id": "1", "tag_id": "u", "sort_order": 0},
                {"post_id": "1", "tag_id": "t", "sort_order": 1},
            ],
            users=[{"id": "a", "name": "林遠"}],
            posts_authors=[{"post_id": "1", "author_id": "a"}],
        )
    }
    folder = folder_of(tmp_path, "ghost", files)
    read = folder.only()
    assert (read.tags, read.authors[0].name, read.description) == (("山",), "林遠", "摘要")
    assert read.url == "https://a.example/ti/"
    assert read.published is not None
    assert read.published.isoformat() == "2026-02-07T02:00:00+00:00"
    assert read.hero is not None
    assert read.hero.url == "https://a.example/content/images/a.png"
    assert folder.site().left_out == {"draft": 1}
    assert "export.json:None: post 4 has no slug" in folder.said()
    made = folder.render().html
    assert "前 **星**" in made
    assert 'href="https://a.example/two/"' in made
    assert "https://vimeo.com/1" in made
    assert "iframe" not in made


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"db": []}', '{"db": [{"data": {"posts": 3}}]}'])
def test_what_is_no_export_is_said_once(tmp_path: Path, text: str) -> None:
    folder = folder_of(tmp_path, "ghost", {"export.json": text}, 'content = "export.json"')
    with pytest.raises(ContentError) as caught:
        folder.site()
    assert str(caught.value).startswith("export.json")

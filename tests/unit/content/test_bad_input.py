"""Every bad post that we could think of, in one site: each is named with its place, and the good ones are there."""

import resource
from datetime import UTC, datetime

import pytest

from publisher import templates
from publisher.config import Config
from publisher.content.load import Renderer, read_site
from publisher.errors import Problem
from publisher.model.post import Site
from tests.unit.content.site_maker import write_site

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HEAD = "---\ntitle: 甲\ndate: 2026-02-07\n---\n"
BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 10)
)
MERGES = "m0: &m0 {k: v}\n" + "".join(
    f"m{level}: &m{level} {{<<: [{', '.join([f'*m{level - 1}'] * 9)}], k{level}: v}}\n" for level in range(1, 9)
)


def dated(lines: str, body: str = "文\n") -> str:
    return f"---\ntitle: 甲\ndate: 2026-02-07\n{lines}---\n{body}"


#: Name of the file → what it holds, and where and how the problem is told: place, a part of the message.
BAD: dict[str, tuple[str | bytes, str, str]] = {
    "never-closed": ("---\ntitle: 甲\n文\n", ":1:1", "never closed"),
    "closed-by-dots": ("---\ntitle: 甲\n...\n文\n", ":1:1", "never closed"),
    "four-dashes": ("---\ntitle: 甲\n----\n文\n", ":1:1", "never closed"),
    "two-colons": ("---\ntitle: a: b: c\n---\n", ":2:9", "not YAML"),
    "at-sign": ("---\ntitle: @x\n---\n", ":2:8", "not YAML"),
    "brackets": ("---\ntitle: [公告] A\n---\n", ":2:13", "not YAML"),
    "twice": ("---\ntitle: 甲\ntitle: 乙\n---\n", ":3:1", "stands twice"),
    "open-quote": ('---\ntitle: "甲\ndate: 2026-02-07\n---\n', ":2:8", "not YAML"),
    "tabs": ("---\na:\n\tb: c\n---\n", ":3:1", "not YAML"),
    "control": ("---\ntitle: 甲\x01\n---\n", ":2:9", "control character"),
    "toml": ("+++\ntitle = 甲\n+++\n", ":2:9", "not TOML"),
    "json": ('{"title": "甲",}\n', ":1:15", "not JSON"),
    "a-list": ("---\n- 甲\n---\n", ":2:1", "not a table"),
    "no-seconds": ("---\ndate: 2026-02-07 10:00\n---\n", ":2:7", "2026-02-07 10:00"),
    "slashes": ("---\ndate: 2026/02/07\n---\n", ":2:7", "2026/02/07"),
    "short": ("---\ndate: 2026-2-7\n---\n", ":2:7", "2026-2-7"),
    "words": ("---\ndate: Feb 7, 2026\n---\n", ":2:7", "Feb 7, 2026"),
    "chinese-date": ("---\ndate: 2026年2月7日\n---\n", ":2:7", "2026年2月7日"),
    "month": ("---\ndate: 2026-02\n---\n", ":2:7", "2026-02"),
    "no-such-day": ("---\ndate: 2026-02-30\n---\n", ":2:7", "2026-02-30"),
    "expiry": (dated("expiryDate: soon\n"), ":4:13", "soon"),
    "draft-yes": (dated("draft: yes\n"), ":4:8", "draft: yes"),
    "url-up": (dated("url: ../../x\n"), ":4:6", "out of the site"),
    "url-host": (dated("url: //evil.example/\n"), ":4:6", "not a path"),
    "url-scheme": (dated("url: https://other.example/\n"), ":4:6", "not a path"),
    "url-escaped": (dated("url: /%2e%2e/%2e%2e/x\n"), ":4:6", "out of the site"),
    "slug-up": (dated("slug: ../../x\n"), ":4:7", "out of the site"),
    "slug-escaped": (dated("slug: a/%2e%2e/%2e%2e/x\n"), ":4:7", "out of the site"),
    "undated": ("---\ntitle: 甲\n---\n", ":2:1", "no date"),
    "bare": ("沒有開頭\n", ":1:1", "no date"),
    "picture": (b"\x89PNG\r\n\x1a\n\0\0", "", "binary"),
    "latin": ("---\ntitle: caf\u00e9\n---\n".encode("latin-1"), ":2:11", "not UTF-8"),
    "utf16": (HEAD.encode("utf-16"), "", "binary"),
    "huge": (HEAD.encode() + b"x" * 50_000_000, "", "too large"),
    "alias-bomb": (f"---\n{BOMB}---\n", "", "too large or too deep"),
    "merge-bomb": (f"---\n{MERGES}---\n", "", "front matter"),
    "deep-yaml": (f"---\na: {'[' * 30_000}\n---\n", ":2:1", "too deep"),
    "deep-json": ('{"a":' * 100_000, ":1:1", "not JSON"),
    "wide-front": (f"---\na: {'x' * 1_000_001}\n---\n", ":2:1", "too large"),
    "twin-2": (dated("slug: twin\n"), "", "same address"),
    "no-image": (dated("image: /no.png\n"), ":4:8", "image not found"),
}
#: Posts that are hard to render, and told of when they are.
HARD: dict[str, tuple[str, str]] = {
    "unknown-shortcode": ("{{< nothing-like-it >}}\n", ":5:1"),
    "mixed-arguments": ("{{< youtube a b=c >}}\n", ":5:"),
    "unclosed": ("{{< youtube\n", ":5:1"),
    "single-quotes": ("{{< youtube 'x' >}}\n", ":5:"),
    "no-such-page": ('{{< ref "nowhere" >}}\n', ":5:1"),
    "backspace": ("一\n二\x08\n", ":6:2"),
}
#: Posts that only cost time, and that nothing is wrong with.
HEAVY = {
    "long-line": "字" * 1_000_000,
    "long-word": "x" * 1_000_000,
    "quotes": "> " * 20_000 + "x",
    "lists": "- " * 20_000 + "x",
    "staircase": "\n".join("  " * depth + "- x" for depth in range(1000)),
    "stars": "*a **b " * 20_000,
    "brackets": "[" * 50_000 + "](x)" * 1000,
    "escapes": "\\(" * 100_000,
    "divs": "<div>" * 20_000,
    "footnotes": "[^1]" * 5000 + "\n\n[^1]: x\n",
}


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    root = tmp_path_factory.mktemp("bad")
    files: dict[str, str | bytes] = {f"content/posts/{name}.md": content for name, (content, _, _) in BAD.items()}
    files |= {f"content/posts/{name}.md": HEAD + body for name, (body, _) in HARD.items()}
    files |= {f"content/posts/heavy-{name}.md": HEAD + body for name, body in HEAVY.items()}
    many = "".join(f"- t{number}\n" for number in range(10_000))
    good = {"good": HEAD, "twin-1": dated("slug: twin\n"), "many-tags": dated(f"tags:\n{many}")}
    files |= {f"content/posts/{name}.md": content for name, content in good.items()}
    files |= {f"content/swallowed/{name}.md": HEAD for name in ("index", "lost", "below/lost-too")}
    made = write_site(root, {"hugo.toml": "[markup.goldmark.renderer]\nunsafe = true\n", **files})
    (root / "content/posts/folder.md").mkdir()
    (root / "content/posts/loop").symlink_to(root / "content", target_is_directory=True)
    (root / "content/posts/itself.md").symlink_to(root / "content/posts/itself.md")
    return made


@pytest.fixture(scope="module")
def site(config: Config) -> Site:
    return read_site(config, NOW)


def told(problems: tuple[Problem, ...], file: str) -> list[Problem]:
    return [problem for problem in problems if problem.at and problem.at.file == file]


@pytest.mark.parametrize("name", BAD)
def test_a_bad_post_is_named_with_its_place(site: Site, name: str) -> None:
    file = f"content/posts/{name}.md"
    _, place, message = BAD[name]

    (problem,) = told(site.problems, file)
    assert message in problem.message
    assert str(problem.at).startswith(file + place)


@pytest.mark.parametrize(
    ("file", "rule"),
    [
        ("content/posts/folder.md", "unreadable-path"),
        ("content/posts/loop", "unreadable-path"),
        ("content/posts/itself.md", "unreadable-path"),
        ("content/swallowed/index.md", "swallowed-posts"),
    ],
)
def test_a_bad_path_is_named(site: Site, file: str, rule: str) -> None:
    assert [problem.rule for problem in told(site.problems, file)] == [rule]


def test_all_other_posts_are_there(site: Site) -> None:
    doubted = {"twin-2", "no-image"}
    good = {"good", "twin-1", "many-tags", *doubted, *HARD, *(f"heavy-{name}" for name in HEAVY)}

    assert {post.path.stem for post in site.posts} == {*good, "index"}
    assert max(len(post.tags) for post in site.posts) == 10_000


@pytest.mark.parametrize("name", HARD)
def test_a_post_that_is_hard_to_render_is_named_with_its_place(config: Config, site: Site, name: str) -> None:
    post = next(post for post in site.posts if post.path.stem == name)
    rendered = Renderer(config, "feed", templates.environment(templates.FEEDS, config.root)).render(post)

    assert any(str(problem.at).startswith(f"content/posts/{name}.md{HARD[name][1]}") for problem in rendered.problems)
    assert "{{<" not in rendered.html


def test_heavy_posts_are_rendered_within_bounds(config: Config, site: Site) -> None:
    renderer = Renderer(config, "feed", templates.environment(templates.FEEDS, config.root))
    began = resource.getrusage(resource.RUSAGE_SELF)
    for post in site.posts:
        if post.path.stem.startswith("heavy-"):
            assert renderer.render(post).html
    used = resource.getrusage(resource.RUSAGE_SELF)

    # Of the processor, not of the clock: what grows with the square of a text takes minutes.
    assert used.ru_utime - began.ru_utime < 60
    assert used.ru_maxrss - began.ru_maxrss < 1_000_000

"""The whole reader against posts that nobody should write: whatever a file holds, only our own errors come out.

Posts are made by mutating awkward ones. Longer runs: `python -m tests.unit.content.test_reader_fuzz 600` (seconds).
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publisher import templates
from publisher.content.load import Renderer, read_site
from publisher.errors import PublisherError
from tests.unit.content.site_maker import NOW, write_site

if TYPE_CHECKING:
    from publisher.config import Config

HUGO = """enableEmoji = true
[markup.goldmark.renderer]
unsafe = true
[markup.goldmark.parser.attribute]
block = true
[markup.goldmark.extensions.passthrough]
enable = true
delimiters = { block = [["$$", "$$"]], inline = [["\\\\(", "\\\\)"]] }
"""
# ruff: noqa: E501 - each line below is one post
SEEDS = (
    '---\ntitle: "甲"\ndate: 2026-02-07T10:00:00+08:00\ntags: [a, "乙", {b: c}]\nimage: /x.png\nslug: s\n---\n內文 **「重點」**後\n',
    "+++\ntitle = '''a\nb'''\ndate = 2026-02-07\n[params]\nx = [1, 2]\n[build]\nlist = 'never'\n+++\n# 標題 {#x .y}\n",
    '{"title": "t", "date": "2026-02-07", "url": "/a/:slug/", "audio": {"url": "e.mp3", "length": 1}}\n文\n',
    "---\ndate: 2026-02-07\naliases: &a [1, *a]\ncover: {image: ['a', 1]}\nauthors: [{name: 1}]\nweight: 1e999\n---\n",
    "---\ndate: 20260207\ndraft: yes\nexpiryDate: 2026-13-40\ncascade: [{target: {path: '/**'}, draft: x}]\n---\n",
    '---\ndate: 2026-02-07\n---\n{{< figure src="x" caption=\'a\' >}} {{% ref "b.md#x" %}} {{< tabs >}}{{< tab `x` >}}y{{< /tab >}}{{< /tabs >}}',
    "---\ndate: 2026-02-07\n---\n[^1] x[^1]\n\n[^1]: n\n\n|a|b|\n|-|-|\n|1|2|\n\n- [ ] t\n  - x\n\nTerm\n: def\n\n```go {x}\ncode\n```\n",
    '---\ndate: 2026-02-07\n---\n<div><iframe src="https://www.youtube.com/embed/x?start=9"></div><img srcset="a 1x, b 2x" src="//["><a href="http://[">\n',
    "---\ndate: 2026-02-07\nurl: //[x\nsource_url: https://[x\n---\nhttps://[x (https://a.b/c_(d)) www.a.b。 <https://x> ![](<a b.png> 't')\n",
    "---\ndate: 2026-02-07\n---\n\\(a_1\\) $$b$$ :smile: {.c}\n\n> [!NOTE]\n> x\n{.d}\n\n<!--more--><!-- x --> &#0; &#xD800; &nbsp;\n",
)
PIECES = (
    "---\n", "+++\n", "\n\n", "{{< ", " >}}", "{{% ", " %}}", "{{< /", "{{</*", "*/>}}", "`", "```\n", "**", "~~", "[", "](", ")", "![", "<", ">",
    "<!--", "-->", "<iframe src=", "<svg>", "</div>", '"', "'", "\\", "$$", "\\(", "\\)", "[^1]", "|", "|-|\n", "- ", "> ", "# ", "{#", "}", "%2e",
    "&#x0;", "\0", "\x08", "\ufeff", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "\u202e", "\u0301", "\u200d", "。", "「",
    "title: ", "date: ", "url: ", "slug: ../..\n", "image: ", "audio: ", "tags: ", "*a", "&a ", "<<: ", "!!python/object:os.system ", ": ", "9" * 40,
    "https://", "//[", "javascript:", "data:image/png,", "1e999", "0x", "-1", "true", "null", "2026-02-30", "0001-01-01", "9999-12-31T23:59:59-14:00",
)  # fmt: skip


#: An address that would run a program.
_RUNS = re.compile(r"(?i)(?:href|src|srcset|poster|cite)=[\"'\s]*(?:javascript|vbscript|data):")


def mutate(chance: random.Random) -> bytes:
    """Make one post: a seed, or two, with pieces put in, cut out, doubled and turned."""
    text = chance.choice(SEEDS)
    if chance.random() < 0.3:
        other = chance.choice(SEEDS)
        text = text[: chance.randrange(len(text) + 1)] + other[chance.randrange(len(other)) :]
    for _ in range(chance.randint(0, 8)):
        at, span = chance.randrange(len(text) + 1), chance.randint(0, 12)
        put = chance.choice(PIECES) * chance.choice((1, 1, 1, 2, 40))
        text = text[:at] + chance.choice((put, "", text[at : at + span] * 2)) + text[at + chance.choice((0, span)) :]
    octets = text.encode("utf-8", "surrogatepass")
    if chance.random() < 0.1:
        at = chance.randrange(len(octets) + 1)
        octets = octets[:at] + chance.randbytes(chance.randint(1, 4)) + octets[at:]
    return octets


def read_whole(config: Config) -> int:
    """Read a site and render every post for every target; gives their number. Lets through what is no error of ours."""
    site = read_site(config, NOW)
    env = templates.environment(templates.FEEDS, config.root)
    for target in ("feed", "email", "text"):
        renderer = Renderer(config, target, env)
        for post in site.posts:
            try:
                rendered = renderer.render(post)
            except PublisherError:
                continue
            assert "<script" not in rendered.html
            assert not _RUNS.search(rendered.html)
            assert not set(rendered.html + rendered.text) & {"\0", "\x08"}
    assert all(str(problem) and problem.at for problem in site.problems)
    return len(site.posts)


def run(seed: int, root: Path, posts: int = 40) -> int:
    """Write a site of mutated posts, and read it."""
    chance = random.Random(seed)
    files: dict[str, str | bytes] = {f"content/posts/p{number}.md": mutate(chance) for number in range(posts)}
    return read_whole(write_site(root, {"hugo.toml": HUGO, **files}))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_whatever_a_post_holds_only_our_own_errors_come_out(tmp_path: Path, seed: int) -> None:
    assert run(seed, tmp_path) > 0


def run_for(seconds: float) -> None:
    """Read one site after the other, and name the seed of one that fails."""
    began, seed, read = time.monotonic(), int(time.time()), 0
    while time.monotonic() - began < seconds:
        seed += 1
        with tempfile.TemporaryDirectory() as folder:
            try:
                read += run(seed, Path(folder))
            except BaseException:
                sys.stderr.write(f"seed {seed}\n")
                raise
    sys.stdout.write(f"{read} posts were read\n")


if __name__ == "__main__":
    run_for(float(sys.argv[1]) if len(sys.argv) > 1 else 60)

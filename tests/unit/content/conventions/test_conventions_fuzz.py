"""Nothing that a file may hold brings down a reading: only problems, and ContentErrors that become problems."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.content.conventions.as_shortcode import as_shortcode, read_arguments
from publisher.content.conventions.loose_dates import parse_loose_date
from publisher.content.conventions.outside_code import outside_code
from publisher.content.conventions.pelican_headers import parse_headers
from publisher.content.conventions.registry import every_convention
from publisher.content.front_matter.dates import DateError
from publisher.content.shortcodes.syntax import parse_shortcodes
from publisher.errors import PublisherError
from tests.convention_sites import NOW, folder_of

if TYPE_CHECKING:
    import pathlib

PIECES = st.sampled_from(
    [
        "---\n", "+++\n", "title: a\n", "Title: 題\n", "date: 2026-01-01\n", "Date: x\n", "{% if %}", "{% raw %}",
        "{{ a | b: }}", "{% include x y= %}", "{% endraw %}", "[[a|b]]", "![[", "%%", "==", "`", "```\n", "<A b={",
        "/>", "{{< x >}}", "\0", "\n\n",
        "import a from 'b'\n", "{filename}a.md", "](", "@/", "山", "# 題\n", "> [!n]\n", "{:toc}\n",
        "* TOC\n",
    ]
)  # fmt: skip
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=14).map("".join)
FILES = {
    "jekyll": "_posts/2026-01-01-a.md",
    "eleventy": "content/a.md",
    "astro": "src/content/a.mdx",
    "obsidian": "a.md",
}
CONFIGURATION = {
    "jekyll": "_config.yml",
    "pelican": "pelicanconf.py",
    "zola": "config.toml",
    "eleventy": ".eleventy.js",
}


@pytest.mark.parametrize("generator", sorted(set(every_convention()) - {"ghost"}))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS)
def test_any_text_is_read_or_refused_with_its_place(tmp_path: pathlib.Path, generator: str, text: str) -> None:
    text = text.encode("utf-8", "replace").decode("utf-8")
    name = FILES.get(generator, "content/2026-01-01-a.md")
    files = {CONFIGURATION.get(generator, "x"): 'PATH = "content"\n' if generator == "pelican" else "", name: text}
    folder = folder_of(tmp_path, generator, files)
    for problem in folder.site().problems:
        assert problem.at is not None
    for key in folder.posts():
        assert "\0" not in folder.render(key).html


@given(text=st.one_of(st.text(max_size=40), st.dates().map(str), st.datetimes().map(str)))
def test_a_date_is_read_or_refused(text: str) -> None:
    try:
        found = parse_loose_date(text, NOW.tzinfo)  # type: ignore[arg-type] # NOW is aware
    except DateError:
        return
    assert found is None or found.tzinfo is not None


@given(text=TEXTS)
def test_outside_code_loses_nothing(text: str) -> None:
    assert outside_code(text, lambda prose: prose) == text


@given(text=TEXTS)
def test_headers_and_body_are_cut_where_a_line_ends(text: str) -> None:
    try:
        front = parse_headers(text, "x.md")
    except PublisherError:
        return
    assert text.removeprefix("\ufeff").endswith(front.split.body)


@given(name=st.text(min_size=1, max_size=10), arguments=st.text(max_size=40), inner=st.one_of(st.none(), st.just("內")))
def test_every_tag_becomes_one_call_that_our_grammar_reads(name: str, arguments: str, inner: str | None) -> None:
    made = as_shortcode(name, *read_arguments(arguments), inner)
    if made.startswith("<iframe"):
        return
    parsed = parse_shortcodes(made)
    assert [isinstance(node, str) for node in parsed.nodes] == [False]
    assert parsed.errors == ()

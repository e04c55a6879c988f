from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.content.conventions.kramdown import without_attribute_lists
from publisher.errors import ConfigError
from tests.convention_sites import Folder, folder_of

if TYPE_CHECKING:
    from pathlib import Path

NAME = "_posts/2026-02-07-a-post.md"


def jekyll(
    root: Path, body: str, config: str = "timezone: Asia/Taipei\n", more: dict[str, str] | None = None
) -> Folder:
    return folder_of(root, "jekyll", {"_config.yml": config, NAME: f"---\ntitle: 一篇\n---\n{body}", **(more or {})})


def test_an_unknown_tag_becomes_a_card_and_a_warning_with_its_place(tmp_path: Path) -> None:
    made = jekyll(tmp_path, '第一行\n\n{% podbean "abc" width=300 %}\n').render()
    assert "{%" not in made.html
    assert 'href="https://a.example/2026/02/07/a-post.html"' in made.html
    (problem,) = made.problems
    assert problem.rule == "unknown-shortcode"
    assert "podbean" in problem.message
    assert problem.at is not None
    assert (problem.at.file, problem.at.line) == (NAME, 6)


def test_a_block_that_nobody_knows_keeps_what_it_holds(tmp_path: Path) -> None:
    made = jekyll(tmp_path, "{% callout warning %}**小心**{% endcallout %}\n").render()
    assert "<strong>小心</strong>" in made.html


def test_a_tag_of_a_theme_is_served_by_the_shortcode_of_its_name(tmp_path: Path) -> None:
    made = jekyll(tmp_path, '{% include video/youtube.html id="dQw4w9WgXcQ" %}\n').render()
    assert not made.problems
    assert "https://www.youtube.com/watch?v=dQw4w9WgXcQ" in made.html


def test_a_tag_with_an_address_is_a_card_to_that_address(tmp_path: Path) -> None:
    made = jekyll(tmp_path, "{% embed https://vimeo.com/12345 %}\n").render()
    assert '<a href="https://vimeo.com/12345">' in made.html


def test_a_broken_tag_is_named_and_the_text_around_it_stays(tmp_path: Path) -> None:
    made = jekyll(tmp_path, "前\n\n{% if page.title %}中\n\n後 {{ page.title }}\n").render()
    (problem,) = made.problems
    assert problem.severity == "error"
    assert problem.at is not None
    assert problem.at.line == 6
    assert "{%" not in made.html
    assert "{{" not in made.html
    assert "前" in made.html
    assert "後" in made.html


@pytest.mark.parametrize(
    "body",
    [
        "{% unclosed",
        "{{ unclosed",
        "{% %}",
        "{%%}",
        "{{}}",
        "{{ a | }}",
        "{% for x in (1..1000000000) %}{{ x }}{% endfor %}",
        "{% include ../../etc/passwd %}",
        "{% include a.html b= %}",
        "{% assign x = 'now' | date: '%Y' %}[{{ x }}]",
        "{% endif %}",
        "{% raw %}{{ open",
        "{{ page.date | divided_by: 0 }}",
        "{% include loop.html %}",
    ],
)
def test_no_liquid_reaches_a_reader_and_nothing_but_problems_comes_of_it(tmp_path: Path, body: str) -> None:
    loop = {"_includes/loop.html": "{% include loop.html %}"}
    made = jekyll(tmp_path, f"前\n\n{body}\n", more=loop).render()
    assert "前" in made.html
    assert "{%" not in made.html
    assert "root:" not in made.html
    assert "[20" not in made.html


def test_a_link_to_a_post_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    made = jekyll(tmp_path, "[x]({% post_url 2020-01-01-none %})\n").render()
    assert [problem.rule for problem in made.problems] == ["liquid"]


def test_raw_that_never_ends_is_told_at_once_however_often(tmp_path: Path) -> None:
    rendered = jekyll(tmp_path, "{% raw %}甲{% endraw %}\n\n" + "{% raw %} 乙\n" * 20_000).render()

    assert [(problem.rule, problem.at and problem.at.column) for problem in rendered.problems] == [("liquid", 1)]
    assert "raw" not in rendered.html


def test_raw_keeps_braces_and_shortcodes_as_they_are_written(tmp_path: Path) -> None:
    made = jekyll(tmp_path, "{% raw %}`{{ x }}` 和 {{< youtube a >}}{% endraw %}\n").render()
    assert "{{ x }}" in made.html
    assert "{{&lt; youtube a &gt;}}" in made.html
    assert not made.problems


def test_tags_as_one_text_are_split_on_spaces_and_categories_come_from_folders_too(tmp_path: Path) -> None:
    text = "---\ntags: 山 城市\ncategory: Field Notes\n---\nx"
    post = folder_of(tmp_path, "jekyll", {"_config.yml": "", "notes/_posts/2026-02-07-x.md": text}).only()
    assert post.tags == ("山", "城市")
    assert post.categories == ("notes", "Field Notes")
    assert post.url == "https://a.example/notes/field%20notes/2026/02/07/x.html"


def test_a_pattern_for_the_posts_collection_wins(tmp_path: Path) -> None:
    config = "permalink: pretty\ncollections:\n  posts:\n    permalink: /p/:slug\n"
    assert jekyll(tmp_path, "x", config).path(NAME) == "/p/a-post"


def test_an_unknown_placeholder_is_located_and_the_other_posts_are_read(tmp_path: Path) -> None:
    bad = {"_posts/2026-02-06-bad.md": "---\ntitle: 壞\npermalink: /:nothing/\n---\n"}
    folder = jekyll(tmp_path, "x", more=bad)
    assert folder.only().title == "一篇"
    assert folder.said() == ["_posts/2026-02-06-bad.md:3: the permalink holds an unknown placeholder: :nothing"]


def test_a_date_that_is_none_spoils_only_its_post(tmp_path: Path) -> None:
    bad = {"_posts/2026-02-06-bad.md": "---\ntitle: 壞\ndate: someday\n---\n"}
    folder = jekyll(tmp_path, "x", more=bad)
    assert folder.only().title == "一篇"
    assert folder.said() == ["_posts/2026-02-06-bad.md:3: not a date: someday"]


def test_text_before_the_separator_is_the_description(tmp_path: Path) -> None:
    config = 'excerpt_separator: "<!--more-->"\n'
    assert jekyll(tmp_path, "前**文** {{ x }}\n\n還有<!--more-->後文", config).only().description == "前文 還有"


def test_a_post_that_begins_with_a_heading_is_not_summed_up_by_it(tmp_path: Path) -> None:
    assert jekyll(tmp_path, "# 標題\n\n內文").only().description == ""


def test_a_broken_configuration_is_located(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        jekyll(tmp_path, "x", "title: a: b\n").site()
    assert str(caught.value).startswith("_config.yml:1:")


def test_kramdown_attributes_go_but_code_keeps_them() -> None:
    text = "# 題 {#a}\n{: .note}\n段{:.lead}落\n* TOC\n{:toc}\n\n{::options x=1 /}\n`{: .x}`\n```\n{: .x}\n```\n"
    made = without_attribute_lists(text)
    assert made == "# 題 {#a}\n\n段落\n\n\n\n\n`{: .x}`\n```\n{: .x}\n```\n"
    assert made.count("\n") == text.count("\n")

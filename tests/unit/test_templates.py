from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.errors import TemplateError
from publisher.templates import EMAIL, FEEDS, builtin_dir, environment, render

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "feeds").mkdir()
    return tmp_path


def test_the_shipped_folders_are_found() -> None:
    assert builtin_dir(FEEDS).is_dir()
    assert builtin_dir(EMAIL).is_dir()


def test_a_missing_variable_is_an_error_with_file_and_line(site: Path) -> None:
    (site / "feeds" / "own.html.j2").write_text("<p>\n{{ entry.titel }}\n")
    with pytest.raises(TemplateError) as caught:
        render(environment(FEEDS, site), "own.html.j2", entry={"title": "x"})
    assert str(caught.value.at) == "feeds/own.html.j2:2:1"
    assert "titel" in caught.value.message


def test_a_template_that_is_no_template_is_located(site: Path) -> None:
    (site / "feeds" / "own.html.j2").write_text("<p>\n\n{% if x %}\n")
    with pytest.raises(TemplateError) as caught:
        render(environment(FEEDS, site), "own.html.j2")
    assert str(caught.value.at).startswith("feeds/own.html.j2:3")


def test_a_template_that_includes_nothing_is_named(site: Path) -> None:
    (site / "feeds" / "own.html.j2").write_text("{% include 'gone.html.j2' %}")
    with pytest.raises(TemplateError, match=r"no template gone\.html\.j2"):
        render(environment(FEEDS, site), "own.html.j2")


def test_html_is_escaped_and_text_twins_are_not(site: Path) -> None:
    for name in ("own.html.j2", "own.mjml.j2", "own.txt.j2"):
        (site / "feeds" / name).write_text("{{ title }}")
    env = environment(FEEDS, site)
    shown = [render(env, name, title="a < b") for name in ("own.html.j2", "own.mjml.j2", "own.txt.j2")]
    assert shown == ["a &lt; b", "a &lt; b", "a < b"]


def test_a_site_overrides_a_template_and_may_extend_the_original(site: Path) -> None:
    (site / "feeds" / "entry.html.j2").write_text('{% include "builtin/entry.html.j2" %}<p>mine</p>')
    shown = render(environment(FEEDS, site), "entry.html.j2", hero=None, html="<p>its own</p>", source=None)
    assert "its own" in shown
    assert shown.endswith("<p>mine</p>")

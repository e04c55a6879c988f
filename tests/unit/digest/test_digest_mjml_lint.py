"""What MJML's parser would drop in silence is told, at its place in the template."""

from pathlib import Path

import pytest

from publisher.digest.mjml_lint import fits, lint_own_templates, lint_template, mask_jinja
from publisher.digest.render import render_digest
from publisher.errors import Problem
from publisher.templates import EMAIL, builtin_dir, environment
from tests.digest_samples import a_digest

SHIPPED = sorted(path.relative_to(builtin_dir(EMAIL)).as_posix() for path in builtin_dir(EMAIL).rglob("*.mjml.j2"))


def lint(source: str) -> list[tuple[str, str]]:
    return [(str(problem.at), problem.message) for problem in lint_template(source, "t")]


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_template_is_clean(name: str) -> None:
    assert lint_template((builtin_dir(EMAIL) / name).read_text(encoding="utf-8"), name) == ()


def test_an_unknown_tag_is_an_error_with_the_nearest_name() -> None:
    source = "<mj-section>\n  <mj-colum></mj-colum>\n</mj-section>\n"
    message = "MJML has no <mj-colum>; it would vanish from the mail"
    (problem,) = lint_template(source, "blocks/card.mjml.j2")
    assert problem.at is not None
    assert (problem.at.line, problem.at.column, problem.at.text) == (2, 3, "  <mj-colum></mj-colum>")
    assert problem == Problem(message, problem.at, "did you mean mj-column?", "error", "mjml-tag")


def test_an_unknown_attribute_is_found_on_its_own_line() -> None:
    source = '<mj-text\n  align="left"\n    colour="red">雨</mj-text>'
    assert lint(source) == [("t:3:5", '<mj-text> takes no attribute "colour"')]


@pytest.mark.parametrize(
    ("tag", "attribute"),
    [
        ("mj-text", 'font-size="huge"'),
        ("mj-text", 'padding="1em"'),
        ("mj-text", 'padding="1px 2px 3px 4px 5px"'),
        ("mj-text", 'align="middle"'),
        ("mj-text", 'color="#12345"'),
        ("mj-image", 'width="50%"'),
        ("mj-image", 'fluid-on-mobile="yes"'),
        ("mj-table", 'cellpadding="2px"'),
        ("mjml", 'language="zh"'),
    ],
)
def test_a_value_that_mjml_does_not_take_is_told(tag: str, attribute: str) -> None:
    assert len(lint(f"<{tag} {attribute} />")) == 1


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("4px 0 12px", "unit(px,%){1,4}"),
        ("1.75", "unit(px,%,)"),
        ("-0.5em", "unitWithNegative(px,em)"),
        ("auto", "unit(px,auto)"),
        ("#FFF", "color"),
        ("rgba(0,0,0,.5)", "color"),
        ("rebeccapurple", "color"),
        ("3", "integer"),
        ("anything at all", "string"),
    ],
)
def test_a_value_that_mjml_takes_fits(value: str, kind: str) -> None:
    assert fits(value, kind)


def test_a_tag_in_the_wrong_place_is_told() -> None:
    assert lint("<mj-section><mj-text>雨</mj-text></mj-section>") == [
        ("t:1:13", "<mj-text> can't stand in <mj-section>")
    ]


def test_a_tag_that_is_never_closed_spoils_only_itself() -> None:
    assert lint("<mj-section><mj-column></mj-section><mj-section><mj-foo /></mj-section>") == [
        ("t:1:49", "MJML has no <mj-foo>; it would vanish from the mail")
    ]


def test_mj_include_is_refused() -> None:
    assert lint('<mj-include path="x" />') == [("t:1:1", "<mj-include> is not used here")]


def test_what_jinja_writes_is_not_judged() -> None:
    source = """{# <mj-foo> #}
    <mj-text align="{{ "left" if x else "right" }}" {{ more }} {% if y %}color="red"{% endif %}
    >{% if z %}<mj-bar>{% endif %}{{ "<mj-foo>" }}</mj-text><{{ tag }} x="1">"""
    assert lint(source) == []


def test_masking_keeps_every_line_and_column() -> None:
    source = "a {{ b\n c }} d {# e\n #} f"
    masked = mask_jinja(source)
    assert [len(line) for line in masked.splitlines()] == [len(line) for line in source.splitlines()]
    assert masked.index("d") == source.index("d")


def test_html_in_a_text_and_defaults_for_others_are_left_alone() -> None:
    assert (
        lint(
            "<mj-text><div mj-x='1'>雨</div></mj-text><mj-attributes><mj-class name='a' colour='red' /></mj-attributes>"
        )
        == []
    )


def test_a_sites_own_template_is_linted_when_a_mail_is_rendered(tmp_path: Path) -> None:
    folder = tmp_path / EMAIL / "blocks"
    folder.mkdir(parents=True)
    shipped = (builtin_dir(EMAIL) / "blocks" / "masthead.mjml.j2").read_text(encoding="utf-8")
    (folder / "masthead.mjml.j2").write_text(
        shipped.replace("<mj-column>", '<mj-column colour="red">'), encoding="utf-8"
    )
    env = environment(EMAIL, tmp_path)
    (problem,) = lint_own_templates(env)
    assert problem.at is not None
    assert (problem.at.file, problem.at.column) == ("email_templates/blocks/masthead.mjml.j2", 14)
    assert problem in render_digest(a_digest(), env).problems


def test_shipped_templates_are_not_linted_again_at_every_render() -> None:
    assert lint_own_templates(environment(EMAIL, None)) == ()

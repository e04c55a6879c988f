"""The golden cases take every way through every shipped template, so no way can change without a difference."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from publisher.templates import EMAIL, FEEDS
from tests.golden.cases import CASES, read_case, run_case
from tests.golden.template_branches import branches_in, branches_of, watch


def test_the_cases_take_every_branch_of_every_template(tmp_path: Path) -> None:
    with watch() as steps:
        for name in CASES:
            run_case(read_case(name), tmp_path)
    branches = [*branches_of(FEEDS), *branches_of(EMAIL)]
    untaken = [told for branch in branches for told in branch.untaken(steps[branch.template])]
    assert not untaken, "add to a golden case what makes these happen:\n" + "\n".join(untaken)


def test_every_shipped_template_is_looked_at() -> None:
    assert {branch.template for branch in branches_of(FEEDS)} >= {"feeds/entry.html.j2", "feeds/embed.html.j2"}
    assert "email_templates/blocks/card.mjml.j2" in {branch.template for branch in branches_of(EMAIL)}


def test_a_branch_that_went_one_way_only_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.j2").write_text("{% if no %}no{% endif %}{% if yes %}\nA{% endif %}{% for _ in [] %}B{% endfor %}")
    env = Environment(loader=FileSystemLoader(tmp_path), autoescape=True)
    with watch() as steps:
        env.get_template("a.j2").render(yes=True)
        env.get_template("a.j2").render(no=True, yes=True)
    untaken = [branch.untaken(steps[str(tmp_path / "a.j2")]) for branch in branches_in(env, "a.j2", "a.j2")]
    assert untaken == [[], ["a.j2:1: never false: if yes"], ["a.j2:2: never true: for _ in []"]]

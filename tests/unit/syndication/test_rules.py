"""rules.toml: complete, consistent with readers.toml, and every test that it names is there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.syndication.reader_views import known_readers
from publisher.syndication.rules import PLATFORMS, Rule, known_rules, nearest

ROOT = Path(__file__).parents[3]
RULES = known_rules()
#: How many rules each checklist has.
CHECKLISTS = {
    "X": 6,
    "R": 18,
    "A": 11,
    "J": 11,
    "P": 2,
    "M": 4,
    "H": 10,
    "L": 3,
    "G": 5,
    "C": 8,
    "D": 5,
    "W": 4,
    "E": 12,
}
#: Where doubts about posts and feeds arise, which `publisher check` and `publisher build` tell.
SOURCES = (
    *(ROOT / "publisher/content").rglob("*.py"),
    *(ROOT / "publisher/syndication" / f"{name}.py" for name in ("podcast_rules", "claims", "entries")),
    *(ROOT / "publisher/pipeline" / f"{name}.py" for name in ("archives", "build", "check", "podcast")),
    *(ROOT / "publisher/pipeline").glob("*feed*.py"),
)


def test_every_rule_of_each_checklist_is_there_in_its_order() -> None:
    ids = [rule for rule in RULES if re.fullmatch(r"[A-Z]\d+", rule)]
    assert ids == [f"{letter}{number}" for letter, count in CHECKLISTS.items() for number in range(1, count + 1)]


def test_every_test_that_is_named_is_there() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    there = set(re.findall(r"^ *(?:async )?def (test_\w+)", source, re.MULTILINE))
    assert {name for rule in RULES.values() for name in rule.by} - there == set()


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_rule_says_how_it_is_kept_and_what_mends_it(rule: Rule) -> None:
    assert rule.what.endswith(".")
    assert rule.by or rule.kept != "program"
    assert rule.mend or rule.kept != "lint" or set(rule.names) - {rule.id}
    assert set(rule.names) <= set(RULES)
    assert set(rule.platforms) <= set(PLATFORMS)
    assert not rule.says or rule.mend
    assert rule.readers or not rule.loses


def _names_in(source: str) -> Iterator[str]:
    """Read the names of rules off the calls that make a problem."""
    places = {"Problem": 4, "doubt": 4, "as_problem": 0, "add": 3}
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        said = [word.value for word in call.keywords if word.arg == "rule"]
        if name in places:
            said += call.args[places[name] :][:1]
        yield from (one.value for one in said if isinstance(one, ast.Constant) and isinstance(one.value, str))


def test_every_name_that_a_doubt_has_is_in_the_table() -> None:
    names = {name for path in SOURCES for name in _names_in(path.read_text(encoding="utf-8"))}
    assert "missing-image" in names
    assert names - set(RULES) == set()


def test_readers_of_a_rule_are_those_that_readers_toml_says_it_of() -> None:
    readers = known_readers()
    in_text_only = {one.key for one in readers if one.media not in {"shown", "listed below the text"}}
    assert set(RULES["E10"].readers) == in_text_only
    assert set(RULES["E11"].readers) == {one.key for one in readers if not one.categories}
    assert RULES["E5"].readers == ("miniflux", "feedparser")
    assert RULES["E4"].reader_names == "CommaFeed"
    assert len(RULES["H1"].readers) == len(readers)


def test_the_share_of_readers_that_lose_something_is_its_severity() -> None:
    assert {name: RULES[name].severity for name in ("E8", "E10", "E4", "E3")} == {
        "E8": "error",
        "E10": "warning",
        "E4": "note",
        "E3": "note",
    }


def test_a_name_that_is_not_known_is_answered_with_the_nearest() -> None:
    assert nearest("minflux", ["miniflux", "freshrss"]) == 'did you mean "miniflux"?'
    assert nearest("e5", RULES) == 'did you mean "E5"?'
    assert nearest("q", ["a", "b"]) == "there are: a, b"

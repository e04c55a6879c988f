"""Whole sites against every file that the program made of them when somebody last looked.

`pytest tests/golden --update-golden` writes the expected files anew; `git diff` then shows what changed for readers.
"""

import difflib
from pathlib import Path

import pytest

from tests.golden.cases import CASES, Files, read_case, read_expected, run_case, write_expected

#: Lines of a difference that are shown; what follows seldom tells more.
SHOWN_LINES = 80
SHOWN_CHARACTERS = 300


@pytest.mark.parametrize("name", CASES)
def test_a_site_gives_the_files_it_always_gave(name: str, tmp_path: Path, update_golden: bool) -> None:
    case = read_case(name)
    made = run_case(case, tmp_path)
    if update_golden:
        write_expected(case, made)
    difference = difference_of(read_expected(case), made)
    assert not difference, f"{name} changed; if it should have, run pytest with --update-golden\n{difference}"


@pytest.mark.parametrize("name", CASES)
def test_nothing_private_is_in_any_file(name: str, tmp_path: Path) -> None:
    made = run_case(read_case(name), tmp_path)
    shown = {file: content for file, content in made.items() if not file.startswith("problems/")}
    assert not [file for file, content in shown.items() if "秘密" in content or "secret" in content]


def test_a_difference_names_the_file_and_the_line() -> None:
    told = difference_of({"a.txt": "one\ntwo\n", "gone.txt": ""}, {"a.txt": "one\n2\n", "new.txt": "x"})
    assert "no longer made: gone.txt" in told
    assert "made now: new.txt" in told
    assert "--- expected/a.txt" in told
    assert "-two\n+2" in told


def difference_of(expected: Files, made: Files) -> str:
    """Tell in what two sets of files differ, as a unified diff; empty if in nothing."""
    lines = [f"no longer made: {name}" for name in sorted(expected.keys() - made.keys())]
    lines += [f"made now: {name}" for name in sorted(made.keys() - expected.keys())]
    for name in sorted(expected.keys() & made.keys()):
        if expected[name] != made[name]:
            lines += _diff(name, expected[name], made[name])
    return "\n".join(lines[:SHOWN_LINES])


def _diff(name: str, expected: str, made: str) -> list[str]:
    """Compare piece by piece."""
    before, after = _pieces(expected), _pieces(made)
    lines = difflib.unified_diff(before, after, f"expected/{name}", f"made/{name}", lineterm="", n=1)
    return [line if len(line) <= SHOWN_CHARACTERS else line[:SHOWN_CHARACTERS] + " …" for line in lines]


def _pieces(text: str) -> list[str]:
    """Cut a text into lines, and between tags too, since a mail's HTML is one long line."""
    return text.replace("\r", "\\r").replace("><", ">\n<").split("\n")

"""The pages under docs/ that are written from the program say what the program says."""

from __future__ import annotations

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_every_setting_is_documented_as_it_is() -> None:
    written = runpy.run_path(str(DOCS / "make_settings.py"))["page"]()
    assert (DOCS / "settings.md").read_text(encoding="utf-8") == written, "run `make docs`"


def test_every_command_is_documented_as_it_is() -> None:
    script = runpy.run_path(str(DOCS / "make_commands.py"))
    assert (DOCS / "commands.md").read_text(encoding="utf-8") == script["document"](), "run `make docs`"


def test_every_rule_is_documented_as_it_is() -> None:
    written = runpy.run_path(str(DOCS / "make_rules.py"))["page"]()
    assert (DOCS / "rules.md").read_text(encoding="utf-8") == written, "run `make docs`"

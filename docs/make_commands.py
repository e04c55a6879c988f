"""Write docs/commands.md: every command's own --help, so that the page never says more or less than the program."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parent / "commands.md"


def help_of(*command: str) -> str:
    """Ask the program for the help of a command."""
    plain = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}
    words = [sys.executable, "-m", "publisher.cli.main", *command, "--help"]
    text = subprocess.run(words, check=True, capture_output=True, text=True, env=plain).stdout  # noqa: S603 - our own program
    return text.replace("python -m publisher.cli.main", "publisher").strip()


def commands_in(text: str) -> list[str]:
    """Read the names under "Commands:" in a help text."""
    table = text.partition("Commands:\n")[2].partition("\n\n")[0]
    return re.findall(r"^  (\S+)", table, flags=re.MULTILINE)


def page(path: tuple[str, ...] = ()) -> list[str]:
    """Collect the help of a command and of those below it."""
    text = help_of(*path)
    title = " ".join(("publisher", *path))
    parts = [f"## {title}\n\n```text\n{text}\n```\n"]
    for name in commands_in(text):
        parts += page((*path, name))
    return parts


def document() -> str:
    """Give the whole page."""
    return "# Commands\n\nWritten by `make docs` from the program's own help.\n\n" + "\n".join(page())


if __name__ == "__main__":
    PAGE.write_text(document(), encoding="utf-8")

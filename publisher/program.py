"""Which program this is, so that nothing is believed that another one has left on disk."""

from __future__ import annotations

import hashlib
import os
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from publisher import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Folders of a program's shipped templates, beside its package or in it (`templates.builtin_dir`).
_ASSETS = ("_assets", "../feeds", "../email_templates")


@cache
def program_stamp() -> str:
    """Name this program exactly: its version, Python's, the state of its files and of the libraries installed."""
    package = Path(__file__).parent
    facts: list[object] = [__version__, sys.version, sys.platform]
    for folder in (package, *(package / name for name in _ASSETS)):
        facts.extend(_files_below(str(folder)))
    # Installing or upgrading a library writes into the folder that holds them all.
    facts.extend(os.stat(path).st_mtime_ns for path in sys.path if path.endswith("-packages") and os.path.isdir(path))  # noqa: PTH112, PTH116 - plain paths
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _files_below(folder: str) -> Iterator[tuple[str, int, int]]:
    """Name every file of a program with its size and time of change, in the order of the names."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _files_below(entry.path)
        elif entry.name.endswith((".py", ".j2", ".css", ".toml")):
            stat = entry.stat()
            yield entry.path, stat.st_size, stat.st_mtime_ns

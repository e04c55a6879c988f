"""A stamp on a site that was found built: as long as no file changes and no post comes due, there is nothing to do.

It is set by a build that had nothing to write, and holds for every file below the site's folder by name, size and time
of change, for every file written, for one program, and until the clock makes another site of it. Comparing costs two
looks a file, and neither settings, templates nor posts are read, nor what reads them imported. Deleting it only makes
the next build look closer; whatever is doubtful is no stamp.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from publisher.content.cache import RACY_NS, freeze_problem, thaw_problem
from publisher.pipeline.build_report import BuildReport, BuiltFile
from publisher.program import program_stamp

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

NAME = "stamp.json"
FOLDER = ".publisher"
#: Folders that no build reads.
_NEVER_READ = frozenset({".git", ".publisher", "node_modules"})

#: From when on, and until when, the clock makes nothing else of a site, in seconds since 1970; None: always.
Window = tuple[float | None, float | None]


class _UnwatchableError(Exception):
    """A folder leads elsewhere: what lies there can change without a trace here."""


def set_stamp(root: Path, report: BuildReport, window: Window, output: str) -> None:
    """Note that a site is built. That it can't be noted spoils nothing.

    root: the folder of its publisher.toml.  report: of a build that wrote nothing.  window: how long its posts stay as
    they are.  output: the folder of built files, relative to the site's; of the files in it, only the built ones count.
    """
    with suppress(OSError, ValueError, _UnwatchableError):
        digest, _ = _state_of_site(root, output)
        facts = {
            "output": output,
            "site": digest,
            "window": window,
            "files": [(file.path.relative_to(root).as_posix(), *_look_at(file.path)) for file in report.files],
            "report": _freeze(report),
        }
        content = json.dumps(facts).encode("ascii")
        path = root / FOLDER / NAME
        temporary = path.with_suffix(".tmp")
        temporary.write_bytes(_head(content) + b"\n" + content)
        temporary.replace(path)


def still_built(root: Path, now: datetime) -> BuildReport | None:
    """Give the report of the last build again where a build would find nothing to do; None where it has to look."""
    try:
        path = root / FOLDER / NAME
        head, _, content = path.read_bytes().partition(b"\n")
        if head != _head(content):
            return None
        facts = json.loads(content)
        since, until = facts["window"]
        moment = now.timestamp()
        if (since and moment < since) or (until and moment >= until):
            return None
        for name, length_bytes, mtime_ns in facts["files"]:
            if _look_at(root / name) != (length_bytes, mtime_ns):
                return None
        digest, newest_ns = _state_of_site(root, facts["output"])
        if digest != facts["site"] or newest_ns >= path.stat().st_mtime_ns - RACY_NS:
            return None
        return _thaw(facts["report"], root, facts["files"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError, _UnwatchableError):
        return None


def _look_at(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns


def _head(content: bytes) -> bytes:
    return f"{program_stamp()} {hashlib.sha256(content).hexdigest()}".encode("ascii")


def _state_of_site(root: Path, output: str) -> tuple[str, int]:
    """Give a digest of every file below a folder, and when the newest one changed. Raises _UnwatchableError."""
    files = sorted(_files_below(str(root), "", output.strip("/")))
    text = "\n".join(f"{name}\0{size}\0{mtime_ns}" for name, size, mtime_ns in files)
    newest_ns = max((mtime_ns for _, _, mtime_ns in files), default=0)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest(), newest_ns


def _files_below(folder: str, prefix: str, output: str) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            name = f"{prefix}{entry.name}"
            if entry.is_symlink() and entry.is_dir():
                raise _UnwatchableError
            if entry.is_dir():
                if entry.name not in _NEVER_READ and name != output:
                    yield f"{name}/", 0, 0
                    yield from _files_below(entry.path, f"{name}/", output)
            elif entry.is_symlink() and not entry.is_file():
                yield name, -1, 0
            else:
                stat = entry.stat()
                yield name, stat.st_size, stat.st_mtime_ns


def _freeze(report: BuildReport) -> dict[str, Any]:
    problems = [freeze_problem(problem) for problem in report.problems]
    return {"entries": report.entries, "problems": problems, "left_out": dict(report.left_out)}


def _thaw(facts: dict[str, Any], root: Path, files: list[tuple[str, int, int]]) -> BuildReport:
    return BuildReport(
        files=tuple(BuiltFile(path=root / name, length_bytes=length, changed=False) for name, length, _ in files),
        removed=(),
        entries=facts["entries"],
        problems=tuple(map(thaw_problem, facts["problems"])),
        left_out=MappingProxyType(facts["left_out"]),
    )

"""Files that appear whole or not at all, and stay untouched while their content is the same."""

from __future__ import annotations

import secrets
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from publisher.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def write_if_changed(path: Path, content: bytes, *, dry_run: bool = False) -> bool:
    """Make `path` hold `content`; tell whether it did not before.

    A file that holds it already keeps its modification time, so that servers and `rsync` see no change. Folders are
    made as needed. A reader sees the old file or the new one, never a part of it, and a failure leaves the old one.
    dry_run: only tell.  Raises ConfigError where the system refuses.
    """
    try:
        if _holds(path, content):
            return False
        if not dry_run:
            path.parent.mkdir(parents=True, exist_ok=True)
            _replace(path, content)
    except OSError as error:
        hint = "check site.output in publisher.toml and the permissions of that folder"
        raise ConfigError(f"can't write {path}: {error.strerror or error}", hint=hint) from error
    return True


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except (FileNotFoundError, NotADirectoryError):
        return False


def _replace(path: Path, content: bytes) -> None:
    """Write a file beside `path`, then rename it over: a rename within one folder is atomic (POSIX rename)."""
    # Chance keeps two writers apart, also in containers, where each is process 1; the dot keeps web servers off.
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    try:
        temporary.write_bytes(content)
        with suppress(FileNotFoundError):
            shutil.copymode(path, temporary)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_pictures(pictures: Mapping[str, bytes], folder: Path) -> None:
    """Write an issue's pictures. pictures: by path below `folder`."""
    for name, content in pictures.items():
        write_if_changed(folder / name, content)

"""Content files as text: read whole, or refused with the place of what is wrong with them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from publisher.errors import ContentError, Location

if TYPE_CHECKING:
    from pathlib import Path

#: A larger file is no post somebody wrote; reading it would only cost memory.
MAX_FILE_BYTES = 10_000_000


def read_text(path: Path, name: str) -> str:
    """Read a content file. Raises ContentError for one that is too large, binary, not UTF-8, or can't be opened."""
    try:
        with path.open("rb", buffering=0) as file:
            if os.fstat(file.fileno()).st_size > MAX_FILE_BYTES:
                raise ContentError("the file is too large for a post", at=Location(name), hint="is it a post at all?")
            octets = file.read()
    except OSError as error:
        raise ContentError(f"can't read the file: {error.strerror}", at=Location(name)) from error
    if b"\0" in octets:
        raise ContentError("the file is binary, not text", at=Location(name), hint="is it a post at all?")
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError as error:
        line = octets.count(b"\n", 0, error.start) + 1
        column = error.start - (octets.rfind(b"\n", 0, error.start) + 1) + 1
        at = Location(name, line, column)
        raise ContentError("the file is not UTF-8 here", at=at, hint="save it as UTF-8") from error

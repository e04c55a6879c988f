"""What the last build wrote, kept in .publisher/built.json, so that the next one can clear up behind it.

A file goes only if it is listed there, no feed needs it any more, and it holds exactly what we wrote: whatever somebody
else has put in its place stays. Without the list (a fresh checkout, a list that was damaged or deleted) nothing goes.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from publisher.pipeline.files import write_if_changed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from publisher.config import Config

#: Below the folder of publisher.toml; may be deleted at any time.
FOLDER = ".publisher"
NAME = "built.json"
CARDS_NAME = "cards.bin"
ENTRIES_NAME = "entries.bin"


@dataclass(frozen=True, slots=True)
class BuiltFiles:
    """What the last build wrote, by path below the output folder."""

    hashes: Mapping[str, str]
    #: What each document was made from, as `kept_document` is told it.
    made_from: Mapping[str, str]


def kept_document(config: Config, built: BuiltFiles, name: str, made_from: str) -> bytes | None:
    """Give a document of the last build that would be made of the same things again; None if it was changed since.

    made_from: equal only where everything is equal that decides about a byte of the document.
    """
    if not made_from or built.made_from.get(name) != made_from:
        return None
    try:
        content = (config.output_dir / name).read_bytes()
    except OSError:
        return None
    return content if hash_of(content) == built.hashes.get(name) else None


def remove_leftovers(
    config: Config, documents: Mapping[str, bytes], made_from: Mapping[str, str], *, dry_run: bool = False
) -> tuple[Path, ...]:
    """Delete what the last build wrote and this one did not, and remember what this one wrote.

    documents: everything this build wrote, by its path below the output folder; made_from: see `kept_document`.
    Gives the files deleted; in a dry run, those that would be. Folders that this leaves empty go too.
    """
    before = read_built(config).hashes
    output = config.output_dir.resolve()
    kept = {on_any_disk(name) for name in documents}
    candidates = (name for name in sorted(before) if on_any_disk(name) not in kept)
    gone = [output / name for name in candidates if _is_ours(output, name, before[name])]
    if not dry_run:
        for path in gone:
            path.unlink(missing_ok=True)
            _remove_empty(path.parent, output)
        _write_list(config, {name: hash_of(content) for name, content in documents.items()}, made_from)
    return tuple(config.output_dir / path.relative_to(output) for path in gone)


def read_built(config: Config) -> BuiltFiles:
    """Read what the last build wrote. Empty where that is not known."""
    nothing = BuiltFiles({}, {})
    try:
        listed = json.loads((config.root / FOLDER / NAME).read_bytes())
    except (OSError, ValueError, RecursionError):
        return nothing
    # Another output folder is another story: what was built into the old one may be anybody's now.
    if not isinstance(listed, dict) or listed.get("output") != config.site.output:
        return nothing
    return BuiltFiles(_texts(listed.get("files")), _texts(listed.get("made_from")))


def _texts(value: Any) -> dict[str, str]:
    return {str(name): str(text) for name, text in value.items()} if isinstance(value, dict) else {}


def hash_of(content: bytes) -> str:
    """Give the hash by which a file is recognised as ours."""
    return hashlib.sha256(content).hexdigest()


def on_any_disk(name: str) -> str:
    """Write a path so that two which are one file on some system (macOS, Windows) are equal."""
    return normalize("NFC", name).casefold()


def _is_ours(output: Path, name: str, hashed: str) -> bool:
    path = output / name
    try:
        inside = path.resolve().is_relative_to(output) and not path.is_symlink()
        return inside and hash_of(path.read_bytes()) == hashed
    except (OSError, ValueError):
        return False


def _remove_empty(folder: Path, output: Path) -> None:
    """Remove folders from the inside out, as long as nothing is in them; never the output folder itself."""
    with suppress(OSError):
        while folder != output and folder.is_relative_to(output):
            folder.rmdir()
            folder = folder.parent


def _write_list(config: Config, hashes: Mapping[str, str], made_from: Mapping[str, str]) -> None:
    facts = {"files": dict(sorted(hashes.items())), "made_from": dict(sorted(made_from.items()))}
    listed = {"output": config.site.output, **facts}
    text = json.dumps(listed, ensure_ascii=False, indent=1) + "\n"
    write_if_changed(config.root / FOLDER / NAME, text.encode())
    # Keeps the folder out of git without touching a file of the site's own.
    write_if_changed(config.root / FOLDER / ".gitignore", b"*\n")

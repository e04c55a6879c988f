"""What a build did, as people and scripts are told."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from publisher.errors import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltFile:
    """One file of a build."""

    path: Path
    length_bytes: int
    #: Whether it had to be written (in a dry run: would have to be); False: it held the same bytes before.
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """What a build did."""

    files: tuple[BuiltFile, ...]
    #: Files of an earlier build that no feed needs any more (in a dry run: they would go).
    removed: tuple[Path, ...]
    #: Posts that some feed shows.
    entries: int
    problems: tuple[Problem, ...]
    #: Whether publisher.lock had to be written (in a dry run: would have to be).
    lock_changed: bool = False
    #: Posts that stayed out, by reason (`model.post.Site.left_out`).
    left_out: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def written(self) -> int:
        """How many files had to change."""
        return sum(file.changed for file in self.files)

"""Our side: `publisher build` in a fresh process, on a copy of the made-up site of its own."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench import corpus
from bench.measure import Competitor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PROGRAM = Path(sys.executable).with_name("publisher")
#: Below the site: what a cold run must not find.
_LEFTOVERS = ("public", ".publisher")


@dataclass(frozen=True)
class OurSite:
    """A copy of the made-up site with a publisher.toml; runs on it find what the one before left."""

    folder: Path
    formats: Sequence[str]

    def write_settings(self) -> None:
        """Write publisher.toml."""
        (self.folder / "publisher.toml").write_text(_settings(self.formats), encoding="utf-8")

    @property
    def output(self) -> Path:
        """Folder of the written feeds."""
        return self.folder / "public"

    def cold(self) -> Competitor:
        """Without outputs and caches."""
        return self._build("cold", self._forget)

    def one_changed(self) -> Competitor:
        """After a line was appended to the newest post."""
        return self._build("one post changed", self._change_newest)

    def unchanged(self) -> Competitor:
        """Right after another build."""
        return self._build("nothing changed", lambda: None)

    def times_of_writing(self) -> dict[Path, int]:
        """Tell when each written file was last written: a build that changes nothing must write nothing."""
        return {file: file.stat().st_mtime_ns for file in sorted(self.output.rglob("*")) if file.is_file()}

    def _build(self, state: str, prepare: Callable[[], None]) -> Competitor:
        name = f"publisher, {'+'.join(self.formats)}, {state}"
        return Competitor(name, (str(PROGRAM), "build"), prepare, folder=self.folder)

    def _forget(self) -> None:
        for name in _LEFTOVERS:
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def _change_newest(self) -> None:
        newest = max((self.folder / "content" / "posts").iterdir())
        with newest.open("a", encoding="utf-8") as file:
            file.write("\n編按：這一行是後來補上的。\n")


def _settings(formats: Sequence[str]) -> str:
    return f"""[site]
title = "{corpus.SITE_TITLE}"
url = "{corpus.SITE_URL}"
description = "{corpus.SITE_DESCRIPTION}"
language = "zh-TW"
timezone = "Asia/Taipei"
author = "編輯室"
generator = "hugo"

[feeds]
formats = [{", ".join(f'"{name}"' for name in formats)}]
limit = 20
by = ["tags", "categories"]
"""

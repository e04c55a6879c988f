"""Our side: `publisher build` in a fresh process, on a copy of the made-up site of its own."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench import corpus
from bench.measure import Competitor
from publisher.config import FeedsConfig

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


def groups_feeds() -> bool:
    """Tell whether this publisher makes feeds for tags and categories, or the site's own alone."""
    return "by" in FeedsConfig.model_fields


def _settings(formats: Sequence[str]) -> str:
    by = 'by = ["tags", "categories"]\n' if groups_feeds() else ""
    names = ", ".join(f'"{name}"' for name in formats)
    return (
        f'[site]\ntitle = "{corpus.SITE_TITLE}"\nurl = "{corpus.SITE_URL}"\ndescription = "{corpus.SITE_DESCRIPTION}"\n'
        'language = "zh-TW"\ntimezone = "Asia/Taipei"\nauthor = "編輯室"\ngenerator = "hugo"\n\n'
        f"[feeds]\nformats = [{names}]\nlimit = 20\n{by}"
    )

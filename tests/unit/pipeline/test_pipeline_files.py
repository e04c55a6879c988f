import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from publisher.errors import ConfigError
from publisher.pipeline.files import write_if_changed

OLD = 1_600_000_000_000_000_000


def an_old_file(folder: Path) -> Path:
    path = folder / "rss.xml"
    path.write_bytes(b"old")
    os.utime(path, ns=(OLD, OLD))
    return path


def test_a_new_file_is_made_with_its_folders(tmp_path: Path) -> None:
    path = tmp_path / "public" / "feeds" / "rss.xml"
    assert write_if_changed(path, b"new")
    assert path.read_bytes() == b"new"
    assert [file.name for file in path.parent.iterdir()] == ["rss.xml"]


def test_a_file_with_the_same_content_is_not_touched(tmp_path: Path) -> None:
    path = an_old_file(tmp_path)
    assert not write_if_changed(path, b"old")
    assert path.stat().st_mtime_ns == OLD


def test_a_file_of_the_same_length_with_other_content_is_written(tmp_path: Path) -> None:
    path = an_old_file(tmp_path)
    assert write_if_changed(path, b"new")
    assert path.read_bytes() == b"new"


def test_a_dry_run_only_tells(tmp_path: Path) -> None:
    path = an_old_file(tmp_path)
    assert write_if_changed(path, b"new", dry_run=True)
    assert write_if_changed(tmp_path / "no" / "such.xml", b"new", dry_run=True)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (b"old", OLD)
    assert [file.name for file in tmp_path.iterdir()] == ["rss.xml"]


def test_many_writers_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    path, contents = tmp_path / "rss.xml", [bytes([65 + number]) * 100_000 for number in range(8)]
    with ThreadPoolExecutor(len(contents)) as pool:
        assert any(pool.map(lambda content: write_if_changed(path, content), contents))
    assert path.read_bytes() in contents
    assert [file.name for file in tmp_path.iterdir()] == ["rss.xml"]


def test_permissions_are_those_of_any_new_file_and_stay(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.touch()
    path = tmp_path / "rss.xml"
    write_if_changed(path, b"1")
    assert path.stat().st_mode == plain.stat().st_mode
    path.chmod(0o640)
    write_if_changed(path, b"2")
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = an_old_file(tmp_path)

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(KeyboardInterrupt):
        write_if_changed(path, b"new")
    assert [file.name for file in tmp_path.iterdir()] == ["rss.xml"]
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize("place", ["blocked/rss.xml", "."])
def test_what_the_system_refuses_is_told_with_a_hint(tmp_path: Path, place: str) -> None:
    (tmp_path / "blocked").write_bytes(b"a file, not a folder")
    with pytest.raises(ConfigError, match="can't write") as caught:
        write_if_changed(tmp_path / place, b"new")
    assert caught.value.hint
    assert [file.name for file in tmp_path.iterdir()] == ["blocked"]

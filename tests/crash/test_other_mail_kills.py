"""SIGKILL whoever sends an announcement, or letters to single people, at the points of their lives."""

from __future__ import annotations

import shutil
from contextlib import closing
from itertools import count
from typing import TYPE_CHECKING

import pytest

from publisher.config import load_config
from publisher.model.issue import FIRST_EXTRA
from publisher.pipeline.letters_out import want
from publisher.store.issues import keys_of
from publisher.store.letters import letters_to
from publisher.store.open import open_store
from tests.contract.conftest import postgres_store_url, postgres_url  # noqa: F401 - fixtures
from tests.contract.small_site import NOW, make_site, subscribe
from tests.crash.nursery import BATCH
from tests.crash.senders import PEOPLE, Nursery, Scene, copy_scene, run_nursery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

READERS = PEOPLE[:4]


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with run_nursery() as found:
        yield found


def set_scene(folder: Path, store: str = "sqlite:///publisher.db") -> Scene:
    """Make a site with an announcement that nobody has made an issue of yet, and readers who wait for a welcome."""
    make_site(folder, store=store)
    (folder / "move.md").write_text("---\ntitle: 我們搬家了\n---\n從下週起。\n", encoding="utf-8")
    file = folder / "publisher.toml"
    settings = file.read_text(encoding="utf-8").replace("[store]", 'letters = ["welcome"]\n\n[store]')
    file.write_text(settings, encoding="utf-8")
    config = load_config(folder)
    subscribe(config, *READERS)
    with closing(open_store(config.store.url, config.root)) as opened, opened.begin() as connection:
        for reader in READERS:
            want(connection, config, "weekly", reader, NOW)
    return Scene(config)


def sweep(nursery: Nursery, folder: Path, step: int, check: Callable[[Scene], set[str]], **order: object) -> int:
    """Kill a sender at its first point, another one at a later one, … and let one more finish. Tells how many died."""
    original = set_scene(folder / "original")
    for killed, point in enumerate(count(1, step)):
        scene = copy_scene(original, folder / str(point))
        end = nursery.live(scene.folder, log=str(scene.log), die_at=point, **order)
        nursery.live(scene.folder, log=str(scene.log), **order)
        assert len(check(scene)) <= BATCH
        shutil.rmtree(scene.folder)
        if not end["killed"]:
            return killed
    raise AssertionError


def check_announcement(scene: Scene) -> set[str]:
    with closing(open_store(scene.config.store.url, scene.folder)) as store, store.read() as connection:
        assert list(keys_of(connection, "weekly", "announcement").values()) == [FIRST_EXTRA], "it was made twice"
    return scene.check(READERS, number=FIRST_EXTRA)


def check_letters(scene: Scene) -> set[str]:
    """Hold the letters against what arrived. Gives who is uncertain."""
    with closing(open_store(scene.config.store.url, scene.folder)) as store, store.read() as connection:
        rows = [row for number in range(1, len(READERS) + 1) for row in letters_to(connection, number)]
    states = {row.email: row.state for row in rows}
    accepted = {email for email, state in states.items() if state == "accepted"}
    uncertain = {email for email, state in states.items() if state == "uncertain"}
    assert accepted | uncertain == set(READERS), "somebody was forgotten"
    assert max(scene.arrived.values()) == 1, "somebody got two"
    assert accepted <= set(scene.arrived) <= accepted | uncertain, "store and server do not agree"
    return uncertain


def test_an_announcement_killed_anywhere_reaches_everybody_once(nursery: Nursery, tmp_path: Path) -> None:
    assert sweep(nursery, tmp_path, 29, check_announcement, announce="move.md") >= 4


def test_letters_killed_anywhere_reach_everybody_once(nursery: Nursery, tmp_path: Path) -> None:
    assert sweep(nursery, tmp_path, 17, check_letters, letters=True) >= 3


@pytest.mark.slow
def test_an_announcement_killed_at_each_single_write(nursery: Nursery, tmp_path: Path) -> None:
    assert sweep(nursery, tmp_path, 1, check_announcement, announce="move.md") >= 80


@pytest.mark.slow
def test_letters_killed_at_each_single_write(nursery: Nursery, tmp_path: Path) -> None:
    assert sweep(nursery, tmp_path, 1, check_letters, letters=True) >= 40


def test_an_announcement_killed_while_using_postgresql_reaches_everybody_once(
    nursery: Nursery,
    tmp_path: Path,
    postgres_store_url: str,  # noqa: F811 - the fixture
) -> None:
    scene = set_scene(tmp_path / "site", postgres_store_url)
    ends = [
        nursery.live(scene.folder, log=str(scene.log), die_at=point, announce="move.md") for point in range(4, 60, 9)
    ]
    nursery.live(scene.folder, log=str(scene.log), announce="move.md")
    assert sum(end["killed"] for end in ends) >= 4
    check_announcement(scene)

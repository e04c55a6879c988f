"""SIGKILL the sender at every statement it runs, every commit and every handing over: on every store."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from itertools import count
from typing import TYPE_CHECKING

import pytest

from tests.contract.conftest import postgres_store_url, postgres_url  # noqa: F401 - fixtures
from tests.crash.nursery import BATCH
from tests.crash.senders import PEOPLE, Nursery, Scene, copy_scene, run_nursery, set_scene

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with run_nursery() as found:
        yield found


def sweep(nursery: Nursery, original: Scene, folder: Path, points: Iterable[int], **wishes: str) -> int:
    """Kill a sender at each of these points of its life, and let another one finish. Tells how many died.

    Ends when a sender lives to its own end before its point has come.
    """
    shutil.rmtree(original.folder / "public", ignore_errors=True)  # it is made again, or not: the mail does not need it
    killed = 0
    for point in points:
        scene = copy_scene(original, folder / str(point))
        end = nursery.live(scene.folder, log=str(scene.log), die_at=point, **wishes)
        nursery.live(scene.folder, log=str(scene.log))
        uncertain = scene.check()
        # Only what was on its way when the sender died may be in doubt.
        assert len(uncertain) <= BATCH
        shutil.rmtree(scene.folder)
        if not end["killed"]:
            break
        killed += 1
    return killed


def test_killed_at_any_write_to_sqlite_nobody_gets_two_and_nobody_is_lost(nursery: Nursery, tmp_path: Path) -> None:
    original = set_scene(tmp_path / "original", "sqlite:///publisher.db")
    # What comes before the plan only reads.
    assert sweep(nursery, original, tmp_path, count(1, 3), since="INSERT INTO deliveries") >= 40


def test_killed_while_an_issue_is_frozen_the_next_sender_makes_the_same_one(nursery: Nursery, tmp_path: Path) -> None:
    original = set_scene(tmp_path / "original", "sqlite:///publisher.db", frozen=False)
    assert sweep(nursery, original, tmp_path, range(1, 12, 2), since="INSERT INTO issues") == 6


@pytest.mark.slow
@pytest.mark.parametrize("frozen", [True, False])
def test_killed_at_each_single_write_to_sqlite(nursery: Nursery, tmp_path: Path, frozen: bool) -> None:
    original = set_scene(tmp_path / "original", "sqlite:///publisher.db", frozen=frozen)
    assert sweep(nursery, original, tmp_path, count(1)) >= 120


def kill_one_after_another(nursery: Nursery, scene: Scene, points: list[int]) -> tuple[int, set[str]]:
    """Send one issue with a kill at each of these points of as many senders' lives, then to its end."""
    killed = sum(nursery.live(scene.folder, log=str(scene.log), die_at=point)["killed"] for point in points)
    nursery.live(scene.folder, log=str(scene.log))
    return killed, scene.check()


def test_killed_while_using_postgresql_nobody_gets_two_and_nobody_is_lost(
    nursery: Nursery,
    tmp_path: Path,
    postgres_store_url: str,  # noqa: F811 - the fixture
) -> None:
    scene = set_scene(tmp_path / "site", postgres_store_url)
    killed, _ = kill_one_after_another(nursery, scene, list(range(3, 66, 4)))
    assert killed >= 8


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(200))
def test_killed_over_and_over_on_sqlite(nursery: Nursery, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    scene = set_scene(tmp_path / "site", "sqlite:///publisher.db")
    kill_one_after_another(nursery, scene, [chance.randint(1, 70) for _ in range(10)])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(60))
def test_killed_over_and_over_on_postgresql(
    nursery: Nursery,
    tmp_path: Path,
    seed: int,
    postgres_store_url: str,  # noqa: F811 - the fixture
) -> None:
    chance = random.Random(seed)
    scene = set_scene(tmp_path / "site", postgres_store_url)
    kill_one_after_another(nursery, scene, [chance.randint(1, 70) for _ in range(10)])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100))
def test_killed_at_any_moment_whatever_it_is_doing(nursery: Nursery, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    scene = set_scene(tmp_path / "site", "sqlite:///publisher.db")
    for _ in range(10):
        nursery.order(scene.folder, log=str(scene.log), die_after_s=chance.random() * 0.15)
        nursery.end()
    nursery.live(scene.folder, log=str(scene.log))
    scene.check()


def sleep_in_hand_over(nursery: Nursery, scene: Scene) -> int:
    """Have a sender fall asleep between committing its first batch and handing it over. Gives its number."""
    sleeper = nursery.order(scene.folder, log=str(scene.log), since="handing over", sleep_at=1, wait=False)
    while _state(sleeper) != "T":
        time.sleep(0.01)
    return sleeper


def _state(pid: int) -> str:
    with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123 - a file of the kernel's
        return file.read().rpartition(")")[2].split()[0]


def test_what_a_living_sender_holds_is_left_to_it(nursery: Nursery, tmp_path: Path) -> None:
    scene = set_scene(tmp_path / "site", "sqlite:///publisher.db")
    sleeper = sleep_in_hand_over(nursery, scene)
    nursery.live(scene.folder, log=str(scene.log))
    # All that the sleeper has claimed is still its own: neither sent by the other, nor uncertain.
    assert not scene.arrived
    os.kill(sleeper, signal.SIGCONT)
    assert [end["killed"] for end in nursery.reap()] == [False]
    assert scene.check() == set()
    assert sum(scene.arrived.values()) == len(PEOPLE)


def test_what_a_dead_sender_held_is_settled_by_the_next(nursery: Nursery, tmp_path: Path) -> None:
    scene = set_scene(tmp_path / "site", "sqlite:///publisher.db")
    sleeper = sleep_in_hand_over(nursery, scene)
    os.kill(sleeper, signal.SIGKILL)
    assert [end["killed"] for end in nursery.reap()] == [True]
    nursery.live(scene.folder, log=str(scene.log))
    assert scene.check() == set(PEOPLE[:BATCH])


def test_two_senders_at_once_share_the_work(nursery: Nursery, tmp_path: Path) -> None:
    people = tuple(f"reader{number}@example.org" for number in range(250))
    scene = set_scene(tmp_path / "site", "sqlite:///publisher.db", people)
    for _ in range(3):
        nursery.order(scene.folder, log=str(scene.log), wait=False)
    assert [end["killed"] for end in nursery.reap()] == [False] * 3
    nursery.live(scene.folder, log=str(scene.log))
    assert scene.check(people) == set()

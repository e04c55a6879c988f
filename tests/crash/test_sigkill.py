"""SIGKILL the sender anywhere in a conversation: nobody gets two, nobody is lost in silence.

The server itself kills the sender, at a random step of the conversation or some microseconds after it, so that the blow
falls where it hurts: while messages are on their way.
"""

from __future__ import annotations

import os
import random
import signal
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.contract.smtp_server import run_smtp_server
from tests.crash.senders import Nursery, run_nursery, set_scene

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: More than all the senders together get done, so that none of them comes too late to be killed.
PEOPLE = tuple(f"reader{number}@example.org" for number in range(80))
#: A sender dies after so many steps at most; each message has four: MAIL, RCPT, DATA and "taken".
STEPS = 16
#: So many more may follow before the blow falls.
STEPS_TOO_MANY = 6
CONNECTIONS = 3


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with run_nursery() as found:
        yield found


@dataclass
class Killer:
    """Kills a process at a step of the conversation, or shortly after it."""

    chance: random.Random
    #: None: let the sender live.
    victim: int | None = None
    steps_left: int = 0
    timers: list[threading.Timer] = field(default_factory=list)

    def __call__(self, _step: str) -> None:
        self.steps_left -= 1
        if self.timers and self.steps_left <= -STEPS_TOO_MANY:
            # On a busy machine, a timer may come so late that there is nothing left to kill.
            self.await_blow()
            self.victim = None
        # The first steps may come before the victim's number is known here.
        if self.victim is None or self.timers or self.steps_left > 0:
            return
        self.steps_left = 0
        delay_s = self.chance.choice((0.0, self.chance.random() * 0.003))
        timer = threading.Timer(delay_s, self.kill, [self.victim])
        self.timers.append(timer)
        timer.start()

    def kill(self, victim: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)

    def await_blow(self) -> None:
        for timer in self.timers:
            timer.join()
        self.timers.clear()

    def rest(self) -> None:
        """Let go of the victim before its number can be anybody else's."""
        self.await_blow()
        self.victim = None


def kill_again_and_again(nursery: Nursery, folder: Path, seed: int, rounds: int) -> None:
    """Send one issue with up to `rounds` kills on the way, then to its end, and compare ledger and server."""
    chance = random.Random(seed)
    killer = Killer(chance)
    killed = 0
    with run_smtp_server(folder, tls_context=None, require_starttls=False, auth_required=False) as room:
        room.on_step = killer
        table = f'[delivery.smtp]\nhost = "127.0.0.1"\nport = {room.port}\nsecurity = "none"\n'
        table += f"connections = {CONNECTIONS}\n"
        scene = set_scene(folder / "site", "sqlite:///publisher.db", PEOPLE, transport="smtp", more=table)
        for _ in range(rounds):
            killer.steps_left = chance.randint(1, STEPS)
            killer.victim = nursery.order(scene.folder)
            killed += nursery.end()["killed"]
            killer.rest()
        nursery.live(scene.folder)
        arrived = Counter(recipient for recipient, _ in room.accepted)
    uncertain = scene.check(PEOPLE, arrived)
    assert killed >= 3, "the sender was hardly ever killed"
    # At most one message of each connection is on its way when a sender dies.
    assert len(uncertain) <= rounds * CONNECTIONS


@pytest.mark.parametrize("seed", range(2))
def test_a_sender_killed_anywhere_mails_nobody_twice_and_loses_nobody(
    nursery: Nursery, tmp_path: Path, seed: int
) -> None:
    kill_again_and_again(nursery, tmp_path, seed=seed, rounds=8)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 102))
def test_a_sender_killed_ten_times_over_mails_nobody_twice(nursery: Nursery, tmp_path: Path, seed: int) -> None:
    kill_again_and_again(nursery, tmp_path, seed=seed, rounds=10)

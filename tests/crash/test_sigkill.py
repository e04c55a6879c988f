"""SIGKILL the sender anywhere: nobody gets two, nobody is lost in silence.

The server itself kills the sender, at a random step of the conversation or some microseconds after it, so that the blow
falls where it hurts: while messages are on their way, not while Python is starting.
"""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.small_site import NOW, make_site, subscribe
from tests.contract.smtp_server import run_smtp_server

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE = [f"reader{number}@example.org" for number in range(12)]
CONNECTIONS = 3
#: Steps of a whole send: EHLO for each connection, and MAIL, RCPT, DATA and "taken" for each message.
STEPS = CONNECTIONS + 4 * len(PEOPLE)


@dataclass
class Killer:
    """Kills a process at a step of the conversation, or shortly after it."""

    chance: random.Random
    #: None: let the sender live.
    process: subprocess.Popen[str] | None = None
    steps_left: int = 0
    timers: list[threading.Timer] = field(default_factory=list)

    def aim(self, process: subprocess.Popen[str], steps: int) -> None:
        self.process, self.steps_left = process, steps

    def __call__(self, _step: str) -> None:
        self.steps_left -= 1
        if self.process is None or self.steps_left:
            return
        if self.chance.random() < 0.5:
            self.process.kill()
            return
        timer = threading.Timer(self.chance.random() * 0.003, self.process.kill)
        self.timers.append(timer)
        timer.start()

    def rest(self) -> None:
        for timer in self.timers:
            timer.join()
        self.process = None


def start(folder: Path) -> subprocess.Popen[str]:
    words = ["send", "weekly", "--config", str(folder), "--now", NOW.isoformat(), "--json"]
    command = [sys.executable, "-m", "publisher.cli.main", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(folder: Path) -> dict[str, Any]:
    """Let a sender run to its end."""
    output, errors = start(folder).communicate()
    assert output, errors
    answer: dict[str, Any] = json.loads(output)
    return answer


def kill_again_and_again(folder: Path, seed: int, rounds: int) -> None:
    """Send one issue with up to `rounds` kills on the way, then to its end, and compare ledger and server."""
    chance = random.Random(seed)
    killer = Killer(chance)
    killed = 0
    with run_smtp_server(folder, tls_context=None, require_starttls=False, auth_required=False) as room:
        room.on_step = killer
        table = (
            f'[delivery.smtp]\nhost = "127.0.0.1"\nport = {room.port}\nsecurity = "none"\nconnections = {CONNECTIONS}\n'
        )
        subscribe(make_site(folder, transport="smtp", more=table), *PEOPLE)
        for _ in range(rounds):
            process = start(folder)
            killer.aim(process, chance.randint(1, STEPS // 3))
            process.communicate()
            killer.rest()
            killed += process.returncode == -signal.SIGKILL
        final = finish(folder)
        arrived = Counter(recipient for recipient, _ in room.accepted)
    uncertain = {row["email"] for row in final["troubled"] if row["state"] == "uncertain"}
    assert {row["state"] for row in final["troubled"]} <= {"uncertain"}
    assert killed >= 3, "the sender was hardly ever killed"
    assert max(arrived.values()) == 1, "somebody got two"
    assert set(PEOPLE) - set(arrived) <= uncertain, "somebody was lost in silence"
    assert final["states"].get("accepted", 0) == len(PEOPLE) - len(uncertain)
    # At most one message is on its way on each connection when a sender dies.
    assert len(uncertain) <= CONNECTIONS * killed


def test_a_sender_killed_anywhere_mails_nobody_twice_and_loses_nobody(tmp_path: Path) -> None:
    kill_again_and_again(tmp_path, seed=1, rounds=8)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 12))
def test_a_sender_killed_ten_times_over_mails_nobody_twice(tmp_path: Path, seed: int) -> None:
    kill_again_and_again(tmp_path, seed=seed, rounds=10)

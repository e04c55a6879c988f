"""Messages of 60 KiB to smtp-sink on this machine: our whole send against senders that keep no record of anything.

All numbers are for 10 000 messages, however many were sent. Ratios are to Postfix's own `smtp-source -d -s 10`, turn by
turn, as everywhere.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from typing import TYPE_CHECKING

from bench import mailing
from bench.environment import HOME, ROOT, make_peer_environment, pinned_version
from bench.mail_servers import find_program, run_sink, run_tls
from bench.measure import BenchError, Competitor, Cost, Standing, run_once
from bench.report import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bench.sections import Options

_WORK = HOME / "send"
_KIB = 60
#: Ours and smtp-source are quick; the others would take minutes.
_MESSAGES, _FEW_MESSAGES = 10_000, 2_500
_PER = 10_000
_MANY = 100_000

Sender = tuple[str, "Callable[[], Cost]"]


def run(options: Options) -> Iterator[Result]:
    """Compare the rates, then see what ten times as many readers do to memory."""
    _WORK.mkdir(parents=True, exist_ok=True)
    with run_sink() as port, run_tls(_WORK, port) as tls_port:
        letter = _letter()
        senders: list[Sender] = [
            ("smtp-source -d -s 10", lambda: _smtp_source(port)),
            ("publisher, 10 connections, ledger", lambda: _ours(port, "none", _MESSAGES)),
            ("publisher, the same over TLS", lambda: _ours(tls_port, "tls", _MESSAGES)),
            ("smtplib, 1 connection", lambda: _peer("smtplib", port, letter)),
            (f"aiosmtplib {pinned_version('aiosmtplib')}, 10", lambda: _peer("aiosmtplib", port, letter)),
        ]
        note = (
            f"Seconds for {_PER} messages of {letter.stat().st_size / 1024:.0f} KiB, without the start of the program."
        )
        yield Result(f"{_KIB} KiB to smtp-sink", _in_turn(senders, options.runs), note)
        yield _flat_memory(port)


def _flat_memory(port: int) -> Result:
    sizes = (_MESSAGES, _MANY)
    senders: list[Sender] = [(f"{size} readers", lambda size=size: _ours(port, "none", size)) for size in sizes]
    return Result("Many readers", _in_turn(senders, 1), f"Seconds for {_PER} messages each.")


def _in_turn(senders: list[Sender], runs: int) -> tuple[Standing, ...]:
    turns = [[_told(name, send) for name, send in senders] for _ in range(runs)]
    first = [turn[0].wall_s for turn in turns]
    standings = []
    for place, (name, _) in enumerate(senders):
        costs = tuple(turn[place] for turn in turns)
        ratio = statistics.median(cost.wall_s / wall_s for cost, wall_s in zip(costs, first, strict=True))
        standings.append(Standing(name, costs, ratio))
    return tuple(standings)


def _told(name: str, send: Callable[[], Cost]) -> Cost:
    cost = send()
    rate, cpu_us = _PER / cost.wall_s, cost.cpu_s / _PER * 1e6
    print(f"  {name}: {rate:.0f} messages/s, {cpu_us:.0f} µs of processor each", file=sys.stderr)
    return cost


def _smtp_source(port: int) -> Cost:
    options = ("-d", "-s", str(mailing.CONNECTIONS), "-l", str(_KIB * 1024), "-m", str(_MESSAGES))
    addresses = ("-f", "weekly@example.org", "-t", "reader@mail.example", f"127.0.0.1:{port}")
    command = (find_program("smtp-source", "postfix"), *options, *addresses)
    cost = run_once(Competitor("smtp-source", command))
    return _scaled(_MESSAGES, cost.wall_s, cost.cpu_s, cost.peak_mib)


def _ours(port: int, encryption: str, readers: int) -> Cost:
    folder = _WORK / "site"
    program = (sys.executable, "-m", "bench.mailing")
    _run((*program, "make", str(folder), str(readers), str(_KIB)))
    return _run((*program, "send", str(folder), str(port), encryption))


def _peer(way: str, port: int, letter: Path) -> Cost:
    script = ROOT / "bench" / "peers" / "mail_senders.py"
    return _run((str(make_peer_environment() / "python"), str(script), way, str(port), str(_FEW_MESSAGES), str(letter)))


def _letter() -> Path:
    """Write one message of ours for the others to send, without the field that differs."""
    file = _WORK / "letter.eml"
    _run((sys.executable, "-m", "bench.mailing", "make", str(_WORK / "site"), "1", str(_KIB)))
    _run((sys.executable, "-m", "bench.mailing", "letter", str(_WORK / "site"), str(file)))
    return file


def _run(command: tuple[str, ...]) -> Cost:
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        raise BenchError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-4000:]}")
    if not done.stdout.strip():
        return Cost(0.0, 0.0, 0.0)
    told = json.loads(done.stdout)
    return _scaled(told["messages"], told["wall_s"], told["cpu_s"], told["peak_mib"])


def _scaled(messages: int, wall_s: float, cpu_s: float, peak_mib: float) -> Cost:
    return Cost(wall_s * _PER / messages, cpu_s * _PER / messages, peak_mib)

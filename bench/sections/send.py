"""Messages of 60 KiB to servers on this machine: our whole send against senders that keep no record of anything.

All numbers are for 10 000 messages, however many were sent. Ratios are to the first of each table, turn by turn, as
everywhere.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING

from bench import mailing
from bench.environment import HOME, ROOT, make_peer_environment, pinned_version
from bench.mail_servers import find_program, run_postfix, run_sink, run_tls
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
#: Over one connection.
_ONE_MESSAGES = 1_000
_ALL = mailing.CONNECTIONS

Sender = tuple[str, "Callable[[], Cost]"]


def run(options: Options) -> Iterator[Result]:
    """Compare the rates, then see what ten times as many readers do to memory."""
    _WORK.mkdir(parents=True, exist_ok=True)
    with run_sink() as port:
        yield _to_sink(port, options)
        with run_tls(_WORK, port) as tls_port:
            yield _over_tls(port, tls_port, options)
        yield _flat_memory(port)
    try:
        with run_postfix() as port:
            yield _to_postfix(port, options)
    except BenchError as error:
        print(f"  no real Postfix: {error}", file=sys.stderr)


def _to_sink(port: int, options: Options) -> Result:
    letter = _letter()
    senders: list[Sender] = [
        ("smtp-source -d -s 10", lambda: _smtp_source(port, _ALL, _MESSAGES)),
        ("publisher, 10 connections, ledger", lambda: _ours(port, _MESSAGES)),
        ("smtplib, 1 connection", lambda: _peer("smtplib", port, letter)),
        (f"aiosmtplib {pinned_version('aiosmtplib')}, 10", lambda: _peer("aiosmtplib", port, letter)),
    ]
    size = letter.stat().st_size / 1024
    note = f"Seconds for {_PER} messages of {size:.0f} KiB, without the start of the program."
    return Result(f"{_KIB} KiB to smtp-sink", _in_turn(senders, options.runs), note)


def _over_tls(port: int, tls_port: int, options: Options) -> Result:
    senders: list[Sender] = [
        ("publisher", lambda: _ours(port, _MESSAGES)),
        ("publisher over TLS", lambda: _ours(tls_port, _MESSAGES, encryption="tls")),
    ]
    note = "The same through stunnel, which takes its part of the same cores."
    return Result("Over TLS", _in_turn(senders, options.runs), note)


def _flat_memory(port: int) -> Result:
    sizes = (_MESSAGES, _MANY)
    senders: list[Sender] = [(f"{size} readers", partial(_ours, port, size)) for size in sizes]
    return Result("Many readers", _in_turn(senders, 1), f"Seconds for {_PER} messages each.")


def _to_postfix(port: int, options: Options) -> Result:
    """Send to a server that keeps what it takes: to a stalled one, one connection sends 25 a second."""
    senders: list[Sender] = [
        ("smtp-source -d -s 10", lambda: _smtp_source(port, _ALL, _FEW_MESSAGES)),
        ("publisher, 10 connections", lambda: _ours(port, _FEW_MESSAGES)),
        ("smtp-source -d -s 1", lambda: _smtp_source(port, 1, _ONE_MESSAGES)),
        ("publisher, 1 connection", lambda: _ours(port, _ONE_MESSAGES, connections=1)),
    ]
    note = (
        "Postfix writes each message to its queue on disk. A server and a client that wait for each other's packets"
        f" (Nagle, delayed ACK) lose 40 ms a message: {_PER} over one connection would take 400 s."
    )
    return Result("A real Postfix", _in_turn(senders, options.runs), note)


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


def _smtp_source(port: int, connections: int, messages: int) -> Cost:
    options = ("-d", "-s", str(connections), "-l", str(_KIB * 1024), "-m", str(messages))
    addresses = ("-f", "weekly@example.org", "-t", "reader@mail.example", f"127.0.0.1:{port}")
    command = (find_program("smtp-source", "postfix"), *options, *addresses)
    cost = run_once(Competitor("smtp-source", command))
    return _scaled(messages, cost.wall_s, cost.cpu_s, cost.peak_mib)


def _ours(port: int, readers: int, *, encryption: str = "none", connections: int = _ALL) -> Cost:
    folder = _WORK / "site"
    program = (sys.executable, "-m", "bench.mailing")
    _run((*program, "make", str(folder), str(readers), str(_KIB)))
    return _run((*program, "send", str(folder), str(port), encryption, str(connections)))


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

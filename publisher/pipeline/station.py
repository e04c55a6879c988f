"""This process as other senders see it, and what can be found out here about theirs."""

from __future__ import annotations

import os
import socket
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.errors import StoreError
from publisher.store.senders import LEASE_S, Sender, Station, begin_sending, end_sending, renew_lease

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from publisher.store.open import Store

#: Where a process's state stands in /proc/PID/stat behind its name, and where the moment of its start (proc(5)).
_STATE, _START = 0, 19
_GONE = ("Z", "X")


def this_station() -> Station:
    """Say where this process lives."""
    return Station(host=socket.gethostname(), boot=_boot(), pid=os.getpid(), born=_born(os.getpid()) or "")


#: Runs of this process, as (place of the store, id): one that broke off may have been unable to say so.
_ON_DUTY: set[tuple[str, int]] = set()


def living(store: Store, senders: Iterable[Sender]) -> tuple[Sender, ...]:
    """Pick the runs that must be taken for alive."""
    here = this_station()
    return tuple(sender for sender in senders if _lives(store, sender, here))


def _lives(store: Store, sender: Sender, here: Station) -> bool:
    """Ask this machine about its own processes; believe others until their lease ends."""
    station = sender.station
    if station == here:
        return (store.place, sender.id) in _ON_DUTY
    if station.boot and station.boot == here.boot:
        return _born(station.pid) == station.born
    return sender.lease_left_s > 0


def _boot() -> str:
    """Name this start of this machine, and the set of process numbers that is ours: containers have their own."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}/{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return ""


def _born(pid: int) -> str | None:
    """Tell when a living process of this machine began, in ticks since its start; None when there is none."""
    try:
        facts = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if facts[_STATE] in _GONE else facts[_START]


@contextmanager
def on_duty(store: Store, issue_id: int, clock: Callable[[], datetime]) -> Iterator[int]:
    """Be a sender of an issue for as long as the block lasts. Gives the run's id; its lease is renewed meanwhile."""
    with store.begin() as connection:
        sender = begin_sending(connection, issue_id, this_station(), clock())
    _ON_DUTY.add((store.place, sender))
    ended = threading.Event()
    beat = threading.Thread(target=_renew, args=(store, sender, ended), daemon=True)
    beat.start()
    try:
        yield sender
    finally:
        ended.set()
        beat.join()
        _ON_DUTY.discard((store.place, sender))
    with store.begin() as connection:
        end_sending(connection, sender, clock())


def _renew(store: Store, sender: int, ended: threading.Event) -> None:
    while not ended.wait(LEASE_S / 4):
        try:
            with store.begin() as connection:
                renew_lease(connection, sender)
        except StoreError:
            # Busy or away: there are three more tries before the lease ends, and fencing after that.
            continue

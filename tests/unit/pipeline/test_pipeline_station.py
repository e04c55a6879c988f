"""Which senders are taken for alive."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from publisher.pipeline.station import living, on_duty, this_station
from publisher.store.issues import freeze_issue
from publisher.store.open import Store, open_store
from publisher.store.senders import Sender, Station, unended
from tests.digest_samples import an_issue

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = an_issue().frozen_at


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store("sqlite:///publisher.db", tmp_path)) as opened:
        with opened.begin() as connection:
            freeze_issue(connection, an_issue())
        yield opened


def a_sender(station: Station, left_s: int) -> Sender:
    return Sender(id=1, station=station, started_at=NOW, lease_left_s=left_s)


@pytest.mark.parametrize(("left_s", "alive"), [(60, True), (0, False), (-60, False)])
def test_a_sender_elsewhere_is_believed_until_its_lease_ends(store: Store, left_s: int, alive: bool) -> None:
    elsewhere = Station(host="other", boot="another start", pid=1, born="1")
    assert bool(living(store, [a_sender(elsewhere, left_s)])) is alive


@pytest.mark.skipif(not this_station().boot, reason="only Linux tells which processes live")
def test_a_sender_of_this_machine_lives_as_long_as_its_process_whatever_the_lease_says(store: Store) -> None:
    here = this_station()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        from publisher.pipeline.station import _born

        other = replace(here, pid=process.pid, born=_born(process.pid) or "")
        assert living(store, [a_sender(other, -60)])
        # The number alone says nothing: it may have been given to another process since.
        assert not living(store, [a_sender(replace(other, born="1"), 60)])
        process.kill()
        process.wait()
        assert not living(store, [a_sender(other, 60)])


def test_a_run_of_this_process_lives_until_it_ends_even_when_it_can_not_say_so(store: Store) -> None:
    def held() -> tuple[int, ...]:
        with store.read() as connection:
            return tuple(sender.id for sender in living(store, unended(connection, 1)))

    def break_off() -> None:
        with on_duty(store, 1, lambda: NOW) as sender:
            assert held() == (sender,)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert held() == ()
    with on_duty(store, 1, lambda: NOW) as sender:
        pass
    with store.read() as connection:
        # The one that broke off never said that it ended.
        assert [one.id for one in unended(connection, 1)] == [sender - 1]

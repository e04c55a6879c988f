"""Senders to be killed, and what must hold after each kill."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from publisher.pipeline.issue import make_issue
from publisher.store.deliveries import deliveries_in
from publisher.store.issues import issue_id, list_issues
from publisher.store.journal_check import check_journal
from publisher.store.open import open_store
from publisher.store.plans import find_plan
from tests.contract.small_site import NOW, make_site, subscribe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.config import Config

PEOPLE = tuple(f"reader{number}@example.org" for number in range(7))


class Nursery:
    """Our end of tests/crash/nursery.py."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def order(self, folder: Path, **wishes: Any) -> int:
        """Have a sender born. Gives its number."""
        self._say({"folder": str(folder), "now": NOW.isoformat(), **wishes})
        return int(self._hear()["pid"])

    def end(self) -> dict[str, Any]:
        """Wait until the sender has ended."""
        return self._checked(self._hear())

    def live(self, folder: Path, **wishes: Any) -> dict[str, Any]:
        """Have a sender live from its beginning to its end."""
        self.order(folder, **wishes)
        return self.end()

    def reap(self) -> list[dict[str, Any]]:
        """Wait for all senders that were not waited for."""
        self._say({"reap": True})
        return [self._checked(one) for one in self._hear()["ended"]]

    def _checked(self, end: dict[str, Any]) -> dict[str, Any]:
        assert "error" not in end, end["error"]
        return end

    def _say(self, wish: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(wish) + "\n")
        self._process.stdin.flush()

    def _hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the nursery is gone"
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def run_nursery() -> Iterator[Nursery]:
    """Lend a nursery."""
    command = [sys.executable, str(Path(__file__).parent / "nursery.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Nursery(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait()


@dataclass(frozen=True)
class Scene:
    """A site whose readers wait for an issue; and what arrived so far."""

    config: Config

    @property
    def folder(self) -> Path:
        return self.config.root

    @property
    def log(self) -> Path:
        return self.folder / "arrived.log"

    @property
    def arrived(self) -> Counter[str]:
        return Counter(self.log.read_text().split() if self.log.exists() else [])

    def check(self, people: tuple[str, ...] = PEOPLE, arrived: Counter[str] | None = None, number: int = 1) -> set[str]:
        """Hold the ledger against what arrived, after a last sender has lived to its end. Gives who is uncertain.

        number: of the issue.
        """
        arrived = self.arrived if arrived is None else arrived
        with closing(open_store(self.config.store.url, self.folder)) as store, store.read() as connection:
            assert [made for _, made, _ in list_issues(connection, "weekly")] == [number], "two were made of one"
            key = issue_id(connection, "weekly", number)
            rows = {row.email: row for row in deliveries_in(connection, key)}
            verdict, plan = check_journal(connection, key), find_plan(connection, key)
        uncertain = {email for email, row in rows.items() if row.state == "uncertain"}
        accepted = {email for email, row in rows.items() if row.state == "accepted"}
        assert plan is not None
        assert (plan.active, plan.planned) == (len(people), len(people))
        assert max(arrived.values()) == 1, "somebody got two"
        assert accepted | uncertain == set(people), "somebody has no outcome"
        assert accepted <= set(arrived) <= accepted | uncertain, "ledger and server do not agree"
        assert verdict.faults == (), "the journal does not hold"
        return uncertain


def set_scene(folder: Path, store: str, people: tuple[str, ...] = PEOPLE, *, frozen: bool = True, **site: str) -> Scene:
    """Make a site and its readers. frozen: and its issue; else the sender has to make that."""
    config = make_site(folder, store=store, **site)
    if frozen:
        with closing(open_store(config.store.url, config.root)) as opened:
            make_issue(config, "weekly", NOW, store=opened)
    subscribe(config, *people)
    return Scene(config)


def copy_scene(scene: Scene, folder: Path) -> Scene:
    """Make a second one of a scene whose store is an SQLite file beside publisher.toml."""
    from publisher.config import load_config

    shutil.copytree(scene.folder, folder)
    return Scene(load_config(folder))

"""Checking the ledger against its journal: that the chain is whole, and every row what the journal says it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select

from publisher.store.deliveries import deliveries_in
from publisher.store.journal import PAGE, Head, beginning, chain, fingerprint, read_entry
from publisher.store.plans import find_plan
from publisher.store.schema import deliveries, journal

if TYPE_CHECKING:
    from collections.abc import Iterator

#: So many faults are told of one issue; after an edit of an early entry each later one may be one.
MOST = 20
#: What may follow what: the state before, and those that a row may go to. "" is before the plan.
FOLLOWS = {
    "": {"planned", "suppressed", "rejected", "skipped"},
    "planned": {"claimed", "suppressed", "skipped"},
    "claimed": {"committing", "planned", "accepted", "deferred", "rejected", "uncertain", "skipped"},
    "committing": {"accepted", "deferred", "rejected", "uncertain", "planned"},
    "uncertain": {"accepted", "deferred", "rejected", "uncertain", "planned"},
    "deferred": {"planned", "skipped"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a check of one issue found."""

    entries: int
    rows: int
    head: Head
    #: In words; empty: nothing was changed behind the ledger's back.
    faults: tuple[str, ...]
    #: Rows from before there was a journal, which nothing vouches for.
    unjournaled: int = 0


def check_journal(connection: Connection, issue_id: int, known: Head | None = None) -> Verdict:
    """Check chain and rows of one issue.

    known: an entry that somebody kept elsewhere, as a certificate does: it must still be in the chain.
    """
    replay = _Replay(connection, issue_id, known)
    faults = list(_first(replay.run(), MOST))
    if not faults:
        faults += _first(replay.compare_rows(), MOST)
    rows = connection.scalar(select(func.count()).where(deliveries.c.issue_id == issue_id)) or 0
    return Verdict(
        entries=replay.seq,
        rows=rows,
        head=Head(replay.seq, replay.hash),
        faults=tuple(faults),
        unjournaled=replay.unjournaled,
    )


def _first(faults: Iterator[str], most: int) -> Iterator[str]:
    for count, fault in enumerate(faults, start=1):
        yield fault
        if count == most:
            yield "… and perhaps more"
            return


class _Replay:
    """Goes through the journal of an issue once, keeping what it says each row is."""

    def __init__(self, connection: Connection, issue_id: int, known: Head | None) -> None:
        self._connection = connection
        self._issue_id = issue_id
        self._known = known
        self.seq = 0
        self.hash = beginning(connection, issue_id)
        self.unjournaled = 0
        plan = find_plan(connection, issue_id)
        #: Whether the plan itself is in the journal: it is not where it was made before there was one.
        self._has_plan = plan is not None and bool(plan.plan_hash)
        #: By subscriber: state and fingerprint, joined to keep a million of them small.
        self._rows: dict[int, str] = {}

    def run(self) -> Iterator[str]:
        """Follow the chain, and give what is wrong with it."""
        query = select(journal).where(journal.c.issue_id == self._issue_id).order_by(journal.c.seq)
        for row in self._connection.execute(query, execution_options={"yield_per": PAGE}):
            if row.seq != self.seq + 1:
                yield f"entry {self.seq + 1} is missing: after {self.seq} comes {row.seq}"
            if row.hash != chain(self.hash, row.seq, row.at, row.body):
                yield f"entry {row.seq} was changed, or one before it: its hash does not follow"
            self.seq, self.hash = row.seq, row.hash
            yield from self._read(row.at, row.body)
            if self._known and self._known.seq == self.seq and self._known.hash != self.hash:
                yield f"entry {self.seq} is not the one that was certified"
        if self._known and self._known.seq > self.seq:
            yield f"the journal ends at entry {self.seq}, but entry {self._known.seq} was certified"

    def _read(self, at: object, body: str) -> Iterator[str]:
        try:
            entry = read_entry(self._issue_id, self.seq, at, body, self.hash)  # type: ignore[arg-type]  # a datetime
        except (ValueError, KeyError, TypeError):
            yield f"entry {self.seq} can't be read"
            return
        for step in entry.steps:
            before = self._rows.get(step.subscriber_id, "").partition(" ")[0]
            if (before or self._has_plan) and step.state not in FOLLOWS.get(before, ()):
                way = f"from {before or 'nothing'} to {step.state}"
                yield f"entry {self.seq}: subscriber {step.subscriber_id} goes {way}"
            self._rows[step.subscriber_id] = f"{step.state} {step.fingerprint}"

    def compare_rows(self) -> Iterator[str]:
        """Compare every row of the ledger with what the journal says it is."""
        for row in deliveries_in(self._connection, self._issue_id):
            said = self._rows.pop(row.subscriber_id, None)
            if said is None and not self._has_plan:
                self.unjournaled += 1
            elif said is None:
                yield f"the row of subscriber {row.subscriber_id} ({row.email}) is in no entry"
            elif said != f"{row.state} {fingerprint(row)}":
                was = said.partition(" ")[0]
                yield f"the row of subscriber {row.subscriber_id} ({row.email}, {row.state}) is not as written ({was})"
        for subscriber in sorted(self._rows):
            yield f"the row of subscriber {subscriber} is gone"

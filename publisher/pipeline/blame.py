"""When a failure silences an address: one rule for bounces that come back and for refusals during a send.

What a failure means for its reader is in one table, feedback.classify: nobody there silences at once, other failures
add up, and what is about us (5.7.x) never counts.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from publisher.feedback.classify import classify
from publisher.store.feedback import FeedbackRow, KeptKind, add_feedback, score_of
from publisher.store.suppressions import suppress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from publisher.config import BouncesConfig
    from publisher.feedback.report import Kind
    from publisher.model.subscriber import SuppressionReason
    from publisher.store.deliveries import Delivery
    from publisher.store.ledger import Outcome

#: At once, whatever was before.
FINAL: Mapping[Kind, SuppressionReason] = {"hard": "hard bounce", "complaint": "complaint"}
#: By adding up.
COUNTED: frozenset[Kind] = frozenset({"failed", "soft"})


@dataclass(frozen=True, slots=True)
class Judge:
    """Decides about addresses, for as long as a connection is lent."""

    settings: BouncesConfig
    connection: Connection
    now: datetime

    def score(self, address: str) -> float:
        """Add up what counts against an address now."""
        return score_of(self.connection, address, self.now - timedelta(days=self.settings.days))

    def reason_against(self, address: str, kind: Kind) -> SuppressionReason | None:
        """Say why nothing may be mailed to an address any more, now that such a report is kept; None: it may."""
        if kind in COUNTED and self.score(address) >= self.settings.threshold:
            return "too many bounces"
        return FINAL.get(kind)


def heed_refusals(
    connection: Connection, settings: BouncesConfig, outcomes: Sequence[tuple[Delivery, Outcome]], now: datetime
) -> list[tuple[Delivery, Outcome]]:
    """Keep what a server refused for good, and silence the addresses where nobody is there.

    Gives the outcomes as the ledger and its journal shall have them: `reason` says of a silenced address why.
    To be called in the transaction that records them.
    """
    judge = Judge(settings, connection, now)
    return [(row, _heeded(judge, row, one) if _is_refusal(one) else one) for row, one in outcomes]


def _is_refusal(outcome: Outcome) -> bool:
    """Tell what a mail server said from what an API, or this program, found wrong."""
    return outcome.state == "rejected" and outcome.smtp_code is not None


def _heeded(judge: Judge, row: Delivery, outcome: Outcome) -> Outcome:
    kind, status = _meaning(outcome)
    attempt = f"{row.issue_id}/{row.subscriber_id}/{row.attempt}"
    kept = FeedbackRow(
        mail=hashlib.sha256(f"refused during the send {attempt}".encode()).hexdigest(),
        position=0,
        kind=cast("KeptKind", kind),
        address=row.address,
        subscriber_id=row.subscriber_id,
        issue_id=row.issue_id,
        status=status,
        detail=outcome.detail,
        reported_at=judge.now,
        read_at=judge.now,
    )
    add_feedback(judge.connection, kept)
    reason = judge.reason_against(row.address, kind)
    if reason is None:
        return outcome
    suppress(judge.connection, row.address, reason, judge.now)
    return outcome._replace(reason=reason)


def _meaning(outcome: Outcome) -> tuple[Kind, str]:
    """Say what a refusal means, and by which enhanced code.

    Where code and words say nothing, it matters what was refused (delivery.replies): the address, or our message.
    """
    kind, status = classify("", outcome.detail)
    unsaid = kind == "failed" and not status and outcome.reason != "address"
    return "policy" if unsaid else kind, status

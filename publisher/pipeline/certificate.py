"""The certificate of a send: in one small file, what was sent, to how many, and what the ledger says of it.

Kept elsewhere, it lets `publisher ledger verify --certificate FILE` show later that the ledger is still the one that
was certified: nothing before its head can be changed or cut off without being seen.
"""

from __future__ import annotations

import json
from datetime import UTC
from typing import TYPE_CHECKING, Any

from publisher.errors import ContentError, Location, StoreError
from publisher.store.deliveries import count_states, deliveries_in
from publisher.store.journal import Head, head
from publisher.store.plans import SHARES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sqlalchemy import Connection

    from publisher.config import Config
    from publisher.model.issue import Issue
    from publisher.store.plans import Plan

FORMAT = "publisher send certificate 1"
#: Below the folder of publisher.toml.
FOLDER = ".publisher/certificates"


def make_certificate(connection: Connection, issue_id: int, issue: Issue, plan: Plan) -> dict[str, Any]:
    """State what the ledger says of an issue now. While nothing happens, the same each time."""
    last = head(connection, issue_id)
    return {
        "format": FORMAT,
        "newsletter": issue.newsletter,
        "number": issue.number,
        "subject": issue.subject,
        "content_hash": issue.content_hash,
        "planned_at": plan.planned_at.astimezone(UTC).isoformat(),
        "plan_hash": plan.plan_hash,
        "equation": {"active": plan.active, **{share: getattr(plan, share) for share in SHARES}},
        "states": dict(count_states(connection, issue_id)),
        "uncertain": [row.email for row in deliveries_in(connection, issue_id, "uncertain")],
        "ledger": {"entries": last.seq, "head": last.hash},
    }


def write_certificate(certificate: Mapping[str, Any], config: Config, path: Path | None) -> Path:
    """Write a certificate for its owner's eyes (it may name people). Gives the place.

    path: None: .publisher/certificates/NEWSLETTER-NUMBER.json beside publisher.toml.
    """
    name = f"{certificate['newsletter']}-{certificate['number']}.json"
    place = path or config.root / FOLDER / name
    text = json.dumps(certificate, ensure_ascii=False, indent=2) + "\n"
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch(mode=0o600)
        place.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(
            f"can't write the certificate {place}: {error.strerror}",
            hint="the mail is sent and the ledger is whole; run the command again with --certificate FILE",
        ) from error
    return place


def read_certificate(path: Path) -> tuple[str, int, Head]:
    """Read which issue a certificate is about, and the entry of the ledger that it names."""
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        ledger = facts["ledger"] if facts["format"] == FORMAT else {}
        return str(facts["newsletter"]), int(facts["number"]), Head(int(ledger["entries"]), str(ledger["head"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ContentError(f"it is no send certificate: {error}", at=Location(str(path))) from error

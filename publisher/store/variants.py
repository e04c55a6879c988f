"""Variants of an issue: frozen for everybody who chose the same topics, before the first of them gets it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from publisher.store.inserts import insert_missing
from publisher.store.schema import issue_variants

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.model.issue import Issue

#: Columns that carry the name of the Issue's own field.
COLUMNS = ("subject", "preheader", "html", "text", "frozen_at", "content_hash")


def freeze_variants(connection: Connection, issue_id: int, variants: Mapping[str, Issue]) -> None:
    """Keep variants for ever, by selection (model.subscriber.selection_key). One that is there stays as it is."""
    rows = [
        {
            "issue_id": issue_id,
            "selection": selection,
            "manifest": json.dumps(variant.manifest, ensure_ascii=False),
            **{name: getattr(variant, name) for name in COLUMNS},
        }
        for selection, variant in sorted(variants.items())
    ]
    if rows:
        connection.execute(insert_missing(connection, issue_variants), rows)


def find_variants(connection: Connection, issue_id: int, issue: Issue) -> dict[str, Issue]:
    """Give the variants of an issue by selection. What all of them share is `issue`'s."""
    query = select(issue_variants).where(issue_variants.c.issue_id == issue_id).order_by(issue_variants.c.selection)
    return {
        row.selection: replace(
            issue, page="", manifest=tuple(json.loads(row.manifest)), **{name: getattr(row, name) for name in COLUMNS}
        )
        for row in connection.execute(query)
    }

"""Who must not be written to, whatever lists they are on. Addresses are in the form in which they are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, select

from publisher.model.subscriber import Suppression, SuppressionReason
from publisher.store.inserts import insert_missing
from publisher.store.schema import suppressions

if TYPE_CHECKING:
    from datetime import datetime


def suppress(connection: Connection, address: str, reason: SuppressionReason, now: datetime) -> bool:
    """Never mail to an address again. Tells whether that is new; an older suppression keeps its reason and date."""
    row = {"address": address, "reason": reason, "since": now}
    insert = insert_missing(connection, suppressions).values(row).returning(suppressions.c.address)
    return connection.scalar(insert) is not None


def find_suppression(connection: Connection, address: str) -> Suppression | None:
    """Give the suppression of an address, or None."""
    row = connection.execute(select(suppressions).where(suppressions.c.address == address)).one_or_none()
    return None if row is None else Suppression(email=row.address, reason=row.reason, since=row.since)


def lift_suppression(connection: Connection, address: str) -> bool:
    """Allow mail to an address again, because its reader asked for it. Tells whether there was a suppression."""
    return connection.execute(delete(suppressions).where(suppressions.c.address == address)).rowcount > 0

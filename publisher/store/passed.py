"""Posts that were there when an issue was made but are no news of it: the archive.

With them and the manifests of all issues, "new since the last issue" is a difference of sets, whatever dates say: a
post that comes late or is given an older date is in neither set, and so appears once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from publisher.store.inserts import insert_missing
from publisher.store.schema import passed_posts

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Rows written at a time.
PAGE = 1_000
#: No post's guid: says that the archive was noted, be it empty.
MARK = ""


def pass_posts(connection: Connection, newsletter: str, issue_id: int, guids: Iterable[str]) -> None:
    """Note that these posts were there when an issue was made, and that no later issue shall call them new."""
    rows = [{"newsletter": newsletter, "guid": guid, "issue_id": issue_id} for guid in sorted({MARK, *guids})]
    for start in range(0, len(rows), PAGE):
        connection.execute(insert_missing(connection, passed_posts), rows[start : start + PAGE])


def passed_guids(connection: Connection, newsletter: str) -> frozenset[str] | None:
    """Give the guids of the archive; None when no issue has noted one yet, so that dates must decide."""
    found = frozenset(connection.scalars(select(passed_posts.c.guid).where(passed_posts.c.newsletter == newsletter)))
    return found - {MARK} if MARK in found else None

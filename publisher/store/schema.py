"""The tables, as the newest migration leaves them.

Times are stored in UTC and given back aware. Nothing here is ever deleted: a subscriber changes state, a delivery
changes state, an issue changes not at all (triggers of migration 0001 refuse it).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, get_args

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

if TYPE_CHECKING:
    from sqlalchemy import Dialect

#: The migration that leaves the tables as this file describes them.
REVISION = "0005"

#: planned → claimed → committing → accepted | deferred | rejected | uncertain; suppressed at plan or claim time;
#: skipped when there is nothing for them in the issue, they have it already, or the send was cancelled (see reason).
DeliveryState = Literal[
    "planned", "claimed", "committing", "accepted", "deferred", "rejected", "uncertain", "suppressed", "skipped"
]
DELIVERY_STATES: tuple[DeliveryState, ...] = get_args(DeliveryState)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment: stored as UTC (SQLite keeps no zone, so it is added again on the way out)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware moment into what the database keeps; a naive one is a bug."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without time zone can't be stored: {value!r}")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give the moment back, aware, in UTC."""
        if value is None:
            return None
        moment: datetime = value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)
        return moment


#: Constraints get predictable names, so that a later migration can drop them on every database.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: Law 4: whatever was sent can be shown again.
issues = Table(
    "issues",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("newsletter", String, nullable=False),
    #: Digests are counted by readers; other kinds have numbers from model.issue.FIRST_EXTRA on.
    Column("number", Integer, nullable=False),
    Column("kind", String(16), nullable=False, server_default="digest"),
    #: What it is about, so that it is made once: a post's guid, an announcement's file and text; empty for digests.
    Column("key", Text, nullable=False, server_default=""),
    #: Whose readers it is for (model.subscriber.selection_key); empty: everybody's.
    Column("selection", Text, nullable=False, server_default=""),
    Column("period_start", UtcDateTime, nullable=False),
    Column("period_end", UtcDateTime, nullable=False),
    Column("subject", Text, nullable=False),
    Column("preheader", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("frozen_at", UtcDateTime, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("web_url", Text, nullable=False),
    #: The week's page on the web, where it tells more than the mail; empty: the mail's own words.
    Column("page", Text, nullable=False, server_default=""),
    UniqueConstraint("newsletter", "number"),
    CheckConstraint("kind IN ('digest', 'post', 'announcement')", name="kind"),
    Index(
        "ix_issues_week",
        "newsletter",
        "period_start",
        unique=True,
        sqlite_where=text("kind = 'digest'"),
        postgresql_where=text("kind = 'digest'"),
    ),
    Index(
        "ix_issues_key",
        "newsletter",
        "kind",
        "key",
        unique=True,
        sqlite_where=text("key <> ''"),
        postgresql_where=text("key <> ''"),
    ),
)

#: The manifest of each issue: which posts it told of, in the order shown.
issue_posts = Table(
    "issue_posts",
    metadata,
    Column("issue_id", ForeignKey("issues.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("guid", Text, nullable=False),
    UniqueConstraint("issue_id", "guid"),
    sqlite_with_rowid=False,
)

subscribers = Table(
    "subscribers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("newsletter", String, nullable=False),
    #: As the person wrote it.
    Column("email", Text, nullable=False),
    #: As it is compared (audience.address.normalise).
    Column("address", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    #: Which mails they want: the digest, each new post by itself, or both.
    Column("frequency", String(8), nullable=False, server_default="weekly"),
    UniqueConstraint("newsletter", "address"),
    Index(None, "newsletter", "state"),
    CheckConstraint("state IN ('pending', 'active', 'unsubscribed')", name="state"),
    CheckConstraint("frequency IN ('weekly', 'posts', 'both')", name="frequency"),
    # An id names a person in unsubscribe links that live for years: it must never be given to somebody else.
    sqlite_autoincrement=True,
)

#: What a subscriber chose to read ("tags:鐵道"); whoever chose nothing reads everything.
subscriber_topics = Table(
    "subscriber_topics",
    metadata,
    Column("subscriber_id", ForeignKey("subscribers.id"), primary_key=True, autoincrement=False),
    Column("topic", Text, primary_key=True),
    sqlite_with_rowid=False,
)

#: An issue as it was frozen for everybody who chose the same topics. Law 4 holds for each of them.
issue_variants = Table(
    "issue_variants",
    metadata,
    Column("issue_id", ForeignKey("issues.id"), primary_key=True, autoincrement=False),
    #: The chosen topics, sorted, one per line (model.subscriber.selection_key).
    Column("selection", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("preheader", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("text", Text, nullable=False),
    #: Guids in the order shown, as a JSON list.
    Column("manifest", Text, nullable=False),
    Column("frozen_at", UtcDateTime, nullable=False),
    Column("content_hash", String(64), nullable=False),
    sqlite_with_rowid=False,
)

#: By address, whatever list it is on. No foreign key: an address may be suppressed that never subscribed.
suppressions = Table(
    "suppressions",
    metadata,
    Column("address", Text, primary_key=True),
    Column("reason", String(32), nullable=False),
    Column("since", UtcDateTime, nullable=False),
)

#: Posts that were there when an issue was made, but older than its week: the archive, which is never news.
passed_posts = Table(
    "passed_posts",
    metadata,
    Column("newsletter", String, primary_key=True),
    Column("guid", Text, primary_key=True),
    Column("issue_id", ForeignKey("issues.id"), nullable=False),
    sqlite_with_rowid=False,
)

#: One row per issue whose audience is fixed:
#: active = planned + suppressed + invalid + not interested + already had it.
plans = Table(
    "plans",
    metadata,
    Column("issue_id", ForeignKey("issues.id"), primary_key=True, autoincrement=False),
    Column("planned_at", UtcDateTime, nullable=False),
    Column("active", Integer, nullable=False),
    Column("planned", Integer, nullable=False),
    Column("suppressed", Integer, nullable=False),
    Column("invalid", Integer, nullable=False),
    Column("not_interested", Integer, nullable=False, server_default="0"),
    Column("already", Integer, nullable=False, server_default="0"),
    #: Over everybody's row (store.plans.PlanHash); empty for plans made before there was a journal.
    Column("plan_hash", String(64), nullable=False, server_default=""),
)

#: The ledger: one issue to one subscriber.
deliveries = Table(
    "deliveries",
    metadata,
    Column("issue_id", ForeignKey("issues.id"), primary_key=True, autoincrement=False),
    Column("subscriber_id", ForeignKey("subscribers.id"), primary_key=True, autoincrement=False),
    #: RCPT TO, fixed when the audience was planned.
    Column("email", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("name", Text, nullable=False),
    #: Which variant of the issue they get (model.subscriber.selection_key); empty: the whole of it.
    Column("selection", Text, nullable=False, server_default=""),
    Column("state", String(16), nullable=False),
    #: Goes up with each claim; an outcome is written only by whoever holds the current number (fencing).
    Column("attempt", Integer, nullable=False),
    #: The run that claimed it last (senders.id); 0: none yet.
    Column("sender", Integer, nullable=False, server_default="0"),
    Column("transport", String, nullable=False),
    Column("provider_id", Text, nullable=False),
    #: Class of a failure in one word, for decisions; `detail` is what was answered, for people.
    Column("reason", String(32), nullable=False),
    Column("detail", Text, nullable=False),
    Column("smtp_code", Integer, nullable=True),
    #: A deferred delivery is not tried before this moment.
    Column("retry_at", UtcDateTime, nullable=True),
    Column("planned_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Index(None, "issue_id", "state", "subscriber_id"),
    CheckConstraint(f"state IN ({', '.join(repr(state) for state in DELIVERY_STATES)})", name="state"),
    sqlite_with_rowid=False,
)

#: Runs of `publisher send`. What a run holds is its own while it lives; its lease says how long that is believed.
senders = Table(
    "senders",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("issue_id", ForeignKey("issues.id"), nullable=False),
    Column("host", Text, nullable=False),
    #: Names one start of the machine and one set of process numbers in it.
    Column("boot", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    #: When the process began, as its machine counts, so that a number given out again is not mistaken for it.
    Column("born", Text, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    #: Seconds since 1970 by the database's own clock.
    Column("lease_until_s", BigInteger, nullable=False),
    Column("ended_at", UtcDateTime),
    sqlite_autoincrement=True,
)

#: What happened to each issue's deliveries: only ever added to, each entry's hash covering the one before.
journal = Table(
    "journal",
    metadata,
    Column("issue_id", ForeignKey("issues.id"), primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    #: JSON (store.journal).
    Column("body", Text, nullable=False),
    Column("hash", String(64), nullable=False),
)

#: Letters to one person, in answer to something they did: each once for each time that they did it.
letters = Table(
    "letters",
    metadata,
    Column("subscriber_id", ForeignKey("subscribers.id"), primary_key=True, autoincrement=False),
    Column("kind", String(16), primary_key=True),
    #: The moment of what it answers: when the subscriber reached the state that it is about.
    Column("occasion", UtcDateTime, primary_key=True),
    Column("email", Text, nullable=False),
    Column("subject", Text, nullable=False),
    #: SHA-256 of the whole message, in hex.
    Column("content_hash", String(64), nullable=False),
    #: committing (it may have left) → accepted | deferred | rejected | uncertain; deferred → committing.
    Column("state", String(16), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("transport", String, nullable=False),
    Column("provider_id", Text, nullable=False),
    Column("reason", String(32), nullable=False),
    Column("detail", Text, nullable=False),
    Column("smtp_code", Integer, nullable=True),
    Column("changed_at", UtcDateTime, nullable=False),
    CheckConstraint("kind IN ('confirm', 'welcome', 'goodbye')", name="kind"),
    CheckConstraint("state IN ('committing', 'accepted', 'deferred', 'rejected', 'uncertain')", name="state"),
    sqlite_with_rowid=False,
)

#: Keys that sign unsubscribe links. A retired key still reads old links; it signs no new ones.
token_keys = Table(
    "token_keys",
    metadata,
    Column("kid", Integer, primary_key=True, autoincrement=False),
    Column("secret", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

#: What came back: bounces, complaints, wishes to leave. A mail that is read again adds nothing.
feedback = Table(
    "feedback",
    metadata,
    #: Names the mail wherever it is kept (feedback.mail.key_of).
    Column("mail", String(64), primary_key=True),
    #: Which of the mail's reports.
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    #: Whom it is about, as addresses are compared.
    Column("address", Text, nullable=False),
    #: The subscriber whose message it was; not known where only the address was named.
    Column("subscriber_id", ForeignKey("subscribers.id"), nullable=True),
    Column("issue_id", ForeignKey("issues.id"), nullable=True),
    #: Enhanced status code, such as 5.1.1.
    Column("status", String(16), nullable=False),
    Column("detail", Text, nullable=False),
    Column("reported_at", UtcDateTime, nullable=False),
    Column("read_at", UtcDateTime, nullable=False),
    Index(None, "address", "reported_at"),
    sqlite_with_rowid=False,
)

"""The ledger's journal, whose entries are chained by hash; who is sending; why somebody was left out of a plan."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

MOMENT = sa.DateTime(timezone=True)
STATES = "'planned', 'claimed', 'committing', 'accepted', 'deferred', 'rejected', 'uncertain', 'suppressed', 'skipped'"
KEPT = (
    "issue_id, subscriber_id, email, address, name, state, attempt, transport, provider_id, reason, detail,"
    " smtp_code, retry_at, planned_at, changed_at"
)


def upgrade() -> None:
    """Add columns and tables, and refuse changes to the journal."""
    for name in ("not_interested", "already"):
        op.add_column("plans", sa.Column(name, sa.Integer, nullable=False, server_default="0"))
    op.add_column("plans", sa.Column("plan_hash", sa.String(64), nullable=False, server_default=""))
    _deliveries()
    _seen()
    _senders()
    _journal()
    _refuse_changes_to_the_journal()


def _deliveries() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("deliveries", sa.Column("selection", sa.Text, nullable=False, server_default=""))
        op.add_column("deliveries", sa.Column("sender", sa.Integer, nullable=False, server_default="0"))
        op.drop_constraint("ck_deliveries_state", "deliveries", type_="check")
        op.create_check_constraint("ck_deliveries_state", "deliveries", f"state IN ({STATES})")
        return
    # SQLite can't change a constraint: the table is made anew.
    op.drop_index("ix_deliveries_issue_id_state_subscriber_id", "deliveries")
    op.rename_table("deliveries", "deliveries_before")
    op.create_table(
        "deliveries",
        sa.Column("issue_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("subscriber_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("selection", sa.Text, nullable=False, server_default=""),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("sender", sa.Integer, nullable=False, server_default="0"),
        sa.Column("transport", sa.String, nullable=False),
        sa.Column("provider_id", sa.Text, nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("smtp_code", sa.Integer, nullable=True),
        sa.Column("retry_at", MOMENT, nullable=True),
        sa.Column("planned_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("issue_id", "subscriber_id", name="pk_deliveries"),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name="fk_deliveries_issue_id"),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscribers.id"], name="fk_deliveries_subscriber_id"),
        sa.CheckConstraint(f"state IN ({STATES})", name="ck_deliveries_state"),
        sqlite_with_rowid=False,
    )
    op.execute(f"INSERT INTO deliveries ({KEPT}) SELECT {KEPT} FROM deliveries_before")  # noqa: S608 - our own words
    op.drop_table("deliveries_before")
    op.create_index("ix_deliveries_issue_id_state_subscriber_id", "deliveries", ["issue_id", "state", "subscriber_id"])


def _seen() -> None:
    op.create_table(
        "passed_posts",
        sa.Column("newsletter", sa.String, nullable=False),
        sa.Column("guid", sa.Text, nullable=False),
        sa.Column("issue_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("newsletter", "guid", name="pk_passed_posts"),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name="fk_passed_posts_issue_id"),
        sqlite_with_rowid=False,
    )


def _senders() -> None:
    op.create_table(
        "senders",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("issue_id", sa.Integer, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("boot", sa.Text, nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("born", sa.Text, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("lease_until_s", sa.BigInteger, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_senders"),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name="fk_senders_issue_id"),
        sqlite_autoincrement=True,
    )


def _journal() -> None:
    op.create_table(
        "journal",
        sa.Column("issue_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("seq", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("issue_id", "seq", name="pk_journal"),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name="fk_journal_issue_id"),
    )


def _refuse_changes_to_the_journal() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    if postgres:
        op.execute(
            "CREATE FUNCTION publisher_refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'the journal is only ever added to'; END $$"
        )
    for verb in ("UPDATE", "DELETE"):
        body = (
            "EXECUTE FUNCTION publisher_refuse_rewriting()"
            if postgres
            else "BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END"
        )
        op.execute(f"CREATE TRIGGER journal_no_{verb.lower()} BEFORE {verb} ON journal FOR EACH ROW {body}")

"""The first tables: issues, subscribers, suppressions, the ledger, keys.

A migration says in its own words what it makes, and never imports schema.py: that file goes on changing, this one
must not.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make every table, and refuse changes to what was frozen."""
    _issues()
    _people()
    _ledger()
    _refuse_changes_to_frozen_issues()


def _issues() -> None:
    op.create_table(
        "issues",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("newsletter", sa.String, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("period_start", MOMENT, nullable=False),
        sa.Column("period_end", MOMENT, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("preheader", sa.Text, nullable=False),
        sa.Column("html", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("frozen_at", MOMENT, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("web_url", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_issues"),
        sa.UniqueConstraint("newsletter", "period_start", name="uq_issues_newsletter_period_start"),
        sa.UniqueConstraint("newsletter", "number", name="uq_issues_newsletter_number"),
    )
    op.create_table(
        "issue_posts",
        sa.Column("issue_id", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("guid", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("issue_id", "position", name="pk_issue_posts"),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name="fk_issue_posts_issue_id"),
        sa.UniqueConstraint("issue_id", "guid", name="uq_issue_posts_issue_id_guid"),
        sqlite_with_rowid=False,
    )


def _people() -> None:
    op.create_table(
        "subscribers",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("newsletter", sa.String, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subscribers"),
        sa.UniqueConstraint("newsletter", "address", name="uq_subscribers_newsletter_address"),
        sa.CheckConstraint("state IN ('pending', 'active', 'unsubscribed')", name="ck_subscribers_state"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_subscribers_newsletter_state", "subscribers", ["newsletter", "state"])
    op.create_table(
        "suppressions",
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("address", name="pk_suppressions"),
    )
    op.create_table(
        "token_keys",
        sa.Column("kid", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("kid", name="pk_token_keys"),
    )


def _ledger() -> None:
    op.create_table(
        "plans",
        sa.Column("issue_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("planned_at", MOMENT, nullable=False),
        sa.Column("active", sa.Integer, nullable=False),
        sa.Column("planned", sa.Integer, nullable=False),
        sa.Column("suppressed", sa.Integer, nullable=False),
        sa.Column("invalid", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("issue_id", name="pk_plans"),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name="fk_plans_issue_id"),
    )
    op.create_table(
        "deliveries",
        sa.Column("issue_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("subscriber_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
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
        sa.CheckConstraint(
            "state IN ('planned', 'claimed', 'committing', 'accepted', 'deferred', 'rejected', 'uncertain',"
            " 'suppressed')",
            name="ck_deliveries_state",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_deliveries_issue_id_state_subscriber_id", "deliveries", ["issue_id", "state", "subscriber_id"])


def _refuse_changes_to_frozen_issues() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    if postgres:
        op.execute(
            "CREATE FUNCTION publisher_refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'a frozen issue never changes'; END $$"
        )
    for table in ("issues", "issue_posts"):
        for verb in ("UPDATE", "DELETE"):
            body = (
                "EXECUTE FUNCTION publisher_refuse_change()"
                if postgres
                else "BEGIN SELECT RAISE(ABORT, 'a frozen issue never changes'); END"
            )
            op.execute(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} FOR EACH ROW {body}")

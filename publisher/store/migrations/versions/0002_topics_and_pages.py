"""What each subscriber chose to read, the variants of an issue made for that, and an issue's page on the web."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add a column and two tables, and refuse changes to frozen variants as to frozen issues."""
    op.add_column("issues", sa.Column("page", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "subscriber_topics",
        sa.Column("subscriber_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("subscriber_id", "topic", name="pk_subscriber_topics"),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscribers.id"], name="fk_subscriber_topics_subscriber_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "issue_variants",
        sa.Column("issue_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("selection", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("preheader", sa.Text, nullable=False),
        sa.Column("html", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("manifest", sa.Text, nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("issue_id", "selection", name="pk_issue_variants"),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name="fk_issue_variants_issue_id"),
        sqlite_with_rowid=False,
    )
    _refuse_changes_to_frozen_variants()


def _refuse_changes_to_frozen_variants() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    for verb in ("UPDATE", "DELETE"):
        body = (
            "EXECUTE FUNCTION publisher_refuse_change()"
            if postgres
            else "BEGIN SELECT RAISE(ABORT, 'a frozen issue never changes'); END"
        )
        trigger = f"issue_variants_no_{verb.lower()}"
        op.execute(f"CREATE TRIGGER {trigger} BEFORE {verb} ON issue_variants FOR EACH ROW {body}")

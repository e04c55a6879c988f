"""What came back: bounces, complaints, wishes to leave."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "feedback",
        sa.Column("mail", sa.String(64), nullable=False),
        sa.Column("position", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("subscriber_id", sa.Integer, nullable=True),
        sa.Column("issue_id", sa.Integer, nullable=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("reported_at", MOMENT, nullable=False),
        sa.Column("read_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("mail", "position", name="pk_feedback"),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscribers.id"], name="fk_feedback_subscriber_id"),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name="fk_feedback_issue_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_feedback_address_reported_at", "feedback", ["address", "reported_at"])

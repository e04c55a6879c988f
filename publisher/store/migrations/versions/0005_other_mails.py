"""Issues of other kinds than the digest, how often somebody wants to be written to, and letters to one person."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

MOMENT = sa.DateTime(timezone=True)
KEPT = (
    "id, newsletter, number, period_start, period_end, subject, preheader, html, text, frozen_at, content_hash,"
    " web_url, page"
)
KINDS = "kind IN ('digest', 'post', 'announcement')"
FREQUENCIES = "frequency IN ('weekly', 'posts', 'both')"


def upgrade() -> None:
    """Let a week be one of digests only, and add columns and a table."""
    if op.get_bind().dialect.name == "postgresql":
        _widen_issues()
    else:
        _make_issues_anew()
    op.create_index(
        "ix_issues_week",
        "issues",
        ["newsletter", "period_start"],
        unique=True,
        sqlite_where=sa.text("kind = 'digest'"),
        postgresql_where=sa.text("kind = 'digest'"),
    )
    op.create_index(
        "ix_issues_key",
        "issues",
        ["newsletter", "kind", "key"],
        unique=True,
        sqlite_where=sa.text("key <> ''"),
        postgresql_where=sa.text("key <> ''"),
    )
    op.execute(
        "ALTER TABLE subscribers ADD COLUMN frequency VARCHAR(8) DEFAULT 'weekly' NOT NULL"
        f" CONSTRAINT ck_subscribers_frequency CHECK ({FREQUENCIES})"
    )
    _letters()


def _widen_issues() -> None:
    op.drop_constraint("uq_issues_newsletter_period_start", "issues", type_="unique")
    op.add_column("issues", sa.Column("kind", sa.String(16), nullable=False, server_default="digest"))
    op.add_column("issues", sa.Column("key", sa.Text, nullable=False, server_default=""))
    op.add_column("issues", sa.Column("selection", sa.Text, nullable=False, server_default=""))
    op.create_check_constraint("ck_issues_kind", "issues", KINDS)


def _make_issues_anew() -> None:
    """Replace the table: SQLite can't drop a constraint.

    Other tables go on meaning it by its name. Until its rows are back they miss them, so their keys are looked at when
    everything is done.
    """
    op.execute("PRAGMA defer_foreign_keys = ON")
    op.execute(f"CREATE TABLE issues_before AS SELECT {KEPT} FROM issues")  # noqa: S608 - our own words
    op.drop_table("issues")
    op.create_table(
        "issues",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("newsletter", sa.String, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False, server_default="digest"),
        sa.Column("key", sa.Text, nullable=False, server_default=""),
        sa.Column("selection", sa.Text, nullable=False, server_default=""),
        sa.Column("period_start", MOMENT, nullable=False),
        sa.Column("period_end", MOMENT, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("preheader", sa.Text, nullable=False),
        sa.Column("html", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("frozen_at", MOMENT, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("web_url", sa.Text, nullable=False),
        sa.Column("page", sa.Text, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_issues"),
        sa.UniqueConstraint("newsletter", "number", name="uq_issues_newsletter_number"),
        sa.CheckConstraint(KINDS, name="ck_issues_kind"),
    )
    op.execute(f"INSERT INTO issues ({KEPT}) SELECT {KEPT} FROM issues_before")  # noqa: S608 - our own words
    op.drop_table("issues_before")
    for verb in ("UPDATE", "DELETE"):
        body = "BEGIN SELECT RAISE(ABORT, 'a frozen issue never changes'); END"
        op.execute(f"CREATE TRIGGER issues_no_{verb.lower()} BEFORE {verb} ON issues FOR EACH ROW {body}")


def _letters() -> None:
    op.create_table(
        "letters",
        sa.Column("subscriber_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("occasion", MOMENT, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("transport", sa.String, nullable=False),
        sa.Column("provider_id", sa.Text, nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("smtp_code", sa.Integer, nullable=True),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("subscriber_id", "kind", "occasion", name="pk_letters"),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscribers.id"], name="fk_letters_subscriber_id"),
        sa.CheckConstraint("kind IN ('confirm', 'welcome', 'goodbye')", name="ck_letters_kind"),
        sa.CheckConstraint(
            "state IN ('committing', 'accepted', 'deferred', 'rejected', 'uncertain')", name="ck_letters_state"
        ),
        sqlite_with_rowid=False,
    )

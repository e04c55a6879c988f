"""What outlives a run: subscribers, suppressions, frozen issues and the ledger (SQLAlchemy Core, Alembic)."""

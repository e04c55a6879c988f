"""What must not be forgotten: subscribers, suppressions, issues, the ledger."""

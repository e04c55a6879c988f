"""What comes back: bounces, complaints, wishes to leave. Mails in, reports out; no network, no store."""

"""The posts of a week become a mail."""

"""Addresses, unsubscribe tokens, and lists of subscribers as files."""

"""Addresses, tokens, and lists of subscribers as files."""

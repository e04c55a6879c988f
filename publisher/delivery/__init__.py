"""Transports: how messages leave, one file each, behind one Protocol (transport.py)."""

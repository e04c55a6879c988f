"""The values that travel between rooms: frozen, with nothing beyond what can be derived from themselves."""

"""How messages leave: one transport a file."""

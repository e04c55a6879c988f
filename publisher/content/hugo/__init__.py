"""How a Hugo site is laid out: its configuration, which files are pages, and what address each has."""

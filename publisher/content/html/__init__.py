"""A post's HTML on its way out: addresses made absolute, players made links, everything cleaned."""

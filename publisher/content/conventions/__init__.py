"""Site generators other than Hugo, and folders without one: each is a `Convention` in a file of its own."""

"""The commands: flags in, one recipe called, what it did printed."""

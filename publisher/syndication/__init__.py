"""Posts become feeds."""

"""Markdown to HTML as Hugo's goldmark makes it: comrak parses, and what it decides otherwise is mended here."""

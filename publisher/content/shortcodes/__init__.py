"""Shortcodes: their grammar, the templates that speak for them, and the site's own ones where they are understood."""

"""A site on disk becomes posts; a post's Markdown becomes clean HTML."""

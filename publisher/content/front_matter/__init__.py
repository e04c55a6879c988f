"""What stands above a post's text: YAML, TOML or JSON, its dates, and each generator's names for the same field."""

"""`publisher config`: the effective settings, defaults included, secrets left out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from publisher.cli.console import ConfigOption, JsonOption, load, say, say_json

#: Values under such names are hidden even where a transport's table holds them in the clear.
_SECRET_NAMES = ("password", "api_key", "token", "secret", "key")


def config(config_path: ConfigOption = Path(), as_json: JsonOption = False) -> None:
    """Show every setting in force.

    Defaults are included; secrets are not.
    """
    settings = load(config_path)
    values = redact(settings.model_dump(mode="json", exclude_none=True))
    if as_json:
        say_json(values)
    else:
        say("\n".join(as_toml(values)))


def redact(value: Any, name: str = "") -> Any:
    """Replace secrets by where they come from, at any depth."""
    if isinstance(value, dict) and name.endswith(_SECRET_NAMES):
        source = next((f"{kind} {value[kind]}" for kind in ("env", "file") if value.get(kind)), "set")
        return f"(secret from {source})"
    if isinstance(value, dict):
        return {key: redact(inner, key) for key, inner in value.items()}
    return "(secret)" if name.endswith(_SECRET_NAMES) and value else value


def as_toml(values: dict[str, Any], path: tuple[str, ...] = ()) -> list[str]:
    """Write nested tables as the lines of a TOML file."""
    plain = [f"{_key(key)} = {_literal(value)}" for key, value in values.items() if not isinstance(value, dict)]
    lines = [f"[{'.'.join(map(_key, path))}]", *plain, ""] if path and plain else plain
    for key, value in values.items():
        if isinstance(value, dict):
            lines += as_toml(value, (*path, key))
    return lines


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _literal(name)


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(_literal(part) for part in value)}]"
    if isinstance(value, int | float):
        return str(value)
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'

"""Tables of others, shipped with the program: what MJML allows (mjml.json) and what mail clients can do (clients.json).

docs/make_client_data.py writes them; NOTICE.txt says whose they are.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def mjml_tables() -> dict[str, Any]:
    """Give MJML's components with their attributes and types, the children each may have, and names of colours."""
    return _read("mjml.json")


@cache
def client_tables() -> dict[str, Any]:
    """Give Can I Email's features: title, and for each client one letter: y yes, a partly, n no, u not known."""
    return _read("clients.json")


def _read(name: str) -> dict[str, Any]:
    tables: dict[str, Any] = json.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))
    return tables

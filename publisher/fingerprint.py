"""The fingerprint of values: equal for equal ones in every process, whatever the seed of Python's hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from typing import Any


def fingerprint(*values: object) -> str:
    """Give the fingerprint of plain values, collections, dataclasses. Sets count in any order, mappings in theirs."""
    return hashlib.sha256(_written(values).encode("utf-8", "surrogatepass")).hexdigest()


def _written(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{{','.join(f'{_written(key)}:{_written(part)}' for key, part in value.items())}}}"
    if isinstance(value, AbstractSet):
        return f"<{','.join(sorted(map(_written, value)))}>"
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_written, value))}]"
    if is_dataclass(value) and not isinstance(value, type):
        parts = (f"{field.name}={_written(getattr(value, field.name))}" for field in fields(value))
        return f"{type(value).__name__}({','.join(parts)})"
    return repr(value)

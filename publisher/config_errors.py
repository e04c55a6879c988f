"""From what tomllib and pydantic say to errors with file:line:column and the nearest name."""

from __future__ import annotations

import difflib
import re
import typing
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from publisher.config_text import place_in_text
from publisher.errors import ConfigError, Location, PublisherError, PublisherErrors
from publisher.query import QueryError

if TYPE_CHECKING:
    import tomllib
    from collections.abc import Sequence

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_HEADER = re.compile(r"^\s*\[\[?\s*([^\]]+?)\s*\]\]?")
_KEY = re.compile(r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")


def syntax_error(error: tomllib.TOMLDecodeError, source: str, file: str) -> ConfigError:
    """Locate a mistake in the TOML itself. Before Python 3.14 the place stands only in the message."""
    message = str(error)
    place = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    lines = source.splitlines()
    if place:
        line, column = int(place[1]), int(place[2])
        message = message[: place.start()]
    else:
        line, column = len(lines), 1
        message = message.removesuffix(" (at end of document)")
    text = lines[line - 1] if 0 < line <= len(lines) else None
    return ConfigError(
        f"not valid TOML: {message}", at=Location(file, line, column, text), hint='text stands in quotes: title = "…"'
    )


def settings_error(
    error: ValidationError, model: type[BaseModel], source: str, file: str, prefix: tuple[str, ...] = ()
) -> PublisherError:
    """Turn every mistake that pydantic found into an error with its place and a hint."""
    errors = [_one(detail, model, source, file, prefix) for detail in error.errors()]
    return errors[0] if len(errors) == 1 else PublisherErrors(errors)


def _one(detail: ErrorDetails, model: type[BaseModel], source: str, file: str, prefix: tuple[str, ...]) -> ConfigError:
    keys = tuple(str(part) for part in detail["loc"] if not str(part).startswith(("function-", "tagged-")))
    name = ".".join(prefix + keys)
    at = locate_setting(source, prefix + keys) or (0, 0, None)
    where = Location(file, at[0] or None, at[1] or None, at[2])
    if detail["type"] == "extra_forbidden":
        known = _keys_at(model, keys[:-1])
        near = difflib.get_close_matches(keys[-1], known, n=1, cutoff=0.5)
        hint = f'did you mean "{near[0]}"?' if near else f"there are: {', '.join(sorted(known))}"
        return ConfigError(f"unknown setting: {name}", at=where, hint=hint)
    if detail["type"] == "missing":
        return ConfigError(
            f"{name} is missing", at=where, hint=f"add {keys[-1]} = … to [{'.'.join(prefix + keys[:-1])}]"
        )
    message = str(detail["msg"]).removeprefix("Value error, ")
    cause = detail.get("ctx", {}).get("error")
    if isinstance(cause, QueryError) and at[0]:
        where = Location(file, *place_in_text(source, at[0], at[1], keys[-1], cause.offset))
    return ConfigError(f"{name}: {message}", at=where, hint=cause.hint if isinstance(cause, QueryError) else None)


def _keys_at(model: type[BaseModel], path: Sequence[str]) -> list[str]:
    """List the settings of the table that `path` leads to."""
    annotation: Any = model
    for part in path:
        table = _table_of(annotation)
        if table is not None:
            annotation = table.model_fields[part].annotation if part in table.model_fields else None
        else:  # a dict of tables: the name is the user's, the value's type follows
            annotation = typing.get_args(annotation)[-1] if typing.get_args(annotation) else None
    table = _table_of(annotation)
    return [key for key, field in table.model_fields.items() if not field.exclude] if table else []


def _table_of(annotation: Any) -> type[BaseModel] | None:
    candidates = [annotation, *(typing.get_args(annotation) if typing.get_origin(annotation) is not dict else ())]
    return next((part for part in candidates if isinstance(part, type) and issubclass(part, BaseModel)), None)


def locate_setting(source: str, keys: tuple[str, ...]) -> tuple[int, int, str] | None:
    """Find the line and column of a setting, or of the nearest table around it.

    Sees headers and keys at the start of a line, which is where people write them; a key inside an inline table is
    found at the key that holds the table.
    """
    best: tuple[int, int, str] | None = None
    best_depth = 0
    header: tuple[str, ...] = ()
    for number, line in enumerate(source.splitlines(), start=1):
        if found := _HEADER.match(line):
            header = path = _split(found[1])
        elif found := _KEY.match(line):
            path = header + _split(found[1])
        else:
            continue
        if keys[: len(path)] == path and len(path) > best_depth:
            best, best_depth = (number, found.start(1) + 1, line), len(path)
    return best


def _split(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in re.findall(r"""[\w-]+|"[^"]*"|'[^']*'""", dotted))

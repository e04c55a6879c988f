"""pelicanconf.py and publishconf.py as data: assignments of plain values. Nothing of them is ever run."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from publisher.errors import ConfigError, Location, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: The second is laid over the first, as Pelican does when a site is published.
FILES = ("pelicanconf.py", "publishconf.py")
#: What is read here; one of these that is computed is worth a warning.
DEFAULTS: dict[str, Any] = {
    "ARTICLE_EXCLUDES": [],
    "ARTICLE_LANG_URL": "{slug}-{lang}.html",
    "ARTICLE_PATHS": [""],
    "ARTICLE_URL": "{slug}.html",
    "AUTHOR": "",
    "DEFAULT_CATEGORY": "misc",
    "DEFAULT_LANG": "en",
    "DEFAULT_METADATA": {},
    "EXTRA_PATH_METADATA": {},
    "FILENAME_METADATA": r"(?P<date>\d{4}-\d{2}-\d{2}).*",
    "PAGE_PATHS": ["pages"],
    "PATH": ".",
    "PATH_METADATA": "",
    "SITENAME": "",
    "SITESUBTITLE": "",
    "SITEURL": "",
    "SLUGIFY_PRESERVE_CASE": False,
    "SLUGIFY_SOURCE": "title",
    "SLUGIFY_USE_UNICODE": False,
    "SLUG_REGEX_SUBSTITUTIONS": [
        (r"[^\w\s-]", ""),
        (r"(?u)\A\s*", ""),
        (r"(?u)\s*\Z", ""),
        (r"[-\s]+", "-"),
    ],
    "TIMEZONE": "",
    "USE_FOLDER_AS_CATEGORY": True,
    "WITH_FUTURE_DATES": True,
}


@dataclass(frozen=True, slots=True)
class PelicanSettings:
    """What the configuration assigns, over Pelican's defaults."""

    values: dict[str, Any] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    #: Settings that matter here and are computed, so that nobody but Python knows them.
    problems: tuple[Problem, ...] = ()


def read_pelican_settings(root: Path) -> PelicanSettings:
    """Read the configuration of a Pelican site. Raises ConfigError with the place of a syntax error."""
    values = dict(DEFAULTS)
    files: list[str] = []
    problems: list[Problem] = []
    for name in FILES:
        if not (root / name).is_file():
            continue
        files.append(name)
        for key, value in _assignments(root / name, name):
            if isinstance(value, ast.AST):
                hint = f"assign a plain value, or set what follows from it in publisher.toml; {key} keeps its old value"
                text = f"{key} is computed: configuration is read, never run"
                line = getattr(value, "lineno", None)
                problems += (
                    [Problem(text, Location(name, line), hint, rule="computed-setting")] if key in DEFAULTS else []
                )
            elif key in DEFAULTS and not _fits(value, DEFAULTS[key]):
                raise ConfigError(f"{key} can't be {value!r}", at=Location(name))
            else:
                values[key] = value
    return PelicanSettings(values, tuple(files), tuple(problems))


def _assignments(path: Path, name: str) -> Iterator[tuple[str, Any]]:
    """Give each upper-case name with its value, or with the expression where it is no plain value."""
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError, RecursionError, MemoryError, OSError) as error:
        at = Location(name, getattr(error, "lineno", None), getattr(error, "offset", None))
        raise ConfigError(f"can't be read: {getattr(error, 'msg', None) or error}", at=at) from error
    for statement in tree.body:
        targets: list[ast.expr] = []
        if isinstance(statement, ast.Assign):
            targets = statement.targets
        elif isinstance(statement, ast.AnnAssign) and statement.value:
            targets = [statement.target]
        else:
            continue
        expression = statement.value
        assert expression is not None
        for target in targets:
            if isinstance(target, ast.Name) and target.id.isupper():
                yield target.id, _plain(expression)


def _plain(expression: ast.expr) -> Any:
    try:
        return ast.literal_eval(expression)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return expression


def _fits(value: Any, default: Any) -> bool:
    """Tell whether a value is of the kind its setting is; None and "" stand for nothing."""
    if default is None or value is None or isinstance(value, type(default)):
        return True
    return isinstance(default, list) and isinstance(value, list | tuple)

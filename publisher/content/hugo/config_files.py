"""The configuration files of a Hugo site: hugo.toml, config/_default/, config/production/, each on top of the last."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from publisher.errors import ConfigError, Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

#: In the order in which Hugo looks for them; the first that exists counts.
ROOT_FILES = tuple(f"{stem}.{suffix}" for stem in ("hugo", "config") for suffix in ("toml", "yaml", "yml", "json"))
SUFFIXES = (".toml", ".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True)
class Layer:
    """One configuration file: its name, and the table it contributes."""

    file: str
    table: dict[str, Any] = field(default_factory=dict)


def is_hugo_site(root: Path) -> bool:
    """Tell whether a folder holds a Hugo configuration."""
    return any((root / name).is_file() for name in ROOT_FILES) or (root / "config" / "_default").is_dir()


def read_layers(root: Path, environment: str) -> list[Layer]:
    """Read a Hugo site's configuration files, least important first. Raises ConfigError with file:line."""
    return [*_root_layer(root), *_folder_layers(root, "_default"), *_folder_layers(root, environment)]


def _root_layer(root: Path) -> list[Layer]:
    for name in ROOT_FILES:
        if (root / name).is_file():
            return [Layer(name, read_table(root / name, name))]
    return []


def _folder_layers(root: Path, environment: str) -> list[Layer]:
    """Read config/<environment>/: each file's name is the key its table goes under, "languages.en" two of them."""
    folder = root / "config" / environment
    files = sorted(path for path in folder.glob("*") if path.suffix in SUFFIXES) if folder.is_dir() else []
    # hugo.* and config.* hold the top; they come first so that a named file speaks last.
    files.sort(key=lambda path: path.stem.lower() not in {"hugo", "config"})
    layers = []
    for path in files:
        name = path.relative_to(root).as_posix()
        table: Any = read_table(path, name)
        if path.stem.lower() not in {"hugo", "config"}:
            for key in reversed(path.stem.lower().split(".")):
                table = {key: table}
        layers.append(Layer(name, table))
    return layers


def read_table(path: Path, name: str) -> dict[str, Any]:
    """Read a configuration file by its suffix, keys lower-cased. Raises ConfigError with file:line."""
    try:
        source = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"can't read it: {error}", at=Location(name)) from error
    return parse_table(source, path.suffix, name)


def parse_table(source: str, suffix: str, file: str) -> dict[str, Any]:
    """Parse a configuration file by its suffix, keys lower-cased. Raises ConfigError with file:line."""
    try:
        if suffix == ".toml":
            loaded: Any = tomllib.loads(source)
        elif suffix == ".json":
            loaded = json.loads(source)
        else:
            loaded = _load_yaml(source, file)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"can't be parsed: {error}", at=Location(file)) from error
    lowered = _lower(loaded)
    if not isinstance(lowered, dict):
        # `config/_default/menus.yaml` and the like may be lists or empty; nothing here reads them.
        return {}
    return lowered


def _load_yaml(source: str, file: str) -> Any:
    import yaml

    from publisher.content.front_matter.yaml_loader import YamlLoader

    try:
        return yaml.load(source, Loader=YamlLoader)  # noqa: S506 - YamlLoader is a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark else 1
        text = source.split("\n")[line - 1] if line <= source.count("\n") + 1 else None
        at = Location(file, line, mark.column + 1 if mark else 1, text)
        raise ConfigError(f"not YAML: {error.problem}", at=at) from error
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def _lower(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key).lower(): _lower(item) for key, item in value.items()}
    return [_lower(item) for item in value] if isinstance(value, list) else value


def merge_tables(tables: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Lay tables on top of each other: later ones win, and tables within are merged likewise."""
    merged: dict[str, Any] = {}
    for table in tables:
        for key, value in table.items():
            below = merged.get(key)
            both = isinstance(value, dict) and isinstance(below, dict)
            merged[key] = merge_tables((below, value)) if both else value  # type: ignore[arg-type] # both are dicts
    return merged

"""Front matter parsed whole, by python-frontmatter and a real parser: for what `yaml_subset` leaves to them.

python-frontmatter picks the handler; the handlers are ours, because its own lose a byte order mark, TOML and one-line
JSON, and let PyYAML turn `12:30` into 750 and `yes` into True. Loaded only where a post needs it.
"""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any, Literal

import frontmatter
import yaml
from frontmatter.default_handlers import BaseHandler

from publisher.content.front_matter.errors import Fault, toml_fault, yaml_fault
from publisher.content.front_matter.read import Split, broken, kind_of, place, split_front_matter
from publisher.content.front_matter.yaml_loader import YamlLoader, refuse_deep_nesting
from publisher.errors import ContentError

if TYPE_CHECKING:
    from collections.abc import Callable

#: A front matter with more values than this, aliases counted each time they are used, is an attack or an accident.
MAX_VALUES = 200_000
MAX_DEPTH = 64

_HINTS = {
    "YAML": "put quotes around a value that holds `: ` or begins with [ { @ ` * & ! % |, and close every quote",
    "TOML": 'put quotes around every text: title = "…"',
}


class _Handler(BaseHandler):
    """What python-frontmatter asks of a handler, answered by `split_front_matter` and `_LOADERS`."""

    def __init__(self, kind: Literal["yaml", "toml", "json"]) -> None:
        self.kind = kind

    def detect(self, text: str) -> bool:
        return kind_of(text) == self.kind

    def split(self, text: str) -> tuple[str, str]:
        cut = split_front_matter(text)
        return cut.source, cut.body

    def load(self, fm: str) -> dict[str, Any]:
        loaded = _LOADERS[self.kind](fm)
        return loaded if isinstance(loaded, dict) else {"": loaded} if loaded is not None else {}


def _load_yaml(source: str) -> Any:
    refuse_deep_nesting(source)
    # YamlLoader is a SafeLoader: it builds plain values only.
    return yaml.load(source, Loader=YamlLoader)  # noqa: S506 - see above


_LOADERS: dict[str, Callable[[str], Any]] = {"yaml": _load_yaml, "toml": tomllib.loads, "json": json.loads}
HANDLERS = tuple(_Handler(kind) for kind in ("yaml", "toml", "json"))


def load_values(text: str, cut: Split, file: str) -> dict[str, Any]:
    """Parse the front matter of a text whole; gives its values, keys lower-cased at every level.

    cut: the text in two.  Raises ContentError, located in `file`.
    """
    handler = frontmatter.detect_format(text, HANDLERS)
    if handler is None:
        return {}
    try:
        loaded = handler.load(cut.source)
    except yaml.YAMLError as error:
        raise _fault_in("YAML", yaml_fault(error, cut.source), cut, file) from error
    except json.JSONDecodeError as error:
        at = place(cut, file, error.lineno, error.colno)
        raise ContentError(f"the front matter is not JSON: {error.msg}", at=at) from error
    except tomllib.TOMLDecodeError as error:
        raise _fault_in("TOML", toml_fault(error, cut.source), cut, file) from error
    except (ValueError, RecursionError) as error:
        raise broken(f"the front matter can't be read: {error}", cut, file) from error
    if "" in loaded:
        raise broken("the front matter is not a table of keys and values", cut, file, hint="write `title: …`")
    try:
        return _Lowered().table(loaded)
    except ValueError as error:
        raise broken(str(error), cut, file) from error


class _Lowered:
    """Lower-cases keys at every level, within a budget: YAML aliases can make a small file huge."""

    def __init__(self) -> None:
        self.left = MAX_VALUES

    def table(self, values: dict[Any, Any], depth: int = 0) -> dict[str, Any]:
        return {str(key).lower(): self._value(value, depth + 1) for key, value in values.items()}

    def _value(self, value: Any, depth: int) -> Any:
        self.left -= 1
        if self.left < 0 or depth > MAX_DEPTH:
            raise ValueError("the front matter is too large or too deep (does it use YAML aliases?)")
        if isinstance(value, dict):
            return self.table(value, depth)
        return [self._value(item, depth + 1) for item in value] if isinstance(value, list) else value


def _fault_in(language: str, fault: Fault, cut: Split, file: str) -> ContentError:
    at = place(cut, file, fault.line, fault.column)
    return ContentError(f"the front matter is not {language}: {fault.message}", at=at, hint=_HINTS[language])

"""YAML 1.2 as site generators understand it, on libyaml's speed.

PyYAML follows YAML 1.1: `yes` is True, `12:30` is 750, dates become objects in a zone of their own. Here only true and
false are booleans, numbers are decimal, octal or hex, and dates stay text for `content.dates`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

#: A mapping that merges (`<<`) grow beyond this many keys is refused: nested merges grow exponentially.
MAX_KEYS = 10_000
#: libyaml's composer recurses in C; at some 20 000 levels it overruns the stack.
MAX_NESTING = 2_000

# The pure Python loader is ten times slower, but a Python without libyaml still works.
_SafeLoader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlLoader(_SafeLoader):  # type: ignore[misc,valid-type] # chosen at run time
    """A safe loader with the scalar types of YAML 1.2, which refuses a key that stands twice."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own name

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Resolve merges, within a limit."""
        seen: set[str] = set()
        for key, _ in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else None
            if name is not None and name in seen and name != "<<":
                raise yaml.constructor.ConstructorError(None, None, f'the key "{name}" stands twice', key.start_mark)
            seen.add(name or "")
        super().flatten_mapping(node)
        if len(node.value) > MAX_KEYS:
            raise yaml.constructor.ConstructorError(None, None, "too many keys in one table", node.start_mark)


def _construct_int(loader: YamlLoader, node: yaml.ScalarNode) -> int:
    text = loader.construct_scalar(node).replace("_", "")
    sign = -1 if text.startswith("-") else 1
    digits = text.lstrip("+-").lower()
    # 0123 is octal for Go's YAML library, and so for Hugo.
    old_octal = len(digits) > 1 and digits[0] == "0" and digits.isdigit() and not set(digits) & {"8", "9"}
    if old_octal or digits.startswith("0o"):
        return sign * int(digits.removeprefix("0o"), 8)
    return sign * (int(digits, 16) if digits.startswith("0x") else int(digits))


_RESOLVERS = (
    ("tag:yaml.org,2002:bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("tag:yaml.org,2002:int", r"[-+]?(?:0o?[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]{0,300})", "-+0123456789"),
    (
        "tag:yaml.org,2002:float",
        r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        "-+0123456789.",
    ),
    ("tag:yaml.org,2002:null", r"~|null|Null|NULL|", "~nN\0"),
    ("tag:yaml.org,2002:merge", r"<<", "<"),
)
for _tag, _pattern, _first in _RESOLVERS:
    # "\0" stands for the empty scalar, which PyYAML files under "".
    _starts = ["" if char == "\0" else char for char in _first]
    YamlLoader.add_implicit_resolver(_tag, re.compile(rf"^(?:{_pattern})$"), _starts)
YamlLoader.add_constructor("tag:yaml.org,2002:int", _construct_int)


def refuse_deep_nesting(source: str) -> None:
    """Raise ValueError for a text that would nest so deep that libyaml's composer overruns the C stack."""
    deep = re.search(rf"(?:[-?:][ \t]+){{{MAX_NESTING}}}", source)
    if not deep and source.count("[") + source.count("{") > MAX_NESTING:
        depth = 0
        for bracket in re.finditer(r"[\[\]{}]", source):
            depth += 1 if bracket[0] in "[{" else -1
            if depth > MAX_NESTING:
                deep = bracket
                break
    if deep:
        raise ValueError("it nests too deep")


def find_yaml_value(source: str, path: Sequence[str | int]) -> tuple[int, int] | None:
    """Find line and column (from 1) of the value that `path` leads to, or of its nearest known parent."""
    try:
        node = yaml.compose(source, Loader=YamlLoader)
    except yaml.YAMLError:
        return None
    if node is None:
        return None
    for step in path:
        child = _child(node, step)
        if child is None:
            break
        node = child
    return node.start_mark.line + 1, node.start_mark.column + 1


def _child(node: yaml.Node, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        values: dict[Any, yaml.Node] = {str(key.value).lower(): value for key, value in node.value}
        return values.get(step)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        item: yaml.Node = node.value[step]
        return item
    return None

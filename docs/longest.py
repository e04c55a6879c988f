"""Print the ten longest files and functions of publisher/, so that growth is seen while it is still small."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

#: Past this a file needs a split (CONTRIBUTING.md).
MOST_LINES = 400


def functions(path: Path) -> list[tuple[int, str]]:
    """List the functions of a file with their length in lines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return [((node.end_lineno or node.lineno) - node.lineno + 1, f"{path}:{node.lineno} {node.name}") for node in found]


def main() -> int:
    """Print both lists; fail when a file is too long."""
    paths = sorted(Path("publisher").rglob("*.py"))
    files = sorted(((len(path.read_text(encoding="utf-8").splitlines()), str(path)) for path in paths), reverse=True)
    longest = sorted((one for path in paths for one in functions(path)), reverse=True)
    for title, rows in (("longest files", files), ("longest functions", longest)):
        sys.stdout.write(f"{title}: " + ", ".join(f"{name} {lines}" for lines, name in rows[:10]) + "\n")
    too_long = [name for lines, name in files if lines > MOST_LINES]
    if too_long:
        sys.stdout.write(f"over {MOST_LINES} lines: {', '.join(too_long)}\n")
    return int(bool(too_long))


if __name__ == "__main__":
    sys.exit(main())

"""Prints how long functions and files are: a mirror for the writer, never a reason to fail."""

from __future__ import annotations

import ast
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

LONG_FILE, LONG_FUNCTION, SHOWN = 400, 50, 8


def functions(path: Path) -> Iterator[tuple[int, str]]:
    """The length in lines of each function of a file, without its docstring, and where it is."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
            yield (node.end_lineno or node.lineno) - first.lineno + 2, f"{path}:{node.lineno} {node.name}"


def show(title: str, rows: list[tuple[int, str]]) -> None:
    """The longest rows under a title; nothing where there are none."""
    if rows:
        print(f"\n{title}")
    for size, place in sorted(rows, reverse=True)[:SHOWN]:
        print(f"  {size:5}  {place}")


def main(folder: Path) -> None:
    """Print the mirror of one source folder."""
    paths = sorted(folder.rglob("*.py"))
    files = [(len(path.read_text().splitlines()), str(path)) for path in paths]
    found = [item for path in paths for item in functions(path)]
    sizes = sorted(size for size, _ in found)
    ninth = sizes[len(sizes) * 9 // 10]
    print(f"{sum(size for size, _ in files)} lines in {len(files)} files, {len(found)} functions:", end=" ")
    print(f"median {statistics.median(sizes):.0f} lines, nine in ten up to {ninth}, longest {sizes[-1]}")
    show(f"files over {LONG_FILE} lines", [row for row in files if row[0] > LONG_FILE])
    show(f"functions over {LONG_FUNCTION} lines", [row for row in found if row[0] > LONG_FUNCTION])


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "src/nicol"))

"""From rows to nested dictionaries: one function generated for each shape of an answer, as `query.shape` does for objects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from nicol.query.models import Field
from nicol.schema.schema import Arity
from nicol.sql.program import Row

Answer: TypeAlias = Callable[[Sequence[Row], list[Any]], list[dict[str, Any]]]
"""Given the rows and the frame of a program, the dictionaries."""

Late: TypeAlias = Callable[[Any, list[Any]], Any]
"""What is done to a decoded value with the frame of the program that asked for it."""


def answer(paths: Sequence[tuple[str, ...]], fields: Sequence[Field], late: Sequence[Late | None]) -> Answer:
    """What builds dictionaries in which each column of a row lies at the end of a path of keys."""
    names: dict[str, Any] = {}
    tree: dict[str, Any] = {}
    for index, (path, field, then) in enumerate(zip(paths, fields, late, strict=True)):
        place = tree
        for key in path[:-1]:
            place = place.setdefault(key, {})
        place[path[-1]] = _value(index, field, then, names)
    row = "".join(f"v{index}," for index in range(len(fields)))
    exec(f"def build(rows, frame): return [{_spelled(tree, names)} for {row} in rows]", names)  # noqa: S102 - numbers alone
    build: Answer = names["build"]
    return build


def _value(index: int, field: Field, then: Late | None, names: dict[str, Any]) -> str:
    value = f"v{index}"
    if field.decode is not None:
        names[f"d{index}"] = field.decode
        value = f"d{index}({value})"
    if then is not None:
        names[f"l{index}"] = then
        value = f"l{index}({value}, frame)"
    if field.arity is Arity.LIST:
        return f"[] if v{index} is None else {value}"
    return value if value == f"v{index}" else f"None if v{index} is None else {value}"


def _spelled(tree: dict[str, Any], names: dict[str, Any]) -> str:
    """A dictionary's source, whose keys are names of constants."""
    items: list[str] = []
    for key, value in tree.items():
        constant = f"k{len(names)}"
        names[constant] = key
        items.append(f"{constant}: {_spelled(value, names) if isinstance(value, dict) else value}")  # pyright: ignore[reportUnknownArgumentType]
    return "{" + ", ".join(items) + "}"

"""Changes of a part of a JSON document, as values: a plain dictionary is always a whole document, wherever it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class JsonMerge:
    """The document with these entries in place of its own at the top; what is no object counts as an empty one."""

    entries: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class JsonSet:
    """The document with a value at a path of keys and numbers; objects that are missing on the way are made.

    A number counts the items of a list from 0, or from its end where it is negative; one beyond adds an item.
    """

    path: Sequence[str | int]
    value: Any


@dataclass(frozen=True, slots=True)
class JsonRemove:
    """The document without what is at a path of keys and numbers."""

    path: Sequence[str | int]


JsonChange: TypeAlias = JsonMerge | JsonSet | JsonRemove


def json_operand(change: object) -> Any:
    """A change as JSON: the entries, or a path and a value. TypeError or ValueError with a sentence for what is no change."""
    match change:
        case JsonMerge(entries):
            return _entries(entries)
        case JsonSet(path, value):
            return {"path": _path(path), "value": value}
        case JsonRemove(path):
            return {"path": _path(path)}
        case _:
            raise TypeError(f"expected a change of a document, got {type(change).__name__}")


def _entries(entries: object) -> dict[str, Any]:
    if isinstance(entries, Mapping):
        return dict(entries)  # pyright: ignore[reportUnknownArgumentType] - JSON's own spelling looks at the keys
    raise TypeError(f"`JsonMerge` takes a dictionary, got {type(entries).__name__}")


def _path(path: object) -> list[str | int]:
    if not isinstance(path, list | tuple):
        raise TypeError(f"a path is a list of keys and numbers, got {type(path).__name__}")
    steps: list[str | int] = []
    for step in path:  # pyright: ignore[reportUnknownVariableType] - looked at one by one
        if not isinstance(step, str | int) or isinstance(step, bool):
            raise TypeError(f"a path is made of keys and numbers, got {type(step).__name__}")  # pyright: ignore[reportUnknownArgumentType]
        steps.append(step)
    if not steps:
        raise ValueError("the path must not be empty")
    return steps

"""What kind of thing an argument is, said so that the type checker follows; and what a reader of calls is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, TypeGuard

from nicol.query.faults import invalid
from nicol.query.models import Model, Models
from nicol.query.query import Query

Arguments: TypeAlias = dict[str, Any]
Operation: TypeAlias = Callable[[Models, Model, Arguments, list[Any]], Query]
"""What reads the arguments of one operation."""


_LISTS = (list, tuple)  # a union would be made anew for each question


def is_dict(value: object) -> TypeGuard[dict[str, Any]]:
    """A dictionary: structure, or the value of a Json field."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[Sequence[Any]]:
    """Several things in an order."""
    return isinstance(value, _LISTS)


def several(given: Any) -> list[Any]:
    """One thing or a list of them, as a list; nothing where None was given."""
    if given is None:
        return []
    return list(given) if is_list(given) else [given]


def needed(model: Model, given: Arguments, name: str) -> Any:
    """An argument that must be given."""
    value = given.get(name)
    if value is None:
        raise invalid(f"the argument `{name}` is missing", model=model.name, code="P2012")
    return value

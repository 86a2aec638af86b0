"""What kind of thing an argument is, said so that the type checker follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeGuard


def is_dict(value: object) -> TypeGuard[dict[str, Any]]:
    """A dictionary: structure, or the value of a Json field."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[Sequence[Any]]:
    """Several things in an order."""
    return isinstance(value, list | tuple)


def several(given: Any) -> list[Any]:
    """One thing or a list of them, as a list; nothing where None was given."""
    if given is None:
        return []
    return list(given) if is_list(given) else [given]

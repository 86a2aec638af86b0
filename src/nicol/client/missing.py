"""What is said of names that are not there, and of arguments without a name."""

from __future__ import annotations

from collections.abc import Iterable

from nicol.diagnostics import suggestion

_MOST = 12
"""So many names are listed where none is near."""


def missing(owner: str, name: str, known: Iterable[str]) -> AttributeError:
    """An attribute that is not there, with the one that was meant, or those that there are."""
    names = [each for each in known if not each.startswith("_")]
    near = suggestion(name, names)
    if near is not None:
        return AttributeError(f"{owner} has no attribute {name!r}: did you mean {near!r}?")
    more = ", …" if len(names) > _MOST else ""
    return AttributeError(f"{owner} has no attribute {name!r}; it has: {', '.join(names[:_MOST])}{more}")


def nameless(model: str, operation: str) -> TypeError:
    """An argument without a name."""
    first = _FIRST.get(operation, "data" if operation.startswith("create") else "where")
    return TypeError(f"{model}.{operation} takes its arguments by name, as in {operation}({first}=…)")


_FIRST = {
    "group_by": "by",
    "aggregate": "count",
    "upsert_many": "data",
    "upsert_many_and_return": "data",
    "update_each": "data",
}

"""What a `where` means in plain Python. None is SQL's unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from campaigns.client.memory import Memory, Row, same
from campaigns.client.worlds import Field, Link, Model


def every(values: Iterable[bool | None]) -> bool | None:
    """AND of SQL."""
    found = list(values)
    return False if False in found else None if None in found else True


def some(values: Iterable[bool | None]) -> bool | None:
    """OR of SQL."""
    found = list(values)
    return True if True in found else None if None in found else False


def contrary(value: bool | None) -> bool | None:
    """NOT of SQL."""
    return None if value is None else not value


def chosen(memory: Memory, model: Model, where: Row | None, rows: Iterable[Row]) -> list[Row]:
    """The rows that a filter finds."""
    return [row for row in rows if holds(memory, model, where or {}, row) is True]


def holds(memory: Memory, model: Model, where: Row, row: Row) -> bool | None:
    """The truth of a filter for a row."""
    return every(_entry(memory, model, name, value, row) for name, value in where.items())


def _entry(memory: Memory, model: Model, name: str, value: Any, row: Row) -> bool | None:
    if name in ("AND", "OR", "NOT"):
        branches = [
            holds(memory, model, each, row) for each in (value if isinstance(value, list) else [value])
        ]
        if name == "AND":
            return every(branches)
        return some(branches) if name == "OR" else every(map(contrary, branches))
    if name in model.by_name:
        return _scalar(memory, model.by_name[name], row[name], value)
    if name in memory.world.links[model.name]:
        return _related(memory, memory.world.links[model.name][name], value, row)
    return every(_scalar(memory, model.by_name[each], row[each], value[each]) for each in model.keys[name])


def _related(memory: Memory, link: Link, value: Any, row: Row) -> bool | None:
    found = memory.follow(link, row)
    if value is None:
        return not found
    if not link.many and not ({"is", "is_not"} & set(value)):
        value = {"is": value}
    target = memory.world.model(link.target)
    return every(_quantified(memory, target, word, nested, found) for word, nested in value.items())


def _quantified(memory: Memory, target: Model, word: str, nested: Any, found: list[Row]) -> bool | None:
    if nested is None:
        return (not found) == (word == "is")
    truths = [holds(memory, target, nested, each) for each in found]
    match word:
        case "is":
            return truths[0] if truths else False
        case "is_not":
            return contrary(truths[0]) if truths else True
        case "some":
            return True in truths
        case "none":
            return True not in truths
        case _:
            return False not in truths


def _scalar(memory: Memory, field: Field, actual: Any, wanted: Any) -> bool | None:
    if wanted is None:
        return actual is None
    if field.listed:
        return _list(actual, wanted if isinstance(wanted, dict) else {"equals": wanted})
    if not isinstance(wanted, dict) or (field.type == "Json" and not ({"equals", "not"} & set(wanted))):
        return None if actual is None else same(actual, wanted)
    insensitive = wanted.get("mode") == "insensitive"
    words = ((word, value) for word, value in wanted.items() if word != "mode")
    return every(_operator(memory, field, actual, word, value, insensitive) for word, value in words)


def _list(actual: Any, wanted: Row) -> bool | None:
    """A list that nobody wrote is null in the database, as in Prisma's: it is empty, and no other filter finds it."""
    if actual is None and set(wanted) != {"is_empty"}:
        return None
    return every(_LISTS[word](actual, value) for word, value in wanted.items())


_LISTS: dict[str, Callable[[Any, Any], bool | None]] = {
    "equals": lambda a, b: list(a) == list(b),
    "has": lambda a, b: b in a,
    "has_every": lambda a, b: all(each in a for each in b),
    "has_some": lambda a, b: any(each in a for each in b),
    "is_empty": lambda a, b: (not a) == b,
}


def _operator(
    memory: Memory, field: Field, actual: Any, word: str, value: Any, insensitive: bool
) -> bool | None:
    if word == "not":
        if isinstance(value, dict) and field.type != "Json":
            nested = {"mode": "insensitive", **value} if insensitive else value
            return contrary(_scalar(memory, field, actual, nested))
        if value is None:
            return actual is not None
        return contrary(_operator(memory, field, actual, "equals", value, insensitive))
    if word == "equals" and value is None:
        return actual is None
    if word in ("in", "not_in") and not value:
        return word == "not_in"  # even null is in no empty list
    if actual is None:
        return None
    if insensitive:
        actual = actual.lower()
        value = [each.lower() for each in value] if isinstance(value, list) else value.lower()
    elif word in _PARTS and not memory.world.portable:
        actual, value = actual.translate(_ASCII), value.translate(_ASCII)  # LIKE, as Prisma says it on SQLite
    return _COMPARE[word](actual, value)


_PARTS = ("contains", "startswith", "endswith")
_ASCII = str.maketrans(ascii_uppercase, ascii_lowercase)


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "equals": same,
    "in": lambda a, b: any(same(a, each) for each in b),
    "not_in": lambda a, b: not any(same(a, each) for each in b),
    "lt": lambda a, b: a < b,
    "lte": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "gte": lambda a, b: a >= b,
    "contains": lambda a, b: b in a,
    "startswith": lambda a, b: a.startswith(b),
    "endswith": lambda a, b: a.endswith(b),
}

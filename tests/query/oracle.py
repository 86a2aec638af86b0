"""What a `where` means, in plain Python over dictionaries: the judge of the compiled filters. None is SQL's unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from nicol.query.references import FieldRef

Row = dict[str, Any]
World = dict[str, list[Row]]

RELATIONS: dict[tuple[str, str], tuple[str, Callable[[World, Row], list[Row]]]] = {
    ("User", "posts"): ("Post", lambda w, r: [p for p in w["Post"] if p["authorId"] == r["id"]]),
    ("User", "reviews"): ("Post", lambda w, r: [p for p in w["Post"] if p["reviewerId"] == r["id"]]),
    ("User", "team"): ("User", lambda w, r: [u for u in w["User"] if u["bossId"] == r["id"]]),
    ("User", "boss"): ("User", lambda w, r: [u for u in w["User"] if u["id"] == r["bossId"]]),
    ("User", "friends"): ("User", lambda w, r: [u for u in w["User"] if (r["id"], u["id"]) in w["friends"]]),
    ("User", "friendOf"): ("User", lambda w, r: [u for u in w["User"] if (u["id"], r["id"]) in w["friends"]]),
    ("Post", "author"): ("User", lambda w, r: [u for u in w["User"] if u["id"] == r["authorId"]]),
    ("Post", "reviewer"): ("User", lambda w, r: [u for u in w["User"] if u["id"] == r["reviewerId"]]),
    ("Post", "tags"): ("Tag", lambda w, r: [t for t in w["Tag"] if (r["id"], t["id"]) in w["tagged"]]),
    ("Tag", "posts"): ("Post", lambda w, r: [p for p in w["Post"] if (p["id"], r["id"]) in w["tagged"]]),
}
MANY = {"posts", "reviews", "team", "friends", "friendOf", "tags"}


_UNKNOWN = object()
"""In the place of a value: a field that is null."""


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


def holds(world: World, model: str, where: dict[str, Any], row: Row) -> bool | None:
    """The truth of a filter for a row."""
    return every(_entry(world, model, name, value, row) for name, value in where.items())


def _entry(world: World, model: str, name: str, value: Any, row: Row) -> bool | None:
    if name in ("AND", "OR", "NOT"):
        branches = [
            holds(world, model, each, row) for each in (value if isinstance(value, list) else [value])
        ]
        if name == "AND":
            return every(branches)
        return some(branches) if name == "OR" else every(map(contrary, branches))
    if (model, name) in RELATIONS:
        return _related(world, model, name, value, row)
    return _scalar(row[name], _referred(value, row))


def _referred(wanted: Any, row: Row) -> Any:
    """The condition with the row's own values in the place of its fields; unknown where they are null."""
    if isinstance(wanted, dict):
        return {word: _referred(value, row) for word, value in wanted.items()}
    if isinstance(wanted, FieldRef):
        return _UNKNOWN if row[wanted.name] is None else row[wanted.name]
    return wanted


def _related(world: World, model: str, name: str, value: Any, row: Row) -> bool | None:
    target, follow = RELATIONS[model, name]
    found = follow(world, row)
    if value is None:
        return not found
    if name not in MANY and not ({"is", "is_not"} & set(value)):
        value = {"is": value}
    if "where" in value and name in MANY:
        found = [row for row in found if holds(world, target, value["where"], row) is True]
    words = {word: nested for word, nested in value.items() if word != "where" or name not in MANY}
    return every(_quantified(world, target, word, nested, found) for word, nested in words.items())


def _quantified(world: World, target: str, word: str, nested: Any, found: list[Row]) -> bool | None:
    if nested is None:
        return (not found) == (word == "is")
    if word.startswith("_"):
        return _computed(word, nested, found)
    truths = [holds(world, target, nested, each) for each in found]
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


def _computed(word: str, given: Any, found: list[Row]) -> bool | None:
    if word == "_count":
        return _scalar(len(found), given)
    truths: list[bool | None] = []
    for name, conditions in given.items():
        values = [row[name] for row in found if row[name] is not None]
        truths.append(_scalar({"_min": min, "_max": max}[word](values) if values else None, conditions))
    return every(truths)


def _scalar(actual: Any, wanted: Any) -> bool | None:
    if wanted is None:
        return actual is None
    if not isinstance(wanted, dict):
        return None if actual is None or wanted is _UNKNOWN else actual == wanted
    insensitive = wanted.get("mode") == "insensitive"
    return every(
        _operator(actual, word, value, insensitive) for word, value in wanted.items() if word != "mode"
    )


def _operator(actual: Any, word: str, value: Any, insensitive: bool) -> bool | None:
    if word == "not":
        if isinstance(value, dict):
            nested = {"mode": "insensitive", **value} if insensitive else value
            return contrary(_scalar(actual, nested))
        return (
            actual is not None if value is None else contrary(_operator(actual, "equals", value, insensitive))
        )
    if word == "equals" and value is None:
        return actual is None
    if word in ("in", "not_in") and not value:
        return word == "not_in"  # even null is in no empty list
    if actual is None or value is _UNKNOWN:
        return None
    if insensitive:
        actual = actual.lower()
        value = [each.lower() for each in value] if isinstance(value, list) else value.lower()
    return _COMPARE[word](actual, value)


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "equals": lambda a, b: a == b,
    "in": lambda a, b: a in b,
    "not_in": lambda a, b: a not in b,
    "lt": lambda a, b: a < b,
    "lte": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "gte": lambda a, b: a >= b,
    "contains": lambda a, b: b in a,
    "startswith": lambda a, b: a.startswith(b),
    "endswith": lambda a, b: a.endswith(b),
}

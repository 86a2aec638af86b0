"""Questions to JSON values on SQLite, answered as PostgreSQL answers them for jsonb: `nicol_json_text` and `nicol_json_test`.

Numbers are exact, keys have no order, and the steps of a path are keys of objects or positions in arrays, from the end where
they are negative. Unknown (null) is the answer where there is nothing, or nothing of the kind that is asked about.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, cast

import msgspec

_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_POSITION = re.compile(r"\s*[+-]?\d+")
_NOTHING = object()


def json_text(*given: Any) -> str | None:
    """The text at a path of a JSON value; null where there is none, or something else than a text."""
    stored, path = given
    found = _at(stored, path)
    return found if isinstance(found, str) else None


def json_test(*given: Any) -> bool | None:
    """A question (see `sql.tree.JsonTest`) to what is at a path of a JSON value; what it is compared with is JSON text."""
    test, stored, path, value = given
    found = _at(stored, path)
    if test == "missing":
        return found is _NOTHING
    return None if found is _NOTHING else _TESTS[test](found, _constant(value))


def _at(stored: Any, path: str | None) -> Any:
    if stored is None:
        return _NOTHING
    value = _decoded(stored)
    if path is None:
        return value
    for key, position in _steps(path):
        if type(value) is dict:
            value = cast("dict[str, Any]", value).get(key, _NOTHING)
        elif type(value) is list and position is not None:
            items = cast("list[Any]", value)
            value = items[position] if -len(items) <= position < len(items) else _NOTHING
        else:
            return _NOTHING
    return value


def _decoded(stored: Any) -> Any:
    """The value of JSON text; a column of numeric affinity keeps numbers as numbers."""
    return _DECODER.decode(stored if type(stored) is str or type(stored) is bytes else json.dumps(stored))


@lru_cache(256)
def _steps(path: str) -> tuple[tuple[str, int | None], ...]:
    """Each step as the key that it is in an object, and the position that it is in an array."""
    return tuple((step, int(step) if _POSITION.fullmatch(step) else None) for step in json.loads(path))


@lru_cache(256)
def _constant(text: str) -> Any:
    return _DECODER.decode(text)


# ---- tests -------------------------------------------------------------------------------------------------------


def _kind(value: Any) -> str:
    match value:
        case bool():
            return "boolean"
        case int() | Decimal():
            return "number"
        case _:
            return type(value).__name__


def _equal(one: Any, other: Any) -> bool:
    if _kind(one) != _kind(other):
        return False
    match one:
        case dict():
            mine, its = cast("dict[str, Any]", one), cast("dict[str, Any]", other)
            return mine.keys() == its.keys() and all(_equal(mine[key], its[key]) for key in mine)
        case list():
            left, right = cast("list[Any]", one), cast("list[Any]", other)
            return len(left) == len(right) and all(map(_equal, left, right))
        case _:
            return bool(one == other)


def _contains(one: Any, other: Any) -> bool:
    """https://www.postgresql.org/docs/current/datatype-json.html#JSON-CONTAINMENT, without a scalar in an array."""
    match one, other:
        case dict(), dict():
            mine, its = cast("dict[str, Any]", one), cast("dict[str, Any]", other)
            return all(key in mine and _contains(mine[key], its[key]) for key in its)
        case list(), list():
            left, right = cast("list[Any]", one), cast("list[Any]", other)
            return all(any(_contains(item, wanted) for item in left) for wanted in right)
        case _:
            return _equal(one, other)


def _has(found: Any, value: Any) -> bool | None:
    if not isinstance(found, list):
        return None
    if isinstance(value, list | dict):
        return _contains(found, cast("object", value))
    return any(_equal(item, value) for item in cast("list[Any]", found))


def _end(index: int) -> Callable[[Any, Any], bool | None]:
    def test(found: Any, value: Any) -> bool | None:
        return _equal(cast("list[Any]", found)[index], value) if isinstance(found, list) and found else None

    return test


def _order(holds: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool | None]:
    return lambda found, value: holds(found, value) if _kind(found) == _kind(value) else None


_TESTS: Mapping[str, Callable[[Any, Any], bool | None]] = {
    "equals": _equal,
    "has": _has,
    "first": _end(0),
    "last": _end(-1),
    "<": _order(lambda one, other: one < other),
    "<=": _order(lambda one, other: one <= other),
    ">": _order(lambda one, other: one > other),
    ">=": _order(lambda one, other: one >= other),
}

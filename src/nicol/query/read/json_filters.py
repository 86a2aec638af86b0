"""Reads filters of Json fields: the whole value, or what is at a path in it."""

from __future__ import annotations

from typing import Any

from nicol.query.faults import invalid
from nicol.query.models import Field, Model
from nicol.query.query import All, Filter, JsonCompare, JsonMissing, Not, Null
from nicol.query.query import Any as AnyOf
from nicol.query.read.kinds import is_list
from nicol.query.references import FieldRef
from nicol.sql.json import AnyNull, JsonNull

_TEXTS = frozenset({"string_contains", "string_starts_with", "string_ends_with"})
_ARRAYS = frozenset({"array_contains", "array_starts_with", "array_ends_with"})
_ORDERED = frozenset({"lt", "lte", "gt", "gte"})

JSON_OPERATORS = frozenset({"equals", "not", "path", "mode"}) | _TEXTS | _ARRAYS | _ORDERED
"""What a filter of a Json field may ask."""


def read_json(
    model: Model, field: Field, given: dict[str, Any], values: list[Any], insensitive: bool
) -> Filter:
    """The filter that a dictionary of conditions on a Json field is; all of them are about the same path."""
    path = _path(model, field, given["path"], values) if "path" in given else None
    found = tuple(
        _operator(model, field, word, value, values, path, insensitive)
        for word, value in given.items()
        if word not in ("path", "mode")
    )
    if not found:
        raise invalid(
            f"the filter of `{model.name}.{field.name}` asks nothing",
            model=model.name,
            fields=(field.name,),
            hint='say what is there: {"path": […], "equals": …}',
        )
    return found[0] if len(found) == 1 else All(found)


def _path(model: Model, field: Field, path: Any, values: list[Any]) -> int:
    if not is_list(path) or not all(type(step) in (str, int) for step in path):
        raise invalid(
            f"`path` of `{model.name}.{field.name}` must be a list of keys and positions, not {path!r:.80}",
            model=model.name,
            fields=(field.name,),
            hint='write ["address", "lines", 0]',
        )
    values.append(path)
    return len(values) - 1


def _operator(
    model: Model,
    field: Field,
    word: str,
    value: Any,
    values: list[Any],
    path: int | None,
    insensitive: bool,
) -> Filter:
    if type(value) is FieldRef:
        raise invalid(
            f"`{word}` of `{model.name}.{field.name}` cannot be compared with a field",
            model=model.name,
            fields=(field.name,),
        )
    match word:
        case "equals":
            return _equals(field, value, values, path)
        case "not":
            return Not(_equals(field, value, values, path))
        case _ if word in _ARRAYS:
            return _compare(field, word, JsonNull if value is None else value, values, path)
        case _:
            return _compare(field, word, value, values, path, insensitive and word in _TEXTS)


def _equals(field: Field, value: Any, values: list[Any], path: int | None) -> Filter:
    if value is None:
        return _missing(field, path)
    if value is AnyNull:
        return AnyOf((_compare(field, "equals", JsonNull, values, path), _missing(field, path)))
    return _compare(field, "equals", value, values, path)


def _missing(field: Field, path: int | None) -> Filter:
    return Null(field.name) if path is None else JsonMissing(field.name, path)


def _compare(
    field: Field, operator: str, value: Any, values: list[Any], path: int | None, insensitive: bool = False
) -> Filter:
    values.append(value)
    return JsonCompare(field.name, operator, len(values) - 1, path, insensitive)


def read_mode(model: Model, field: Field, mode: Any) -> bool:
    """True when a `mode` says not to tell upper from lower case."""
    if mode not in (None, "default", "insensitive"):
        raise invalid(
            f"`mode` of `{field.name}` must be `default` or `insensitive`, not {mode!r}",
            model=model.name,
            fields=(field.name,),
        )
    return mode == "insensitive"

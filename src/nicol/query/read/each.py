"""Reads changes that are each row's own: those of the same fields together, as a list of values for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from nicol.query.faults import invalid, unknown
from nicol.query.models import Field, Model
from nicol.query.query import Changes
from nicol.query.read.bulk import refuse_generated
from nicol.query.read.data import JSON_CHANGES, operation_of
from nicol.query.read.kinds import is_dict, is_list
from nicol.query.read.where import Values
from nicol.schema.schema import Scalar

_Assigns: TypeAlias = tuple[tuple[str, str], ...]
_Group: TypeAlias = tuple[Sequence[int], list[list[Any]]]


def read_changes(model: Model, key: tuple[str, ...], data: Any, values: Values) -> tuple[Changes, ...]:
    """The changes of rows of a key; each names the fields of the key, and what is done with others."""
    if not is_list(data):
        raise invalid(f"`data` of model `{model.name}` must be a list of dictionaries", model=model.name)
    found: list[Changes] = []
    for assigns, group in (_alike(model, key, data) or _sorted(model, key, data)).items():
        values.append(group)
        found.append(Changes(assigns, len(values) - 1))
    return tuple(found)


def _sorted(model: Model, key: tuple[str, ...], data: Sequence[Any]) -> dict[_Assigns, _Group]:
    groups: dict[_Assigns, tuple[list[int], list[list[Any]]]] = {}
    for place, row in enumerate(data):
        changes = _changes(model, key, place, row)
        assigns = tuple((name, operator) for name, operator, _ in changes)
        places, rows = groups.setdefault(assigns, ([], []))
        places.append(place)
        rows.append([*(row[name] for name in key), *(value for _, _, value in changes)])
    return {
        assigns: (places, [list(column) for column in zip(*rows, strict=True)])
        for assigns, (places, rows) in groups.items()
    }


# ---- rows that are all alike -------------------------------------------------------------------------------------


def _alike(model: Model, key: tuple[str, ...], data: Sequence[Any]) -> dict[_Assigns, _Group] | None:
    """All rows at once, where all have the same keys in the same order and change fields alike, as they mostly do."""
    if not data or not is_dict(data[0]):
        return None
    names = tuple(data[0])
    if any(type(row) is not dict or tuple(row) != names for row in data):
        return None
    columns = [[row[name] for row in data] for name in key if name in names]
    assigns: list[tuple[str, str]] = []
    for name, operator, _ in _changes(model, key, 0, data[0]):
        operands = _operands(model.fields[name], operator, [row[name] for row in data])
        if operands is None:
            return None
        assigns.append((name, operator))
        columns.append(operands)
    return {tuple(assigns): (range(len(data)), columns)}


def _operands(field: Field, operator: str, column: list[Any]) -> list[Any] | None:
    """What stands beside one operator in all rows; None where not all have it, or it needs a closer look."""
    kinds = set(map(type, column))
    if operator in JSON_CHANGES.values():
        return column if len(kinds) == 1 else None
    if operator == "set":
        changed = kinds.intersection(JSON_CHANGES) if field.type is Scalar.JSON else _dicts(kinds)
        return None if changed else column
    if kinds != {dict} or operator == "push" or any(tuple(change) != (operator,) for change in column):
        return None
    operands = [change[operator] for change in column]
    return None if None in operands else operands


def _dicts(kinds: set[type]) -> bool:
    return any(issubclass(kind, dict) for kind in kinds)


# ---- one row -----------------------------------------------------------------------------------------------------


def _changes(model: Model, key: tuple[str, ...], place: int, row: Any) -> list[tuple[str, str, Any]]:
    """The changes of one row in the schema's order: a field, what is done with it, and the value."""
    if not is_dict(row):
        raise invalid(
            f"a row of model `{model.name}` must be a dictionary, not {type(row).__name__} (`data[{place}]`)",
            model=model.name,
        )
    for name in row:
        if name not in model.fields:
            unknown("field in `data`", name, model.fields, model=model.name)
    refuse_missing(model, key, tuple(row))
    changes = [
        (name, *_change(model, field, row[name]))
        for name, field in model.fields.items()
        if name in row and name not in key
    ]
    if not changes:
        raise invalid(f"`data[{place}]` names no field that changes", model=model.name)
    return changes


def _change(model: Model, field: Field, value: Any) -> tuple[str, Any]:
    refuse_generated(model, field)
    operator, operand = operation_of(model, field, value, new=False)
    if operand is None and operator != "set":
        raise invalid(
            f"`{model.name}.{field.name}` must not be None",
            model=model.name,
            fields=(field.name,),
            code="P2012",
        )
    return operator, [operand] if operator == "push" and not is_list(operand) else operand


def refuse_missing(model: Model, key: tuple[str, ...], fields: tuple[str, ...]) -> None:
    """Every row gives the fields of its key."""
    missing = next((name for name in key if name not in fields), None)
    if missing is not None:
        raise invalid(
            f"every row of `data` needs `{missing}`, since it is of the key",
            model=model.name,
            fields=(missing,),
            code="P2012",
        )

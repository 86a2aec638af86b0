"""Reads calls that write many rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nicol.query.faults import invalid, unknown
from nicol.query.models import Field, Model, Models
from nicol.query.query import (
    EVERYTHING,
    Changes,
    CreateMany,
    Data,
    DeleteMany,
    Filter,
    Selection,
    UpdateEach,
    UpdateMany,
    UpsertMany,
)
from nicol.query.read.bulk import read_bulk, refuse_generated
from nicol.query.read.data import operation_of, read_data
from nicol.query.read.kinds import Arguments, Operation, is_dict, is_list, needed
from nicol.query.read.page import SELECTION, read_number, read_selection
from nicol.query.read.where import NO_FILTER, Values, read_where

# ---- new rows ----------------------------------------------------------------------------------------------------


def _create_many(models: Models, model: Model, given: Arguments, values: Values) -> CreateMany:
    return _created(models, model, given, values, None)


def _create_many_and_return(models: Models, model: Model, given: Arguments, values: Values) -> CreateMany:
    return _created(models, model, given, values, _wanted(models, model, given, values))


def _created(
    models: Models, model: Model, given: Arguments, values: Values, wanted: Selection | None
) -> CreateMany:
    bulk = read_bulk(models, model, needed(model, given, "data"), values)
    skip = bool(given.get("skip_duplicates"))
    if skip and bulk.after:
        raise invalid(
            "`skip_duplicates` cannot be told which rows to hang others on",
            model=model.name,
            fields=(bulk.after[0].field,),
            hint="write the rows first, then those that belong to them",
        )
    return CreateMany(model.name, bulk, skip, wanted)


def _wanted(models: Models, model: Model, given: Arguments, values: Values) -> Selection:
    return read_selection(models, model, given, values) or EVERYTHING


# ---- rows of a key -----------------------------------------------------------------------------------------------


def _upsert_many(models: Models, model: Model, given: Arguments, values: Values) -> UpsertMany:
    return _upserted(models, model, given, values, None)


def _upsert_many_and_return(models: Models, model: Model, given: Arguments, values: Values) -> UpsertMany:
    return _upserted(models, model, given, values, _wanted(models, model, given, values))


def _upserted(
    models: Models, model: Model, given: Arguments, values: Values, wanted: Selection | None
) -> UpsertMany:
    key = _key(model, needed(model, given, "key"))
    bulk = read_bulk(models, model, needed(model, given, "data"), values, plain=True)
    for rows in bulk.rows:
        _refuse_missing(model, key, rows.fields)
    fields, update = _update_of(models, model, given.get("update"), values)
    return UpsertMany(model.name, key, bulk, fields, update, wanted)


def _key(model: Model, name: Any) -> tuple[str, ...]:
    if not isinstance(name, str) or name not in model.keys:
        unknown("unique key", name, model.keys, model=model.name)
    return model.keys[name]


def _refuse_missing(model: Model, key: tuple[str, ...], fields: tuple[str, ...]) -> None:
    missing = next((name for name in key if name not in fields), None)
    if missing is not None:
        raise invalid(
            f"every row of `data` needs `{missing}`, since it is of the key",
            model=model.name,
            fields=(missing,),
            code="P2012",
        )


def _update_of(
    models: Models, model: Model, given: Any, values: Values
) -> tuple[tuple[str, ...] | None, Data]:
    """What becomes of a row that is there: it gets all new values, those of some fields, or changes."""
    if given is None:
        return None, Data()
    if is_dict(given):
        return (), scalars_only(read_data(models, model, given, values, new=False), model, "update")
    names = [given] if isinstance(given, str) else given
    if not is_list(names):
        raise invalid("`update` must be a list of fields or a dictionary of changes", model=model.name)
    for name in names:
        if not isinstance(name, str) or name not in model.fields:
            unknown("field in `update`", name, model.fields, model=model.name)
    return tuple(names), Data()


def _update_each(_models: Models, model: Model, given: Arguments, values: Values) -> UpdateEach:
    key, data = _key(model, needed(model, given, "key")), needed(model, given, "data")
    if not is_list(data):
        raise invalid(f"`data` of model `{model.name}` must be a list of dictionaries", model=model.name)
    groups: dict[tuple[tuple[str, str], ...], tuple[list[int], list[list[Any]]]] = {}
    for place, row in enumerate(data):
        changes = _changes(model, key, place, row)
        assigns = tuple((name, operator) for name, operator, _ in changes)
        places, rows = groups.setdefault(assigns, ([], []))
        places.append(place)
        rows.append([*(row[name] for name in key), *(value for _, _, value in changes)])
    found: list[Changes] = []
    for assigns, (places, rows) in groups.items():
        values.append((places, [list(column) for column in zip(*rows, strict=True)]))
        found.append(Changes(assigns, len(values) - 1))
    return UpdateEach(model.name, key, tuple(found))


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
    _refuse_missing(model, key, tuple(row))
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


# ---- rows of a filter --------------------------------------------------------------------------------------------


def _update_many(models: Models, model: Model, given: Arguments, values: Values) -> UpdateMany:
    return _updated(models, model, given, values, None)


def _update_many_and_return(models: Models, model: Model, given: Arguments, values: Values) -> UpdateMany:
    return _updated(models, model, given, values, _wanted(models, model, given, values))


def _updated(
    models: Models, model: Model, given: Arguments, values: Values, wanted: Selection | None
) -> UpdateMany:
    where = read_target(models, model, given, values, "update_many")
    data = read_data(models, model, needed(model, given, "data"), values, new=False)
    limit = _limit(model, given, values)
    return UpdateMany(model.name, where, scalars_only(data, model, "update_many"), limit, wanted)


def scalars_only(data: Data, model: Model, what: str) -> Data:
    """Data of many rows, which writes nothing at the other ends of their relations."""
    if data.acts:
        raise invalid(f"`{what}` writes scalar fields only", model=model.name, fields=(data.acts[0].field,))
    return data


def _delete_many(models: Models, model: Model, given: Arguments, values: Values) -> DeleteMany:
    where = read_target(models, model, given, values, "delete_many")
    return DeleteMany(model.name, where, _limit(model, given, values))


def _delete_many_and_return(models: Models, model: Model, given: Arguments, values: Values) -> DeleteMany:
    where = read_target(models, model, given, values, "delete_many_and_return")
    wanted = _wanted(models, model, given, values)
    if wanted.include or wanted.counts:
        raise invalid(
            "`delete_many_and_return` answers fields only: what hangs on rows may go with them",
            model=model.name,
            hint="read the rows with their relations before",
        )
    return DeleteMany(model.name, where, _limit(model, given, values), wanted)


def read_target(models: Models, model: Model, given: Arguments, values: Values, operation: str) -> Filter:
    """The rows that many are written of: all where nothing is said, but never because a variable was None."""
    if "where" not in given:
        return NO_FILTER
    if given["where"] is None:
        raise invalid(
            f"`where` of `{operation}` is None, which would mean every row",
            model=model.name,
            hint="leave `where` out to mean every row",
        )
    return read_where(models, model, given["where"], values)


def _limit(model: Model, given: Arguments, values: Values) -> int | None:
    limit = given.get("limit")
    return None if limit is None else read_number(model, "limit", limit, values)


OPERATIONS: Mapping[str, tuple[Operation, frozenset[str]]] = {
    "create_many": (_create_many, frozenset({"data", "skip_duplicates"})),
    "create_many_and_return": (_create_many_and_return, SELECTION | {"data", "skip_duplicates"}),
    "upsert_many": (_upsert_many, frozenset({"data", "key", "update"})),
    "upsert_many_and_return": (_upsert_many_and_return, SELECTION | {"data", "key", "update"}),
    "update_each": (_update_each, frozenset({"data", "key"})),
    "update_many": (_update_many, frozenset({"where", "data", "limit"})),
    "update_many_and_return": (_update_many_and_return, SELECTION | {"where", "data", "limit"}),
    "delete_many": (_delete_many, frozenset({"where", "limit"})),
    "delete_many_and_return": (_delete_many_and_return, SELECTION | {"where", "limit"}),
}
"""What reads each operation, and the arguments it takes."""

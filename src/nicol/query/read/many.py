"""Reads calls that write many rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nicol.query.faults import invalid, unknown
from nicol.query.models import Model, Models
from nicol.query.query import (
    EVERYTHING,
    CreateMany,
    Data,
    DeleteMany,
    Filter,
    Selection,
    UpdateEach,
    UpdateMany,
    UpsertMany,
)
from nicol.query.read.bulk import read_bulk
from nicol.query.read.data import read_data
from nicol.query.read.each import read_changes, refuse_missing
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
        refuse_missing(model, key, rows.fields)
    fields, update = _update_of(models, model, given.get("update"), values)
    return UpsertMany(model.name, key, bulk, fields, update, wanted)


def _key(model: Model, name: Any) -> tuple[str, ...]:
    if not isinstance(name, str) or name not in model.keys:
        unknown("unique key", name, model.keys, model=model.name)
    return model.keys[name]


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
    return UpdateEach(model.name, key, read_changes(model, key, data, values))


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

"""Reads whole calls: one function for each operation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nicol.query.faults import invalid, unknown
from nicol.query.models import Model, Models
from nicol.query.query import (
    Create,
    Data,
    Delete,
    FindFirst,
    FindMany,
    FindUnique,
    Key,
    Query,
    Stream,
    Update,
    Upsert,
)
from nicol.query.read import many
from nicol.query.read.data import read_data
from nicol.query.read.groups import MEASURES, read_aggregate, read_count, read_group_by
from nicol.query.read.kinds import Arguments, Operation, is_dict, needed
from nicol.query.read.lock import read_lock
from nicol.query.read.page import PAGE, SELECTION, read_page, read_selection
from nicol.query.read.where import Values, read_key


def read(
    models: Models, model: Model, operation: str, given: Arguments, first: Values | None = None
) -> tuple[Query, Values]:
    """The query that a call is, and its values in the order of their slots. QueryInvalid says what is wrong with the call.

    `first`: values whose slots come before those of the call.
    """
    reader, allowed = OPERATIONS[operation]
    for name in given:
        if name not in allowed:
            unknown(f"argument of `{operation}`", name, allowed, model=model.name)
    values: Values = [] if first is None else first
    return reader(models, model, given, values), values


def _find_unique(models: Models, model: Model, given: Arguments, values: Values) -> FindUnique:
    key = read_key(models, model, needed(model, given, "where"), values)
    return FindUnique(
        model.name, key, read_selection(models, model, given, values), lock=read_lock(model, given)
    )


def _find_unique_or_raise(models: Models, model: Model, given: Arguments, values: Values) -> FindUnique:
    key = read_key(models, model, needed(model, given, "where"), values)
    return FindUnique(
        model.name,
        key,
        read_selection(models, model, given, values),
        required=True,
        lock=read_lock(model, given),
    )


def _find_first(models: Models, model: Model, given: Arguments, values: Values) -> FindFirst:
    return FindFirst(model.name, read_page(models, model, given, values), lock=read_lock(model, given))


def _find_first_or_raise(models: Models, model: Model, given: Arguments, values: Values) -> FindFirst:
    page = read_page(models, model, given, values)
    return FindFirst(model.name, page, required=True, lock=read_lock(model, given))


def _find_many(models: Models, model: Model, given: Arguments, values: Values) -> FindMany:
    return FindMany(model.name, read_page(models, model, given, values), lock=read_lock(model, given))


def _stream(models: Models, model: Model, given: Arguments, values: Values) -> Stream:
    page = read_page(models, model, given, values)
    if page.backwards:
        raise invalid(
            "`stream` reads forwards only: `take` must not be negative",
            model=model.name,
            hint="turn the order round",
        )
    return Stream(model.name, page)


def _create(models: Models, model: Model, given: Arguments, values: Values) -> Create:
    data = read_data(models, model, given.get("data") or {}, values, new=True)
    return Create(model.name, data, read_selection(models, model, given, values))


def _update(models: Models, model: Model, given: Arguments, values: Values) -> Update:
    key = read_key(models, model, needed(model, given, "where"), values)
    data = read_data(models, model, needed(model, given, "data"), values, new=False)
    return Update(model.name, key, data, read_selection(models, model, given, values))


def _upsert(models: Models, model: Model, given: Arguments, values: Values) -> Upsert:
    key = read_key(models, model, needed(model, given, "where"), values)
    create_data, update_data = _upsert_data(model, given)
    create = read_data(models, model, create_data, values, new=True)
    update = read_data(models, model, update_data, values, new=False)
    selection = read_selection(models, model, given, values)
    return Upsert(model.name, key, create, update, _same(key, create, values), selection)


def _upsert_data(model: Model, given: Arguments) -> tuple[Any, Any]:
    """`create` and `update`, side by side as in Prisma or inside `data` as in Prisma Client Python."""
    data = given.get("data")
    if data is None:
        return needed(model, given, "create"), _given(model, given, "update")
    if not is_dict(data):
        raise invalid("`data` of `upsert` must be a dictionary with `create` and `update`", model=model.name)
    for name in data:
        if name not in ("create", "update"):
            unknown("part of `data` of `upsert`", name, ("create", "update"), model=model.name)
    return needed(model, data, "create"), _given(model, data, "update")


def _given(model: Model, given: Arguments, name: str) -> Any:
    if name not in given:
        raise invalid(f"the argument `{name}` is missing", model=model.name, code="P2012")
    return {} if given[name] is None else given[name]


def _same(key: Key, create: Data, values: Values) -> bool:
    """True when the new row would have the key's own values, so that one statement can do both."""
    new = {assign.field: assign.slot for assign in create.assigns}
    for field, slot in zip(key.fields, key.slots, strict=True):
        other = new.get(field)
        if other is None or type(values[other]) is not type(values[slot]) or values[other] != values[slot]:
            return False
    return True


def _delete(models: Models, model: Model, given: Arguments, values: Values) -> Delete:
    key = read_key(models, model, needed(model, given, "where"), values)
    return Delete(model.name, key, read_selection(models, model, given, values))


_ROWS = PAGE - SELECTION
_UNIQUE = SELECTION | {"where"}
_PAGE = PAGE | SELECTION

OPERATIONS: Mapping[str, tuple[Operation, frozenset[str]]] = {
    "find_unique": (_find_unique, _UNIQUE | {"lock"}),
    "find_unique_or_raise": (_find_unique_or_raise, _UNIQUE | {"lock"}),
    "find_first": (_find_first, _PAGE | {"lock"}),
    "find_first_or_raise": (_find_first_or_raise, _PAGE | {"lock"}),
    "find_many": (_find_many, _PAGE | {"lock"}),
    "stream": (_stream, _PAGE),
    "count": (read_count, _ROWS | {"select"}),
    "aggregate": (read_aggregate, _ROWS | MEASURES),
    "group_by": (read_group_by, MEASURES | {"by", "where", "having", "order", "take", "skip"}),
    "create": (_create, SELECTION | {"data"}),
    "update": (_update, SELECTION | {"where", "data"}),
    "upsert": (_upsert, SELECTION | {"where", "data", "create", "update"}),
    "delete": (_delete, _UNIQUE),
    **many.OPERATIONS,
}
"""What reads each operation, and the arguments it takes."""

"""Adds guards to a query, wherever it finds, changes, removes or makes a row. A node that is not known here is refused.

Nothing is looked up and no value is read: the query that comes out is compiled like any other.
"""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from nicol.query import query as q
from nicol.query.models import Model
from nicol.query.scope.guards import Guard
from nicol.query.scope.visible import (
    Scoped,
    guarded_filter,
    guarded_group,
    guarded_key,
    guarded_page,
    guarded_selection,
)
from nicol.query.scope.written import changed, changed_each, made, made_bulk


def guarded(scoped: Scoped, query: q.Query) -> q.Query:
    """The query, kept to its scope."""
    model = scoped.models.by_name[query.model]
    guard = scoped.guard(model)
    match query:
        case q.FindUnique(key=key, selection=selection):
            return replace(
                query,
                key=guarded_key(scoped, model, key),
                selection=guarded_selection(scoped, model, selection),
            )
        case q.FindEach(where=where, selection=selection):
            return replace(
                query,
                where=guarded_filter(scoped, model, where),
                selection=guarded_selection(scoped, model, selection),
            )
        case (
            q.FindFirst(page=page)
            | q.FindMany(page=page)
            | q.Stream(page=page)
            | q.Count(page=page)
            | q.Aggregate(page=page)
        ):
            return replace(query, page=guarded_page(scoped, model, page))
        case q.GroupBy(keys=keys, where=where):
            return replace(
                query,
                keys=tuple(guarded_group(scoped, model, each) for each in keys),
                where=guarded_filter(scoped, model, where),
            )
        case _:
            return _guarded_write(scoped, model, guard, query)


def _guarded_write(scoped: Scoped, model: Model, guard: Guard, query: q.Write) -> q.Query:
    match query:
        case q.Create(data=data):
            return replace(
                query,
                data=made(scoped, model, data),
                selection=guarded_selection(scoped, model, query.selection),
            )
        case q.Update(key=key, data=data):
            return replace(
                query,
                key=guarded_key(scoped, model, key),
                data=changed(scoped, model, data),
                selection=guarded_selection(scoped, model, query.selection),
            )
        case q.Upsert(key=key, create=create, update=update):
            return replace(
                query,
                key=guarded_key(scoped, model, key),
                create=made(scoped, model, create),
                update=changed(scoped, model, update),
                same=False,
                selection=guarded_selection(scoped, model, query.selection),
            )
        case q.Delete(key=key, selection=selection):
            key, selection = guarded_key(scoped, model, key), guarded_selection(scoped, model, selection)
            if guard.gone is not None:
                return q.Update(query.model, key, q.Data(guard.gone), selection)
            return replace(query, key=key, selection=selection)
        case _:
            return _guarded_many(scoped, model, guard, query)


def _guarded_many(
    scoped: Scoped,
    model: Model,
    guard: Guard,
    query: q.CreateMany | q.UpsertMany | q.UpdateMany | q.UpdateEach | q.DeleteMany,
) -> q.Query:
    """Writes of many rows."""
    match query:
        case q.CreateMany(bulk=bulk, wanted=wanted):
            return replace(
                query, bulk=made_bulk(scoped, model, bulk), wanted=guarded_selection(scoped, model, wanted)
            )
        case q.UpsertMany(bulk=bulk, update=update, wanted=wanted):
            return replace(
                query,
                bulk=made_bulk(scoped, model, bulk),
                update=changed(scoped, model, update),
                wanted=guarded_selection(scoped, model, wanted),
                where=guard.where,
            )
        case q.UpdateEach(changes=changes):
            each = tuple(changed_each(scoped, model, one) for one in changes)
            return replace(query, changes=each, where=guard.where)
        case q.UpdateMany(where=where, data=data, wanted=wanted):
            return replace(
                query,
                where=guarded_filter(scoped, model, where),
                data=changed(scoped, model, data),
                wanted=guarded_selection(scoped, model, wanted),
            )
        case q.DeleteMany(where=where, limit=limit, wanted=wanted):
            where = guarded_filter(scoped, model, where)
            wanted = guarded_selection(scoped, model, wanted)
            if guard.gone is not None:
                return q.UpdateMany(query.model, where, q.Data(guard.gone), limit, wanted)
            return replace(query, where=where, wanted=wanted)
        case _:
            assert_never(query)

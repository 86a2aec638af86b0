"""From writes of many rows to conversations, which answer how many there were or the rows themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from nicol.query import query as q
from nicol.query.compile.bulk import insert_bulk
from nicol.query.compile.bulk_rows import Manner, skipping
from nicol.query.compile.columns import both, column
from nicol.query.compile.context import Act, Context, Frame, Single
from nicol.query.compile.filters import condition
from nicol.query.compile.looked_up import change_each, told
from nicol.query.compile.proofs import proved
from nicol.query.compile.rows import Preset, changes
from nicol.query.compile.selections import wanted, written_shape
from nicol.query.faults import invalid
from nicol.query.models import Model
from nicol.sql import tree as sql
from nicol.sql.program import Program, Result, Row


def create_many(ctx: Context, query: q.CreateMany) -> Act[Any]:
    """Insert many rows with what hangs on them; how many were new, or the new rows in their order."""
    model = ctx.models.by_name[query.model]
    returning = () if query.wanted is None else wanted(model, query.wanted).columns
    manner = Manner(returning=returning, conflicts=skipping(query.skip_duplicates), top=True)
    insert = insert_bulk(ctx, model, query.bulk, manner)
    ctx.atomic = len(ctx.texts) > 1
    objects = None if query.wanted is None else objects_of(ctx, model, query.wanted)

    def act(frame: Frame) -> Program[Any]:
        done = yield from insert(frame, {})
        if objects is None:
            return done.count
        return (yield from objects(done.in_order(), frame))

    return act


Objects: TypeAlias = Callable[[Sequence[Row], Frame], Program[list[Any]]]


def objects_of(ctx: Context, model: Model, selection: q.Selection) -> Objects:
    """What makes objects of the rows that came back."""
    return written_shape(ctx, model, selection, wanted(model, selection)).objects


# ---- the same changes ----------------------------------------------------------------------------------------------


def update_many(ctx: Context, query: q.UpdateMany) -> Act[Any]:
    """Change all rows of a filter; how many there were, or the rows as they are now."""
    model = ctx.models.by_name[query.model]
    where = _limited(ctx, model, query.where, query.limit)
    known = told(ctx, model, query.data, where)
    if known is None:
        act = proved(ctx, model, query.data, _looked_up(ctx, model, query, where))
        ctx.atomic = True
        return act
    act = proved(ctx, model, query.data, _updated(ctx, model, query, where, known))
    ctx.atomic = bool(query.data.proofs)
    return act


def _looked_up(ctx: Context, model: Model, query: q.UpdateMany, found: sql.Expression) -> Act[Any]:
    """Rows are chosen when they are looked up: then a limit has done its work."""
    columns = () if query.wanted is None else wanted(model, query.wanted).columns
    where = condition(ctx, model, model.table.name, query.where)
    change = change_each(ctx, model, query.data, {}, where, columns, found)
    objects = None if query.wanted is None else objects_of(ctx, model, query.wanted)

    def act(frame: Frame) -> Program[Any]:
        done = yield from change(frame)
        return done.affected if objects is None else (yield from objects(done.rows, frame))

    return act


def _updated(
    ctx: Context, model: Model, query: q.UpdateMany, where: sql.Expression, known: Preset
) -> Act[Any]:
    sets = changes(ctx, model, query.data, {}, known)
    if query.wanted is None:
        return (
            Single(ctx.say(sql.Update(model.table, sets, where)), _affected)
            if sets
            else _counted(ctx, model, where)
        )
    columns = wanted(model, query.wanted).columns
    if sets:
        return _answered(ctx, model, sql.Update(model.table, sets, where, columns), query.wanted)
    shown = tuple(sql.Column(name, model.table.name) for name in columns)
    return _answered(ctx, model, sql.Select(shown, model.table, where=where), query.wanted)


def delete_many(ctx: Context, query: q.DeleteMany) -> Act[Any]:
    """Delete all rows of a filter; how many there were, or the rows as they were."""
    model = ctx.models.by_name[query.model]
    where = _limited(ctx, model, query.where, query.limit)
    if query.wanted is None:
        return Single(ctx.say(sql.Delete(model.table, where)), _affected)
    columns = wanted(model, query.wanted).columns
    return _answered(ctx, model, sql.Delete(model.table, where, columns), query.wanted)


def _limited(ctx: Context, model: Model, where: q.Filter, limit: int | None) -> sql.Expression:
    """The rows of a filter, so many of them at most.

    The filter stands outside as well: a row that somebody else changes while this waits for it is looked at again.
    """
    rows = condition(ctx, model, model.table.name, where)
    if limit is None:
        return rows
    if not model.id:
        raise invalid(f"`limit` needs a unique key, which model `{model.name}` has not", model=model.name)
    alias = ctx.alias()
    inner = condition(ctx, model, alias, where)
    ids = tuple(column(model, name, alias) for name in model.id)
    table = sql.Table(model.table.name, model.table.namespace, alias)
    some = sql.Select(ids, table, where=inner, limit=sql.Param(limit))
    own = tuple(column(model, name, model.table.name) for name in model.id)
    return both(rows, sql.InQuery(own, some))


def _affected(result: Result) -> int:
    return result.affected


def _counted(ctx: Context, model: Model, where: sql.Expression) -> Single[int]:
    said = ctx.say(sql.Select((sql.Count(),), model.table, where=where))
    return Single(said, lambda result: result.rows[0][0])


def _answered(ctx: Context, model: Model, tree: sql.Tree, selection: q.Selection) -> Act[list[Any]]:
    said = ctx.say(tree)
    objects = objects_of(ctx, model, selection)

    def act(frame: Frame) -> Program[list[Any]]:
        rows = (yield said.statement(frame)).rows
        return (yield from objects(rows, frame))

    return act

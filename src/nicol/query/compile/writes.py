"""From writes of one row to conversations, and the object that a call answers with."""

from __future__ import annotations

from nicol.query import query as q
from nicol.query.compile.attempts import found_or_made
from nicol.query.compile.context import Act, Context, Frame, Single, single
from nicol.query.compile.filters import key_condition
from nicol.query.compile.levels import Shape
from nicol.query.compile.looked_up import told
from nicol.query.compile.nested import change_row, new_row
from nicol.query.compile.reads import key_level
from nicol.query.compile.rows import Preset, changes, new_values
from nicol.query.compile.selections import Wanted, shape_of, wanted, written_shape
from nicol.query.faults import missing_record
from nicol.query.models import Model
from nicol.sql import tree as sql
from nicol.sql.program import Program, Result, Row


def create(ctx: Context, query: q.Create) -> Act[object]:
    """Insert a row with everything that hangs on it; its object."""
    model = ctx.models.by_name[query.model]
    have = wanted(model, query.selection)
    insert = new_row(ctx, model, query.data, {}, have.columns)
    return _answering(insert, _answer(ctx, model, query.selection, have))


def _answering(write: Act[Row], shape: Shape) -> Act[object]:
    """The object of the row that a write returns."""
    built = shape.built

    def written(result: Result) -> object:
        if not result.rows:
            raise _left_out(shape.model)
        return built(result.rows, ())[0]

    alone = single(write)
    if alone is not None and not shape.branches:
        return Single(alone.said, written)

    def and_read(frame: Frame) -> Program[object]:
        row = yield from write(frame)
        if not row:
            raise _left_out(shape.model)
        return (yield from shape.objects([row], frame))[0]

    return and_read


def _left_out(model: Model) -> Exception:
    return missing_record(
        model.name,
        f"the record of model `{model.name}` was not written: the database left it out, as a trigger of its table may",
    )


def _answer(ctx: Context, model: Model, selection: q.Selection | None, have: Wanted) -> Shape:
    """The shape of what a write returned. What was said before is the write: more than one statement is one transaction."""
    ctx.atomic = len(ctx.texts) > 1
    return written_shape(ctx, model, selection, have)


def update(ctx: Context, query: q.Update) -> Act[object]:
    """Change the row of a key and what hangs on it; its object."""
    model = ctx.models.by_name[query.model]
    have = wanted(model, query.selection)
    where = key_condition(ctx, model, model.table.name, query.key)
    change = change_row(ctx, model, where, query.data, have.columns)
    shape = _answer(ctx, model, query.selection, have)
    built = shape.built

    def changed(result: Result) -> object:
        if not result.rows:
            raise _not_there(model, "updated")
        return built(result.rows, ())[0]

    alone = single(change)
    if alone is not None and not shape.branches:
        return Single(alone.said, changed)

    def act(frame: Frame) -> Program[object]:
        row = yield from change(frame)
        if row is None:
            raise _not_there(model, "updated")
        return (yield from shape.objects([row], frame))[0]

    return act


def _not_there(model: Model, what: str) -> Exception:
    return missing_record(
        model.name,
        f"no record of model `{model.name}` was {what}: none has this key and passes the filters beside it",
    )


def delete(ctx: Context, query: q.Delete) -> Act[object]:
    """Delete the row of a key; the object that it was. What is included is read before it goes."""
    model = ctx.models.by_name[query.model]
    where = key_condition(ctx, model, model.table.name, query.key)
    if query.selection is not None and (query.selection.include or query.selection.counts):
        return _read_and_delete(ctx, model, query, where)
    have = wanted(model, query.selection)
    said = ctx.say(sql.Delete(model.table, where, have.columns))
    shape = shape_of(ctx, model, query.selection, have)

    def gone(result: Result) -> object:
        if not result.rows:
            raise _not_there(model, "deleted")
        return shape.built(result.rows, ())[0]

    return Single(said, gone)


def _read_and_delete(ctx: Context, model: Model, query: q.Delete, where: sql.Expression) -> Act[object]:
    level = key_level(ctx, model, query.key, query.selection)
    said = ctx.say(sql.Delete(model.table, where))
    ctx.atomic = True

    def act(frame: Frame) -> Program[object]:
        _, objects = yield from level.run(frame)
        if not objects:
            raise _not_there(model, "deleted")
        if not (yield said.statement(frame)).affected:  # somebody else was quicker
            raise _not_there(model, "deleted")
        return objects[0]

    return act


def upsert(ctx: Context, query: q.Upsert) -> Act[object]:
    """Change the row of a key or insert it; its object. One statement where the new row would have the key's own values."""
    model = ctx.models.by_name[query.model]
    have = wanted(model, query.selection)
    alone = query.same and query.key.rest == q.ALL and not query.create.acts and not query.update.acts
    known = told(ctx, model, query.update, key_condition(ctx, model, None, query.key)) if alone else None
    write = (
        _update_or_insert(ctx, model, query, have)
        if known is None
        else _insert_or_update(ctx, model, query, have, known)
    )
    return _answering(write, _answer(ctx, model, query.selection, have))


def _insert_or_update(ctx: Context, model: Model, query: q.Upsert, have: Wanted, known: Preset) -> Act[Row]:
    row = new_values(ctx, model, query.create, {})
    target = model.columns(query.key.fields)
    kept = (sql.Assignment(target[0], sql.Column(target[0], model.table.name)),)
    sets = changes(ctx, model, query.update, {}, known) or kept
    insert = sql.Insert(
        model.table, model.columns(row), tuple(row.values()), sql.Conflict(target, sets), have.columns
    )
    return Single(ctx.say(insert), lambda result: result.rows[0])


def _update_or_insert(ctx: Context, model: Model, query: q.Upsert, have: Wanted) -> Act[Row]:
    where = key_condition(ctx, model, model.table.name, query.key)
    change = change_row(ctx, model, where, query.update, have.columns)
    insert = new_row(ctx, model, query.create, {}, have.columns)

    return found_or_made(ctx, change, insert)

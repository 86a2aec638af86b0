"""Changes of rows whose keys are not known: they are looked up, and each row gets values that are encrypted for it."""

from __future__ import annotations

from collections.abc import Sequence

from nicol.query import query as q
from nicol.query.compile.columns import both, column, comparable
from nicol.query.compile.context import Act, Context, Frame
from nicol.query.compile.rows import Preset, changes
from nicol.query.compile.seals import row_keys, sealed_columns, taken, told_by, unbound, with_digests
from nicol.query.compile.sheets import saying, sheet
from nicol.query.models import Model
from nicol.sql import tree as sql
from nicol.sql.program import Program, Result


def told(ctx: Context, model: Model, data: q.Data, where: sql.Expression) -> Preset | None:
    """What tells the row that encrypted values are bound to; None where the condition does not say it."""
    names = row_keys(model, (assign.field for assign in unbound(model, data.assigns)))
    known = told_by(ctx, model, where) if names else {}
    return known if all(name in known for name in names) else None


def change_each(
    ctx: Context,
    model: Model,
    data: q.Data,
    preset: Preset,
    where: sql.Expression,
    returning: Sequence[str],
    found: sql.Expression | None = None,
) -> Act[Result]:
    """Change the rows of a condition; `found`: which of them are looked up, where that is another condition.

    What somebody else changes between the two statements is looked at again by the second one.
    """
    secrets = unbound(model, data.assigns)
    names = [assign.field for assign in secrets]
    keys = row_keys(model, names)
    every = (*keys, *names)
    of = sheet(ctx, (model.stored[name] for name in (*every, *with_digests(model, names))))
    rest = q.Data(tuple(assign for assign in data.assigns if assign not in secrets))
    cells: dict[str, sql.Expression] = {
        field.name: of.cell(len(keys) + index) for index, field in enumerate(of.fields[len(keys) :])
    }
    sets = changes(ctx, model, rest, {**preset, **cells})
    slots = [_slot(ctx, model, assign) for assign in secrets]
    source = model.table.name
    look = ctx.say(
        sql.Select(tuple(column(model, name, source) for name in keys), model.table, where=found or where)
    )
    same = (
        sql.Compare("=", comparable(model, name, source), of.cell(index)) for index, name in enumerate(keys)
    )
    change = sql.Update(model.table, sets, both(*same, where), tuple(returning), of.source())
    say = saying(ctx, of, change)
    ctx.atomic = True

    def act(frame: Frame) -> Program[Result]:
        rows = (yield look.statement(frame)).rows
        if not rows:
            return Result([])
        return (yield from say(frame, sealed_columns(model, every, taken(frame, rows, slots)), len(rows)))

    return act


def _slot(ctx: Context, model: Model, assign: q.Assign) -> int:
    """The slot of a value, which is encoded with those of the call."""
    assert assign.slot is not None
    field = model.fields[assign.field]
    ctx.value(model, field, assign.slot, field.stored.encode)
    return assign.slot

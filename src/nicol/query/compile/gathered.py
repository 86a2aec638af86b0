"""The rows of many keys in one statement: the database itself says which row is whose."""

from __future__ import annotations

from typing import Any

from nicol.query import query as q
from nicol.query.compile.columns import aliased, both, comparable
from nicol.query.compile.context import Act, Context, Frame
from nicol.query.compile.filters import condition
from nicol.query.compile.levels import Level
from nicol.query.compile.selections import counted, shape_of, wanted
from nicol.query.models import Field, Model
from nicol.schema.schema import Scalar
from nicol.sql import tree as sql
from nicol.sql.program import Program


def find_each(ctx: Context, query: q.FindEach) -> Act[dict[int, Any]]:
    """The objects of keys, by the numbers of the keys from 1; a key without a row is not there."""
    model = ctx.models.by_name[query.model]
    have = wanted(model, query.selection)
    fields = [model.fields[name] for name in query.fields]
    keys = sql.Lists(
        tuple(_list(ctx, model, field, slot) for field, slot in zip(fields, query.slots, strict=True)),
        tuple(f"c{index}" for index in range(len(fields))),
        "k",
        tuple(field.type is Scalar.BYTES for field in fields),
        (False,) * len(fields),
        "#n",
    )
    same = both(
        *(
            sql.Compare("=", comparable(model, field.name, "t0"), sql.Column(f"c{index}", "k"))
            for index, field in enumerate(fields)
        )
    )
    columns = (*(sql.Column(name, "t0") for name in have.columns), sql.Column("#n", "k"))
    join = sql.Join(aliased(model.table, "t0"), same)
    select = sql.Select(columns, keys, (join,), condition(ctx, model, "t0", query.where))
    said = ctx.say(counted(ctx, model, query.selection, have.columns, select))
    level = Level(said, shape_of(ctx, model, query.selection, have, keys=1))

    def act(frame: Frame) -> Program[dict[int, Any]]:
        rows, objects = yield from level.run(frame)
        return {row[-1]: found for row, found in zip(rows, objects, strict=True)}

    return act


def _list(ctx: Context, model: Model, field: Field, slot: int) -> sql.Param:
    encode, pack = field.encode, ctx.renderer.pack
    if encode is None:
        return ctx.value(model, field, slot, pack)
    return ctx.value(model, field, slot, lambda items: pack([encode(each) for each in items]))

"""From filters to conditions."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias, assert_never

from nicol.query import query as q
from nicol.query.compile.columns import NOTHING, aliased, both, column, comparable, either
from nicol.query.compile.comparisons import (
    compare,
    compare_fields,
    compare_json,
    json_missing,
)
from nicol.query.compile.context import Context
from nicol.query.compile.led import led
from nicol.query.compile.measures import measured
from nicol.query.measures import answered, field_of
from nicol.query.models import Link, Model
from nicol.sql import tree as sql

_OfField: TypeAlias = q.Compare | q.CompareField | q.JsonCompare | q.JsonMissing | q.Null | q.Empty
_OfRelation: TypeAlias = q.Related | q.Alone | q.Measured


def condition(ctx: Context, model: Model, source: str | None, given: q.Filter) -> sql.Expression:
    """The condition that holds for the rows of `source` for which a filter surely holds."""
    match given:
        case q.All(items):
            return both(*(condition(ctx, model, source, each) for each in items))
        case q.Any(items):
            return either(*(condition(ctx, model, source, each) for each in items))
        case q.Not(of):
            return denial(ctx, model, source, of)
        case q.Related() | q.Alone() | q.Measured():
            return _of_relation(ctx, model, source, given)
        case _:
            return _of_field(ctx, model, source, given)


def _of_field(ctx: Context, model: Model, source: str | None, given: _OfField) -> sql.Expression:
    match given:
        case q.Compare():
            return compare(ctx, model, source, given)
        case q.CompareField():
            return compare_fields(model, source, given)
        case q.JsonCompare():
            return compare_json(ctx, model, source, given)
        case q.JsonMissing(field, path):
            return json_missing(ctx, model, source, field, path)
        case q.Null(field):
            return sql.IsNull(column(model, field, source))
        case q.Empty(field):
            return sql.ListTest(column(model, field, source), "is_empty")
        case _:
            assert_never(given)


def _of_relation(ctx: Context, model: Model, source: str | None, given: _OfRelation) -> sql.Expression:
    link = model.links[given.field]
    match given:
        case q.Related(quantifier=quantifier):
            return _related(ctx, link, source, given, quantifier)
        case q.Alone():
            return _alone(ctx, model, link, source)
        case q.Measured():
            return _measured(ctx, link, source, given)
        case _:
            assert_never(given)


def denial(ctx: Context, model: Model, source: str | None, given: q.Filter) -> sql.Expression:
    """The condition that holds for the rows for which a filter surely does not hold.

    A comparison with null is neither true nor false, so that a row can be found by a filter, by its contrary, or by neither.
    The contrary is taken where fields are compared: so it goes through relations to one row, as through a join.
    """
    match given:
        case q.Compare():
            return compare(ctx, model, source, given, denied=True)
        case q.JsonCompare():
            return compare_json(ctx, model, source, given, denied=True)
        case q.Null(field):
            return sql.IsNull(column(model, field, source), negated=True)
        case q.All(items):
            return either(*(denial(ctx, model, source, each) for each in items))
        case q.Any(items):
            return both(*(denial(ctx, model, source, each) for each in items))
        case q.Not(of):
            return condition(ctx, model, source, of)
        case q.Related(field, quantifier):
            return _related(ctx, model.links[field], source, given, _CONTRARIES[quantifier])
        case q.Measured(field):
            return _measured(ctx, model.links[field], source, given, denied=True)
        case _:
            return sql.Not(condition(ctx, model, source, given))


# ---- relations ---------------------------------------------------------------------------------------------------


_CONTRARIES = {"some": "none", "none": "some", "every": "not every", "is": "is_not", "is_not": "is"}


def _related(
    ctx: Context, link: Link, source: str | None, given: q.Related, quantifier: str
) -> sql.Expression:
    alias, where = ctx.alias(), given.where
    target = ctx.models.target(link)
    match quantifier:
        case "some" | "is":
            wanted, negated = condition(ctx, target, alias, where), False
        case "none":
            wanted, negated = condition(ctx, target, alias, where), True
        case "every" | "not every":
            wanted, negated = denial(ctx, target, alias, where), quantifier == "every"
        case _:  # is_not: there is no row but one for which it surely does not hold
            wanted, negated = sql.Untrue(denial(ctx, target, alias, where)), True
    if given.among is not None:
        wanted = both(condition(ctx, target, alias, given.among), wanted)
    return sql.Exists(related(ctx, link, source, alias, wanted), negated)


def related(
    ctx: Context,
    link: Link,
    source: str | None,
    alias: str,
    wanted: sql.Expression = NOTHING,
    columns: tuple[sql.Expression | sql.Named, ...] = (sql.Number(1),),
) -> sql.Select:
    """The rows at the other end of a link from the rows of `source`, called `alias`."""
    model, target = ctx.models.by_name[link.model], ctx.models.target(link)
    table = aliased(target.table, alias)
    if link.many:
        wanted = led(target, link.remote, wanted)
    if link.through is None:
        return sql.Select(columns, table, where=both(joined(model, target, link, source, alias), wanted))
    join = ctx.alias()
    mine = sql.Compare("=", sql.Column(link.through.mine, join), column(model, link.local[0], source))
    theirs = sql.Compare("=", column(target, link.remote[0], alias), sql.Column(link.through.theirs, join))
    bridge = aliased(link.through.table, join)
    return sql.Select(columns, bridge, (sql.Join(table, theirs),), both(mine, wanted))


def joined(model: Model, target: Model, link: Link, source: str | None, alias: str) -> sql.Expression:
    """The condition under which rows of a link belong together."""
    pairs = zip(link.local, link.remote, strict=True)
    return both(
        *(
            sql.Compare("=", column(target, theirs, alias), column(model, mine, source))
            for mine, theirs in pairs
        )
    )


def _alone(ctx: Context, model: Model, link: Link, source: str | None) -> sql.Expression:
    if not link.owns:
        return sql.Exists(related(ctx, link, source, ctx.alias()), negated=True)
    nulls = tuple(sql.IsNull(column(model, name, source)) for name in link.local)
    return nulls[0] if len(nulls) == 1 else sql.Or(nulls)


# ---- what related rows come to -----------------------------------------------------------------------------------


def _measured(
    ctx: Context, link: Link, source: str | None, given: q.Measured, *, denied: bool = False
) -> sql.Expression:
    """The one row of what is measured is there, and a filter holds for it."""
    target, alias = ctx.models.target(link), ctx.alias()
    field = replace(field_of(ctx.models, target, given.measure), column="m")
    rows = measured_rows(ctx, link, source, given.measure, given.where, field.column)
    judged = denial if denied else condition
    holds = judged(ctx, answered(target, {field.name: field}, ()), alias, given.holds)
    return sql.Exists(sql.Select((sql.Number(1),), sql.Derived(rows, alias), where=holds))


def measured_rows(
    ctx: Context, link: Link, source: str | None, measure: q.Measure, where: q.Filter, name: str
) -> sql.Select:
    """The one row of what the rows at the other end of a link come to; its column is called `name`."""
    alias, target = ctx.alias(), ctx.models.target(link)
    wanted = condition(ctx, target, alias, where)
    of = sql.Named(measured(ctx, target, alias, measure), name)
    return related(ctx, link, source, alias, wanted, (of,))


# ---- keys --------------------------------------------------------------------------------------------------------


def key_condition(ctx: Context, model: Model, source: str | None, key: q.Key) -> sql.Expression:
    """The condition that finds the row of a unique key."""
    parts: list[sql.Expression] = []
    for name, slot in zip(key.fields, key.slots, strict=True):
        field = model.fields[name]
        value = ctx.value(model, field, slot, field.encode)
        parts.append(sql.Compare("=", comparable(model, name, source), value))
    return both(*parts, condition(ctx, model, source, key.rest))

"""The first row for each value of one field, found by jumping through an index from value to value.

A window function reads every row that the filter leaves; this reads as many rows as there are values, so that "the newest
fact of each type" costs the same for a thousand facts and for a million. It needs an index that begins with the fields of the
filter and goes on with the distinct field (https://wiki.postgresql.org/wiki/Loose_indexscan; SQLite knows no such plan either).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from nicol.query import query as q
from nicol.query.compile.columns import aliased, both, column
from nicol.query.compile.context import Context
from nicol.query.compile.filters import condition
from nicol.query.compile.ordering import ordering
from nicol.query.models import Model
from nicol.schema.schema import Arity, EnumRef, Scalar
from nicol.sql import tree as sql

_UNORDERED = frozenset({Scalar.JSON, Scalar.BOOLEAN, Scalar.DECIMAL})


def loose_scan(ctx: Context, model: Model, page: q.Page, names: tuple[str, ...]) -> sql.Select | None:
    """The page as a walk through an index; None where that is not possible."""
    if not _is_possible(model, page):
        return None
    (name,) = page.distinct
    there = column(model, name, "v")
    key = sql.Column("value", "#keys")
    first = _next_value(ctx, model, page, name, sql.And(()))
    then = _next_value(ctx, model, page, name, sql.Compare(">", there, key))
    not_null = sql.IsNull(key, negated=True)
    walk = sql.Walk(
        "#keys",
        ("value",),
        sql.Select((first,)),
        sql.Select((then,), sql.Table("#keys"), where=not_null),
    )
    row = _first(ctx, model, page, names, sql.Compare("=", column(model, name, "f"), key))
    order = ordering(ctx, model, "t0", page, total=True).keys
    columns = tuple(sql.Column(each, "t0") for each in names)
    return sql.Select(columns, sql.Table("#keys"), (row,), not_null, order, walk=walk)


def _next_value(ctx: Context, model: Model, page: q.Page, name: str, more: sql.Expression) -> sql.Subquery:
    """The least value of the field among the filter's rows."""
    there = column(model, name, "v")
    where = both(condition(ctx, model, "v", page.where), more)
    order = (sql.Order(there),)
    return sql.Subquery(sql.Select((there,), aliased(model.table, "v"), (), where, order, sql.Number(1)))


def _first(
    ctx: Context, model: Model, page: q.Page, names: tuple[str, ...], same: sql.Expression
) -> sql.Join:
    """The first row, in the page's order, that has the value: beside the value, or found again by its id.

    Where PostgreSQL may choose how to find it again, it reads the whole table while that is small.
    """
    ids = tuple(column(model, each, "f") for each in model.id)
    where = both(condition(ctx, model, "f", page.where), same)
    order = ordering(ctx, model, "f", page, total=True).keys
    first = sql.Select(ids, aliased(model.table, "f"), (), where, order, sql.Number(1))
    if ctx.renderer.has_lateral:
        shown = (sql.Column(each, "f") for each in names)
        ordering_columns = (column(model, each.field, "f") for each in page.order)
        needed = tuple(dict.fromkeys((*shown, *ordering_columns, *ids)))
        return sql.Join(sql.Derived(replace(first, columns=needed), "t0", lateral=True), sql.And(()))
    own = tuple(column(model, each, "t0") for each in model.id)
    left = own[0] if len(own) == 1 else sql.Group(own)
    return sql.Join(aliased(model.table, "t0"), sql.Compare("=", left, sql.Subquery(first)))


def _is_possible(model: Model, page: q.Page) -> bool:
    if len(page.distinct) != 1 or page.cursor is not None or page.shuffled or not model.id:
        return False
    if any(each.path or each.measure for each in page.order):
        return False
    field = model.fields[page.distinct[0]]
    if not field.required or field.type in _UNORDERED or field.arity is Arity.LIST:
        return False
    fixed = _fixed(model, page.where)
    return fixed is not None and any(_serves(index, fixed, field.name) for index in model.indexes)


def _serves(index: tuple[str, ...], fixed: frozenset[str], name: str) -> bool:
    """The index begins with the fixed fields, in any order, and goes on with the field."""
    lead = len(fixed)
    return len(index) > lead and frozenset(index[:lead]) == fixed and index[lead] == name


def _fixed(model: Model, where: q.Filter) -> frozenset[str] | None:
    """The fields that the filter fixes to one value; None when it asks for more than that."""
    names = list(_equalities(model, where))
    return None if None in names else frozenset(name for name in names if name is not None)


def _equalities(model: Model, where: q.Filter) -> Iterable[str | None]:
    match where:
        case q.All(items):
            for each in items:
                yield from _equalities(model, each)
        case q.Compare(field, "equals", _, False) if _is_simple(model, field):
            yield field
        case _:
            yield None


def _is_simple(model: Model, name: str) -> bool:
    field = model.fields[name]
    plain = isinstance(field.type, EnumRef) or field.type not in (Scalar.JSON, Scalar.DECIMAL)
    return plain and field.arity is not Arity.LIST

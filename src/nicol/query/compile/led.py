"""What leads to related rows: the relation's own keys, and not whatever else is asked of the rows.

A database that nobody has analysed takes every index for as good as any other. A tenant's index then leads to all rows of the
tenant for each row of a tree, where that of the parent leads to a few.
"""

from __future__ import annotations

from collections.abc import Iterable

from nicol.query.compile.columns import both
from nicol.query.models import Model
from nicol.sql import tree as sql


def led(model: Model, by: tuple[str, ...], where: sql.Expression, *, again: bool = False) -> sql.Expression:
    """A condition on rows that an index finds by these fields: no other index shall lead to them.

    `again`: as in `sql.Tested`.

    As it is where no index leads there, where an index has its columns behind those fields, and where it names one row.
    """
    led_by = searching(model, by)
    items = where.items if isinstance(where, sql.And) else (where,)
    if not led_by or _names_rows(model, items):
        return where
    behind = {model.stored[name].column for index in led_by for name in index}
    first = {model.stored[index[0]].column for index in model.indexes} - behind
    return both(*(sql.Tested(item, again) if _leads(item, first) else item for item in items))


def searching(model: Model, fields: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The indexes that lead to the rows that have these fields, by all of their own."""
    return [index for index in model.indexes if frozenset(index[: len(fields)]) == frozenset(fields)]


def _names_rows(model: Model, items: Iterable[sql.Expression]) -> bool:
    """A key of the model is among what is asked for."""
    fixed = {name for item in items if (name := _fixed(item)) is not None}
    return any(fixed >= {model.stored[name].column for name in key} for key in model.keys.values())


def _leads(item: sql.Expression, first: set[str]) -> bool:
    """An index with one of the columns at its beginning can lead to the rows of which this holds."""
    match item:
        case sql.Or(items=items):
            return bool(items) and all(_leads(each, first) for each in items)
        case sql.And(items=items):
            return any(_leads(each, first) for each in items)
        case _:
            return _fixed(item) in first


def _fixed(item: sql.Expression) -> str | None:
    """The column that has one value, or one of a list."""
    match item:
        case sql.Compare(operator="=", left=sql.Column(name=name), right=sql.Param()):
            return name
        case sql.InList(of=sql.Column(name=name), negated=False):
            return name
        case _:
            return None

"""Columns and conditions by the schema's names."""

from __future__ import annotations

from nicol.query.models import Model
from nicol.sql import tree as sql

NOTHING = sql.And(())
"""The condition that asks nothing."""


def both(*conditions: sql.Expression) -> sql.Expression:
    """All conditions together, without those that say nothing."""
    flat: list[sql.Expression] = []
    for each in conditions:
        flat.extend(each.items if isinstance(each, sql.And) else (each,))
    return flat[0] if len(flat) == 1 else sql.And(tuple(flat))


def either(*conditions: sql.Expression) -> sql.Expression:
    """One of the conditions."""
    return conditions[0] if len(conditions) == 1 else sql.Or(conditions)


def column(model: Model, field: str, source: str | None) -> sql.Column:
    """The column of a field."""
    return sql.Column(model.stored[field].column, source)


def comparable(model: Model, name: str, source: str | None) -> sql.Expression:
    """The column of a field, as it is compared and ordered."""
    field, plain = model.stored[name], column(model, name, source)
    return sql.Exact(plain, field.stored.cast) if field.exact else plain


def wording(model: Model, name: str, source: str | None) -> sql.Expression:
    """The column of a field that is asked about as a text."""
    return sql.AsText(column(model, name, source), model.stored[name].stored.cast)


def aliased(table: sql.Table, alias: str) -> sql.Table:
    """A table under another name."""
    return sql.Table(table.name, table.namespace, alias)

"""From measures to expressions over many rows."""

from __future__ import annotations

from typing import Literal

from nicol.query import query as q
from nicol.query.compile.columns import column, comparable
from nicol.query.compile.context import Context
from nicol.query.models import Model
from nicol.schema.schema import EnumRef, Scalar
from nicol.sql import tree as sql

_KINDS: dict[Scalar, Literal["int", "bigint", "float", "decimal"]] = {
    Scalar.INT: "int",
    Scalar.BIGINT: "bigint",
    Scalar.FLOAT: "float",
    Scalar.DECIMAL: "decimal",
}


def measured(ctx: Context, model: Model, source: str, measure: q.Measure) -> sql.Expression:
    """A measure of the rows of `source`."""
    if measure.field is None:
        return sql.Count()
    field, plain = model.fields[measure.field], column(model, measure.field, source)
    match measure.function:
        case "count":
            return sql.CountOf(plain)
        case "count_distinct":
            return sql.CountOf(comparable(model, field.name, source), distinct=True)
        case "sum" | "avg":
            assert isinstance(field.type, Scalar)
            return sql.Total(plain, _KINDS[field.type], measure.function == "avg", field.stored.cast)
        case function:
            ranks = ctx.models.enums[field.type.name] if isinstance(field.type, EnumRef) else ()
            of = comparable(model, field.name, source)
            return sql.Extreme(of, function == "max", field.stored.cast, ranks)

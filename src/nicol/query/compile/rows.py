"""New values of one row: what is inserted, what is changed, and what the client adds by itself."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any, Literal

from nicol.dialects.dialect import Encode
from nicol.dialects.values import bounds, decimal_digits
from nicol.query import query as q
from nicol.query.compile.columns import column
from nicol.query.compile.context import Context
from nicol.query.compile.seals import refuse_other_row, seal_row
from nicol.query.defaults import Generate, generator, updated_at
from nicol.query.faults import invalid
from nicol.query.models import Field, Model
from nicol.schema.schema import Scalar
from nicol.sql import tree as sql
from nicol.sql.json import json_text
from nicol.sql.json_changes import json_operand

Preset = Mapping[str, sql.Expression]
"""Values of fields that the program itself provides: foreign keys, for the most part."""

_OPERATORS: dict[str, Literal["+", "-", "*", "/"]] = {
    "increment": "+",
    "decrement": "-",
    "multiply": "*",
    "divide": "/",
}

_JSON_CHANGES: dict[str, Literal["merge", "set", "remove"]] = {
    "json_merge": "merge",
    "json_set": "set",
    "json_remove": "remove",
}


def new_values(ctx: Context, model: Model, data: q.Data, preset: Preset) -> dict[str, sql.Expression]:
    """The values of a new row by the names of its fields: those given, those preset, and the client's defaults."""
    row: dict[str, sql.Expression] = {}
    for assign in data.assigns:
        _once(model, assign.field, preset)
        row[assign.field] = _given(ctx, model, assign)
    row.update(preset)
    for name, generate in missing(model, row).items():
        row[name] = ctx.generate(model.stored[name], generate)
    seal_row(ctx, model, data.assigns, row, row)
    return row


def missing(model: Model, row: Mapping[str, Any]) -> dict[str, Generate]:
    """What makes the values that a new row does not name. QueryInvalid (P2012) where nobody does."""
    made: dict[str, Generate] = {}
    for name, field in model.stored.items():
        if name in row or field.generated:
            continue
        generate = generator(field.default, field.type) or (updated_at if field.updated_at else None)
        if generate is not None:
            made[name] = generate
        elif field.default is None and field.required and name in model.fields:
            raise invalid(
                f"`{model.name}.{name}` is required and was not given",
                model=model.name,
                fields=(name,),
                hint=_by_relation(model, name),
                code="P2012",
            )
    return made


def _by_relation(model: Model, name: str) -> str | None:
    """The other way to give a foreign key."""
    links = (link.name for link in model.links.values() if link.owns and name in link.local)
    return next((f"give it, or the relation `{link}` with `connect` or `create`" for link in links), None)


def changes(
    ctx: Context, model: Model, data: q.Data, preset: Preset, told: Preset | None = None
) -> tuple[sql.Assignment, ...]:
    """The changes of a row, with the time of the change; none when there is nothing to write.

    `told`: values of fields that tell the row, for what is encrypted.
    """
    sets = dict(preset)
    for assign in data.assigns:
        _once(model, assign.field, preset)
        sets[assign.field] = _changed(ctx, model, assign)
    refuse_other_row(model, sets)
    seal_row(ctx, model, data.assigns, sets, told or {})
    if sets:
        for name, field in model.stored.items():
            if field.updated_at and name not in sets:
                sets[name] = ctx.generate(field, updated_at)
    return tuple(sql.Assignment(model.stored[name].column, value) for name, value in sets.items())


def refuse_twice(model: Model, names: Iterable[str]) -> None:
    """Fields of a row that are given by themselves and by a relation, or by two relations."""
    seen: set[str] = set()
    for name in names:
        _once(model, name, seen)
        seen.add(name)


def _once(model: Model, name: str, preset: Container[str]) -> None:
    if name in preset:
        raise invalid(
            f"`{model.name}.{name}` is given twice: by itself and by a relation",
            model=model.name,
            fields=(name,),
        )


def _given(ctx: Context, model: Model, assign: q.Assign) -> sql.Expression:
    field = model.fields[assign.field]
    return sql.Null() if assign.slot is None else ctx.value(model, field, assign.slot, field.stored.encode)


def _changed(ctx: Context, model: Model, assign: q.Assign) -> sql.Expression:
    field = model.fields[assign.field]
    if assign.slot is None:
        return sql.Null()
    value = ctx.value(model, field, assign.slot, operand(field, assign.operator))
    return computed(model, field, assign.operator, value)


def operand(field: Field, operator: str) -> Encode | None:
    """How what stands beside an operator crosses."""
    if operator == "divide":
        return _divisor(field)
    if operator in _JSON_CHANGES:
        return _json_change
    return field.stored.asked if operator in _OPERATORS else field.stored.encode


def _json_change(change: Any) -> str:
    return json_text(json_operand(change))


def computed(model: Model, field: Field, operator: str, value: sql.Expression) -> sql.Expression:
    """The new value of a field, of which the old one may be a part."""
    if operator == "set":
        return value
    own = column(model, field.name, model.table.name)
    if operator == "push":
        return sql.ListPush(own, value)
    if operator in _JSON_CHANGES:
        return sql.JsonChange(_JSON_CHANGES[operator], own, value)
    native = model.schema.scalar(field.name).native
    if field.exact:
        digits = decimal_digits(native)
        return sql.ExactArithmetic(_OPERATORS[operator], own, value, *digits, field.stored.cast)
    if field.type is Scalar.FLOAT:
        return sql.Arithmetic(_OPERATORS[operator], own, value, real=True)
    return sql.Arithmetic(_OPERATORS[operator], own, value, bounds(field.type, native))


def _divisor(field: Field) -> Encode:
    """What is divided by, told when it is zero: SQLite would answer null, and PostgreSQL end the transaction."""
    encode = field.stored.asked
    assert encode is not None

    def divisor(value: Any) -> Any:
        encoded = encode(value)
        if encoded in (0, "0"):
            raise ValueError("nothing can be divided by zero")
        return encoded

    return divisor

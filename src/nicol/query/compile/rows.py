"""New values of one row: what is inserted, what is changed, and what the client adds by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from nicol.dialects.values import bounds
from nicol.query import query as q
from nicol.query.compile.columns import column
from nicol.query.compile.context import Act, Context, Frame
from nicol.query.defaults import Generate, Moment, generator, updated_at
from nicol.query.faults import invalid, wrong_value
from nicol.query.models import Field, Model
from nicol.schema.schema import Arity, Scalar
from nicol.sql import tree as sql
from nicol.sql.program import Batch, Program

Preset = Mapping[str, sql.Expression]
"""Values of fields that the program itself provides: foreign keys, for the most part."""

_OPERATORS: dict[str, Literal["+", "-", "*", "/"]] = {
    "increment": "+",
    "decrement": "-",
    "multiply": "*",
    "divide": "/",
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
                code="P2012",
            )
    return made


def changes(ctx: Context, model: Model, data: q.Data, preset: Preset) -> tuple[sql.Assignment, ...]:
    """The changes of a row, with the time of the change; none when there is nothing to write."""
    sets = dict(preset)
    for assign in data.assigns:
        _once(model, assign.field, preset)
        sets[assign.field] = _changed(ctx, model, assign)
    if sets:
        for name, field in model.stored.items():
            if field.updated_at and name not in sets:
                sets[name] = ctx.generate(field, updated_at)
    return tuple(sql.Assignment(model.stored[name].column, value) for name, value in sets.items())


def _once(model: Model, name: str, preset: Preset) -> None:
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
    value = _given(ctx, model, assign) if assign.operator != "divide" else _divisor(ctx, model, assign)
    if assign.operator == "set":
        return value
    field, own = model.fields[assign.field], column(model, assign.field, model.table.name)
    if assign.operator == "push":
        assert isinstance(value, sql.Param)
        return sql.ListPush(own, value)
    operator = _OPERATORS[assign.operator]
    if field.exact:
        return sql.ExactArithmetic(operator, own, value)
    whole = field.type in (Scalar.INT, Scalar.BIGINT)
    native = model.schema.scalar(field.name).native
    return sql.Arithmetic(operator, own, value, bounds(field.type, native) if whole else None)


def _divisor(ctx: Context, model: Model, assign: q.Assign) -> sql.Expression:
    """What is divided by, told when it is zero: SQLite would answer null, and PostgreSQL end the transaction."""
    field = model.fields[assign.field]
    encode = field.stored.encode
    assert assign.slot is not None
    assert encode is not None

    def divisor(value: Any) -> Any:
        encoded = encode(value)
        if encoded in (0, "0"):
            raise ValueError("nothing can be divided by zero")
        return encoded

    return ctx.value(model, field, assign.slot, divisor)


# ---- many rows ---------------------------------------------------------------------------------------------------


def insert_many(
    ctx: Context, model: Model, rows: q.Rows, preset: Mapping[str, int], *, skip_duplicates: bool
) -> Act[int]:
    """Insert rows that have the same fields; how many were new. `preset` names registers for further fields."""
    given = [model.fields[name] for name in rows.fields]
    for field in given:
        _once(model, field.name, {name: sql.Null() for name in preset})
    made = missing(model, dict.fromkeys((*rows.fields, *preset)))
    generators = [(model.stored[name], generate) for name, generate in made.items()]
    fields = [model.stored[name] for name in (*rows.fields, *made, *preset)]
    moment, registers = ctx.moment(), tuple(preset.values())

    def params(frame: Frame) -> list[tuple[Any, ...]]:
        tail = tuple(frame[register] for register in registers)
        return [
            (*_encoded(model, given, row), *_generated(generators, frame[moment]), *tail)
            for row in frame[rows.slot]
        ]

    conflict = sql.Conflict() if skip_duplicates else None
    listed = ctx.renderer.inserts_lists and fields and not any(field.arity is Arity.LIST for field in fields)
    say = _by_lists if listed else _row_by_row
    return say(ctx, model, fields, conflict, params)


_Params: TypeAlias = Callable[[Frame], list[tuple[Any, ...]]]


def _row_by_row(
    ctx: Context, model: Model, fields: Sequence[Field], conflict: sql.Conflict | None, params: _Params
) -> Act[int]:
    columns = tuple(field.column for field in fields)
    values = tuple(sql.Param(index) for index in range(len(fields)))
    said = ctx.say(sql.Insert(model.table, columns, values, conflict))

    def act(frame: Frame) -> Program[int]:
        return (yield Batch(said.text, params(frame))).affected

    return act


def _by_lists(
    ctx: Context, model: Model, fields: Sequence[Field], conflict: sql.Conflict | None, params: _Params
) -> Act[int]:
    columns = tuple(field.column for field in fields)
    first = ctx.registers(len(fields))
    lists = tuple(sql.Param(first + index, field.stored.cast) for index, field in enumerate(fields))
    said = ctx.say(sql.InsertLists(model.table, columns, lists, conflict))
    pack = ctx.renderer.pack

    def act(frame: Frame) -> Program[int]:
        for index, values in enumerate(zip(*params(frame), strict=True)):
            frame[first + index] = pack(values)
        return (yield said.statement(frame)).affected

    return act


def _encoded(model: Model, fields: Sequence[Field], row: Sequence[Any]) -> list[Any]:
    return [_encode(model, field, value) for field, value in zip(fields, row, strict=True)]


def _encode(model: Model, field: Field, value: Any) -> Any:
    if value is None:
        if field.required:
            raise invalid(
                f"`{model.name}.{field.name}` must not be None",
                model=model.name,
                fields=(field.name,),
                code="P2012",
            )
        return None
    encode = field.stored.encode
    try:
        return encode(value) if encode else value
    except (TypeError, ValueError, OverflowError) as error:
        raise wrong_value(error, model=model.name, field=field.name) from None


def _generated(made: Sequence[tuple[Field, Generate]], moment: Moment) -> list[Any]:
    return [
        field.stored.encode(generate(moment)) if field.stored.encode else generate(moment)
        for field, generate in made
    ]

"""PostgreSQL's type table: which column type stores a scalar, what a catalog calls a native type.

DDL, introspection, casts and codecs read it, with the table of native types (`natives`). Names follow what Prisma writes;
`stored` is the name in `pg_type` (https://www.postgresql.org/docs/current/datatype.html).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import assert_never

from nicol.catalog import Column, ColumnType, Constant, CurrentTimestamp, Default, Expression, ObjectName
from nicol.dialects.literals import timestamp_text
from nicol.dialects.postgresql.natives import BY_NAME, BY_SQL, BY_STORED, NativeSpec
from nicol.schema.schema import (
    Arity,
    EnumRef,
    FieldType,
    FunctionCall,
    ListLiteral,
    Literal,
    NativeType,
    Scalar,
    ScalarField,
    Schema,
    Unsupported,
)
from nicol.sql.quoting import quote_full, quote_text

USUAL: dict[Scalar, ColumnType] = {
    Scalar.STRING: ColumnType("TEXT"),
    Scalar.BOOLEAN: ColumnType("BOOLEAN"),
    Scalar.INT: ColumnType("INTEGER"),
    Scalar.BIGINT: ColumnType("BIGINT"),
    Scalar.FLOAT: ColumnType("DOUBLE PRECISION"),
    Scalar.DECIMAL: ColumnType("DECIMAL", (65, 30)),
    Scalar.DATETIME: ColumnType("TIMESTAMP", (3,)),
    Scalar.JSON: ColumnType("JSONB"),
    Scalar.BYTES: ColumnType("BYTEA"),
}
"""The column type of a scalar without a native type."""

SERIAL = {"SMALLINT": "SMALLSERIAL", "INTEGER": "SERIAL", "BIGINT": "BIGSERIAL"}
"""How an integer type is spelled when the database numbers new rows."""


def column_type(type: FieldType, native: NativeType | None, schema: Schema, *, array: bool) -> ColumnType:  # noqa: A002
    """The type of the column that stores a field."""
    match type:
        case EnumRef(name=name):
            enum = schema.enum(name)
            return ColumnType(enum.mapped, array=array, enum=True, namespace=enum.namespace)
        case Unsupported(sql=sql):
            return ColumnType(sql, array=array)
        case Scalar() if native is not None:
            return _native(BY_NAME[native.name], native.args, array=array)
        case Scalar():
            usual = USUAL[type]
            return ColumnType(usual.name, usual.args, array)


IMPLIED = {
    **dict.fromkeys(("timestamp", "timestamptz", "time", "timetz"), (6,)),
    **dict.fromkeys(("bpchar", "bit"), (1,)),
}
"""The arguments that PostgreSQL takes by itself where none are given."""


def _native(spec: NativeSpec, args: tuple[int, ...], *, array: bool) -> ColumnType:
    implied = () if args else IMPLIED.get(spec.stored, ())
    return ColumnType(spec.sql, args or implied, array, implied=bool(implied))


def column(field: ScalarField, schema: Schema) -> Column:
    """The column that stores a field. Lists may be null in the database; the client reads null as the empty list."""
    stored = column_type(field.type, field.native, schema, array=field.arity is Arity.LIST)
    numbered = isinstance(field.default, FunctionCall) and field.default.name == "autoincrement"
    return Column(
        name=field.mapped,
        type=stored,
        nullable=field.arity is not Arity.REQUIRED,
        default=_default(field, stored, schema),
        autoincrement=numbered,
    )


def _default(field: ScalarField, stored: ColumnType, schema: Schema) -> Default | None:
    match field.default:
        case None:
            return None
        case Literal() as literal:
            return Constant(constant(literal, field.type, schema))
        case ListLiteral(items=items):
            texts = (constant(item, field.type, schema) for item in items)
            spelled = ", ".join(spell_constant(text, stored) for text in texts)
            return Expression(f"ARRAY[{spelled}]::{spell_type(stored)}")
        case FunctionCall(name="now"):
            return CurrentTimestamp()
        case FunctionCall(name="dbgenerated", args=(str(sql), *_)):
            return Expression(sql)
        case FunctionCall():
            return None


def constant(literal: Literal, type: FieldType, schema: Schema) -> str:  # noqa: A002
    """A literal of the schema as the text that stands in the database's own literal."""
    match type:
        case EnumRef(name=name):
            return next(
                (value.mapped for value in schema.enum(name).values if value.name == literal.value),
                literal.text,
            )
        case Scalar.DATETIME:
            return timestamp_text(_in_utc(literal))
        case Scalar.BYTES if isinstance(literal.value, bytes):
            return "\\x" + literal.value.hex()
        case Scalar.STRING | Scalar.JSON:
            return str(literal.value)
        case _:
            return literal.text


def _in_utc(literal: Literal) -> Literal:
    """A type without time zone drops an offset without a word; Prisma's default would then be another time."""
    return (
        replace(literal, value=literal.value.astimezone(UTC))
        if isinstance(literal.value, datetime)
        else literal
    )


def spell_constant(text: str, type: ColumnType) -> str:  # noqa: A002
    """A constant as SQL: quoted unless it is a number or a truth value."""
    spec = None if type.enum else BY_SQL.get(type.name)
    return text if spec is not None and not spec.quoted else quote_text(text)


def spell_type(type: ColumnType) -> str:  # noqa: A002
    """A column type as SQL."""
    name = quote_full(type.namespace, type.name) if type.enum else type.name
    args = f"({','.join(map(str, type.args))})" if type.args and not type.implied else ""
    return f"{name}{args}{'[]' if type.array else ''}"


def stored_type(stored: str, modifier: int, *, array: bool) -> ColumnType | None:
    """The column type of a name in `pg_type` and its modifier; None for types that the table does not hold."""
    spec = BY_STORED.get(stored)
    return None if spec is None else _native(spec, _arguments(spec, modifier), array=array)


def _arguments(spec: NativeSpec, modifier: int) -> tuple[int, ...]:
    """A type modifier as arguments: lengths and numerics are stored with four added, numerics as two halves."""
    if modifier < 0 or not spec.limits:
        return ()
    match spec.stored:
        case "numeric":
            packed = modifier - 4
            return (packed >> 16) & 0xFFFF, packed & 0x7FF
        case "varchar" | "bpchar":
            return (modifier - 4,)
        case _:
            return (modifier,)


def spell_name(name: ObjectName) -> str:
    """A full name in quotes."""
    return quote_full(name.namespace, name.name)


def spell_default(default: Default, column: Column) -> str:
    """A default as SQL."""
    match default:
        case Constant(text=text):
            return spell_constant(text, column.type)
        case CurrentTimestamp():
            return "CURRENT_TIMESTAMP"
        case Expression(sql=sql):
            return sql
        case _:
            assert_never(default)

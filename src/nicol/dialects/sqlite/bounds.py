"""How SQLite bounds the values of a column: by CHECKs, where a portable project asks for what PostgreSQL's types refuse.

SQLite keeps them nowhere but in the text of the CREATE TABLE, from which `declared` reads them back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from nicol.catalog import Bound, Check, ColumnType
from nicol.dialects.tokens import Kind, tokens_of
from nicol.schema.schema import Arity, EnumRef, Model, NativeType, Scalar, ScalarField, Schema
from nicol.sql.quoting import quote, quote_text

CHECK_KINDS = ("enum", "json", "list", "decimal", "range", "length", "bits", "uuid")
"""How the names of checks end that take the place of types. All others are an annotation's, or somebody's own."""


def checks(model: Model, schema: Schema) -> tuple[Check, ...]:
    """The conditions that bound a model's values as PostgreSQL's types would."""
    found = ((field, bound(field, schema)) for field in model.scalars)
    return tuple(
        Check(f"{model.mapped}_{field.mapped}_{held.kind}", held.sql, inherent=True)
        for field, held in found
        if held
    )


def bound(field: ScalarField, schema: Schema) -> Bound | None:
    """The condition that bounds a field's values; None where the declared type says enough."""
    name = quote(field.mapped)
    if field.arity is Arity.LIST:
        return Bound("list", f"json_valid({name}) AND json_type({name}) = 'array'")
    if field.type is Scalar.JSON:
        return Bound("json", f"json_valid({name})")
    if field.type is Scalar.DECIMAL:
        return Bound("decimal", f"json_valid({name}) AND json_type({name}) IN ('integer', 'real')")
    if isinstance(field.type, EnumRef):
        values = ", ".join(quote_text(value.mapped) for value in schema.enum(field.type.name).values)
        return Bound("enum", f"{name} IN ({values})")
    return _native_bound(field.native, name) if field.native else None


def _native_bound(native: NativeType, name: str) -> Bound | None:
    match native.name:
        case "SmallInt":
            return Bound("range", f"{name} BETWEEN -32768 AND 32767")
        case "Oid":
            return Bound("range", f"{name} BETWEEN 0 AND 4294967295")
        case "Uuid":
            return Bound("uuid", f"length({name}) = 36 AND {name} NOT GLOB '*[^0-9a-f-]*'")
        case "VarChar" | "VarBit" if not native.args:
            return None
        case "VarChar" | "Char":
            return Bound("length", f"length({name}) <= {_length(native)}")
        case "VarBit":
            return Bound("bits", f"length({name}) <= {_length(native)} AND {name} NOT GLOB '*[^01]*'")
        case "Bit":
            return Bound("bits", f"length({name}) = {_length(native)} AND {name} NOT GLOB '*[^01]*'")
        case _:
            return None


def _length(native: NativeType) -> int:
    """PostgreSQL takes a missing length as one."""
    return native.args[0] if native.args else 1


def is_inherent(table: str, check: Check) -> bool:
    """True when a check's name says that it takes the place of a type."""
    name = check.name or ""
    return name.startswith(f"{table}_") and name.endswith(tuple(f"_{kind}" for kind in CHECK_KINDS))


def bounded(table: str, column: str, type: ColumnType, checks: Iterable[Check]) -> ColumnType:  # noqa: A002
    """The type of a column that a table's check makes stand for another one."""
    start = f"{table}_{column}_"
    for check in checks:
        kind = (check.name or "").removeprefix(start)
        if check.inherent and kind in CHECK_KINDS:
            return replace(type, bound=Bound(kind, check.sql))
    return type


def values_of(held: Bound) -> tuple[str, ...]:
    """The values that the condition of an enum lists."""
    return tuple(
        token.text[1:-1].replace("''", "'") for token in tokens_of(held.sql) if token.kind is Kind.TEXT
    )


def native_of(held: Bound) -> NativeType | None:
    """The native type whose values a condition lets through; of several, the one that says no more than it."""
    numbers = [int(number) for number in _NUMBER.findall(held.sql)]
    match held.kind, numbers:
        case "range", [-32768, 32767]:
            return NativeType("SmallInt")
        case "range", [0, 4294967295]:
            return NativeType("Oid")
        case "uuid", _:
            return NativeType("Uuid")
        case "length", [length]:
            return NativeType("VarChar", (length,))
        case "bits", [length, *_]:
            return NativeType("VarBit" if "<=" in held.sql else "Bit", (length,))
        case _:
            return None


def narrows(before: Check | None, after: Check) -> bool:
    """True unless a condition in the place of a type lets through all that the one before did: more values, more length."""
    if before is None or not (before.inherent and after.inherent):
        return True
    old, new = (_TEXT.sub("?", check.sql) for check in (before, after))
    if " IN (" in after.sql:
        return not set(_TEXT.findall(before.sql)) <= set(_TEXT.findall(after.sql))
    if _LENGTH.sub("", old) != _LENGTH.sub("", new):
        return True
    return any(
        int(one) > int(other) for one, other in zip(_LENGTH.findall(old), _LENGTH.findall(new), strict=True)
    )


_NUMBER = re.compile(r"(?<![\w^])-?\d+")
_TEXT = re.compile(r"'(?:[^']|'')*'")
_LENGTH = re.compile(r"(?<= <= )\d+")

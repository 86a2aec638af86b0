"""How SQLite bounds the values of a column: by CHECKs, where a portable project asks for what PostgreSQL's types refuse.

SQLite keeps them nowhere but in the text of the CREATE TABLE, from which `declared` reads them back.
"""

from __future__ import annotations

import re

from nicol.catalog import Check
from nicol.schema.schema import Arity, EnumRef, Model, NativeType, Scalar, ScalarField, Schema
from nicol.sql.quoting import quote, quote_text

CHECK_KINDS = ("enum", "json", "list", "range", "length", "bits", "uuid")
"""How the names of checks end that take the place of types. All others are an annotation's, or somebody's own."""


def checks(model: Model, schema: Schema) -> tuple[Check, ...]:
    """The conditions that bound a model's values as PostgreSQL's types would."""
    found = ((field, _condition(field, schema)) for field in model.scalars)
    return tuple(
        Check(f"{model.mapped}_{field.mapped}_{condition[0]}", condition[1], inherent=True)
        for field, condition in found
        if condition
    )


def _condition(field: ScalarField, schema: Schema) -> tuple[str, str] | None:
    name = quote(field.mapped)
    if field.arity is Arity.LIST:
        return "list", f"json_valid({name}) AND json_type({name}) = 'array'"
    if field.type is Scalar.JSON:
        return "json", f"json_valid({name})"
    if isinstance(field.type, EnumRef):
        values = ", ".join(quote_text(value.mapped) for value in schema.enum(field.type.name).values)
        return "enum", f"{name} IN ({values})"
    return _native_condition(field.native, name) if field.native else None


def _native_condition(native: NativeType, name: str) -> tuple[str, str] | None:
    match native.name:
        case "SmallInt":
            return "range", f"{name} BETWEEN -32768 AND 32767"
        case "Oid":
            return "range", f"{name} BETWEEN 0 AND 4294967295"
        case "Uuid":
            return "uuid", f"length({name}) = 36 AND {name} NOT GLOB '*[^0-9a-f-]*'"
        case "VarChar" | "VarBit" if not native.args:
            return None
        case "VarChar" | "Char":
            return "length", f"length({name}) <= {_length(native)}"
        case "VarBit":
            return "bits", f"length({name}) <= {_length(native)} AND {name} NOT GLOB '*[^01]*'"
        case "Bit":
            return "bits", f"length({name}) = {_length(native)} AND {name} NOT GLOB '*[^01]*'"
        case _:
            return None


def _length(native: NativeType) -> int:
    """PostgreSQL takes a missing length as one."""
    return native.args[0] if native.args else 1


def is_inherent(table: str, check: Check) -> bool:
    """True when a check's name says that it takes the place of a type."""
    name = check.name or ""
    return name.startswith(f"{table}_") and name.endswith(tuple(f"_{kind}" for kind in CHECK_KINDS))


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


_TEXT = re.compile(r"'(?:[^']|'')*'")
_LENGTH = re.compile(r"(?<= <= )\d+")

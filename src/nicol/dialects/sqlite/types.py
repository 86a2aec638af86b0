"""SQLite's type table: which declared type stores a scalar, in Prisma's way and in the way that stands in for PostgreSQL.

SQLite has affinities, not types (https://www.sqlite.org/datatype3.html): the declared type is what Prisma writes, and a
file that somebody else made is read by the same families. A portable project differs where Prisma's DDL loses values or
lets through what PostgreSQL refuses:

* Decimal, Json and lists are declared TEXT, whose affinity leaves their text alone; Json must be JSON, a list an array of it,
  a Decimal a number.
* The default of Bytes is a BLOB; Prisma's is the text of its hexadecimal digits.
* Enums, and native types with a length or a range, have a CHECK named `<table>_<column>_<kind>`.
* A DateTime is ISO 8601 text in UTC of one width for each column, so that texts compare as times do:
  `2020-01-02T03:04:05.678+00:00`, with six digits of a second where the native type keeps more than three. `now()` is an
  expression that yields the same form; Prisma's CURRENT_TIMESTAMP yields another one.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

from nicol.catalog import Column, ColumnType, Constant, CurrentTimestamp, Default, Expression
from nicol.dialects.literals import timestamp_text
from nicol.dialects.sqlite.bounds import bound
from nicol.dialects.values import fraction_digits
from nicol.schema.schema import (
    Arity,
    EnumRef,
    FunctionCall,
    ListLiteral,
    Literal,
    NativeType,
    Scalar,
    ScalarField,
    Schema,
    Unsupported,
)
from nicol.sql.json import json_text
from nicol.sql.quoting import quote_text

USUAL: dict[Scalar, str] = {
    Scalar.STRING: "TEXT",
    Scalar.BOOLEAN: "BOOLEAN",
    Scalar.INT: "INTEGER",
    Scalar.BIGINT: "BIGINT",
    Scalar.FLOAT: "REAL",
    Scalar.DECIMAL: "DECIMAL",
    Scalar.DATETIME: "DATETIME",
    Scalar.JSON: "JSONB",
    Scalar.BYTES: "BLOB",
}
"""The declared type of a scalar."""

PORTABLE: dict[Scalar, str] = {**USUAL, Scalar.DECIMAL: "TEXT", Scalar.JSON: "TEXT"}
"""The declared type of a scalar where SQLite stands in for PostgreSQL."""

UNQUOTED = frozenset({"INTEGER", "BIGINT", "REAL", "DECIMAL", "BOOLEAN"})
"""The types whose constants are numbers or truth values."""

_FAMILIES: dict[str, str] = {
    "int": "INTEGER",
    "integer": "INTEGER",
    "int2": "INTEGER",
    "int4": "INTEGER",
    "smallint": "INTEGER",
    "mediumint": "INTEGER",
    "tinyint": "INTEGER",
    "serial": "INTEGER",
    "integer unsigned": "INTEGER",
    "int unsigned": "INTEGER",
    "bigint": "BIGINT",
    "int8": "BIGINT",
    "unsigned big int": "BIGINT",
    "real": "REAL",
    "float": "REAL",
    "double": "REAL",
    "double precision": "REAL",
    "decimal": "DECIMAL",
    "numeric": "DECIMAL",
    "date": "DATETIME",
    "datetime": "DATETIME",
    "timestamp": "DATETIME",
    "bool": "BOOLEAN",
    "boolean": "BOOLEAN",
    "text": "TEXT",
    "clob": "TEXT",
    "char": "TEXT",
    "character": "TEXT",
    "varchar": "TEXT",
    "nvarchar": "TEXT",
    "varying character": "TEXT",
    "native character": "TEXT",
    "blob": "BLOB",
    "binary": "BLOB",
    "json": "JSONB",
    "jsonb": "JSONB",
}


def declared_type(text: str) -> ColumnType:
    """The column type of a declared type, by family: a `VARCHAR(20)` that somebody wrote is a TEXT."""
    word = re.sub(r"\s*\(.*?\)", "", text).strip()
    return ColumnType(_FAMILIES.get(word.lower(), word))


def column(field: ScalarField, schema: Schema, *, is_only_id: bool, portable: bool) -> Column:
    """The column that stores a field. A whole number that alone is the id is SQLite's rowid, numbered by the database."""
    numbered = is_only_id and _is_numbered(field, portable=portable)
    stored = ColumnType("INTEGER") if numbered else _type(field, portable=portable)
    if portable:
        stored = replace(stored, bound=bound(field, schema))
    return Column(
        name=field.mapped,
        type=stored,
        nullable=field.arity is Arity.OPTIONAL or (field.arity is Arity.LIST and portable),
        default=_default(field, schema, portable=portable),
        autoincrement=numbered,
        unasked=numbered and not _is_asked(field),
    )


def _is_numbered(field: ScalarField, *, portable: bool) -> bool:
    """Prisma numbers every Int id; a portable project numbers what PostgreSQL would number."""
    return field.type is Scalar.INT or (portable and _is_asked(field) and field.type is Scalar.BIGINT)


def _is_asked(field: ScalarField) -> bool:
    return isinstance(field.default, FunctionCall) and field.default.name == "autoincrement"


def _type(field: ScalarField, *, portable: bool) -> ColumnType:
    match field.type:
        case EnumRef():
            return ColumnType("TEXT")
        case Unsupported(sql=sql):
            return ColumnType(sql)
        case Scalar() as scalar:
            held = PORTABLE if portable else USUAL
            return ColumnType("TEXT" if field.arity is Arity.LIST else held[scalar])


# ---- defaults --------------------------------------------------------------------------------------------------------


def _default(field: ScalarField, schema: Schema, *, portable: bool) -> Default | None:
    match field.default:
        case None:
            return None
        case Literal() as literal:
            return _constant(literal, field, schema, portable=portable)
        case ListLiteral(items=items):
            return Constant(json_text([_item(item, field, schema) for item in items]))
        case FunctionCall(name="now") if portable:
            return Expression(now(field.native))
        case FunctionCall(name="now"):
            return CurrentTimestamp()
        case FunctionCall(name="dbgenerated", args=(str(sql), *_)):
            return parse_default(_unwrapped(sql))
        case FunctionCall():
            return None


def now(native: NativeType | None) -> str:
    """The present time as a portable DateTime's text."""
    more = "" if fraction_digits(native) == 3 else "000"
    return f"strftime('%Y-%m-%dT%H:%M:%f{more}+00:00', 'now')"


def _constant(literal: Literal, field: ScalarField, schema: Schema, *, portable: bool) -> Default:
    match field.type:
        case EnumRef():
            return Constant(_enum_value(field.type, literal, schema))
        case Scalar.DATETIME if portable and isinstance(literal.value, datetime):
            spec = "milliseconds" if fraction_digits(field.native) == 3 else "microseconds"
            return Constant(literal.value.astimezone(UTC).isoformat(timespec=spec))
        case Scalar.DATETIME:
            return Constant(timestamp_text(literal))
        case Scalar.BYTES if isinstance(literal.value, bytes):
            return Expression(f"X'{literal.value.hex()}'") if portable else Constant(literal.value.hex())
        case Scalar.STRING | Scalar.JSON:
            return Constant(str(literal.value))
        case _:
            return Constant(literal.text)


def _item(literal: Literal, field: ScalarField, schema: Schema) -> object:
    """An item of a list as it stands in the list's JSON text."""
    match field.type:
        case EnumRef():
            return _enum_value(field.type, literal, schema)
        case Scalar.DATETIME if isinstance(literal.value, datetime):
            spec = "milliseconds" if fraction_digits(field.native) == 3 else "microseconds"
            return literal.value.astimezone(UTC).isoformat(timespec=spec)
        case Scalar.BYTES if isinstance(literal.value, bytes):
            return literal.value.hex()
        case Scalar.BOOLEAN:
            return int(literal.value is True)
        case Scalar.DECIMAL:
            return literal.text
        case _:
            return literal.value


def _enum_value(type: EnumRef, literal: Literal, schema: Schema) -> str:  # noqa: A002
    values = schema.enum(type.name).values
    return next((value.mapped for value in values if value.name == literal.value), literal.text)


def spell_default(default: Default, type: ColumnType) -> str:  # noqa: A002
    """A default as SQL. An expression stands in parentheses (https://www.sqlite.org/lang_createtable.html)."""
    match default:
        case Constant(text=text):
            return text if type.name in UNQUOTED else quote_text(text)
        case CurrentTimestamp():
            return "CURRENT_TIMESTAMP"
        case Expression(sql=sql):
            return sql if _BLOB.fullmatch(sql) else f"({sql})"


_BLOB = re.compile(r"X'[0-9a-f]*'", re.IGNORECASE)
_QUOTED = re.compile(r"'((?:[^']|'')*)'", re.DOTALL)
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?")


def parse_default(text: str | None) -> Default | None:
    """What the database keeps of a default: `'x'`, `0`, `CURRENT_TIMESTAMP`, or an expression without its parentheses."""
    if text is None or text.upper() == "NULL":
        return None
    if text.upper() == "CURRENT_TIMESTAMP":
        return CurrentTimestamp()
    if (quoted := _QUOTED.fullmatch(text)) is not None:
        return Constant(quoted.group(1).replace("''", "'"))
    if _NUMBER.fullmatch(text) or text.lower() in ("true", "false"):
        return Constant(text.lower())
    return Expression(text)


def _unwrapped(sql: str) -> str:
    """SQL without the parentheses around all of it."""
    inner = sql.strip()
    while inner.startswith("(") and inner.endswith(")") and _balanced(inner[1:-1]):
        inner = inner[1:-1].strip()
    return inner


def _balanced(sql: str) -> bool:
    depth = 0
    for char in _QUOTED.sub("", sql):
        depth += {"(": 1, ")": -1}.get(char, 0)
        if depth < 0:
            return False
    return depth == 0

"""How a schema says what a SQLite column holds."""

from __future__ import annotations

import json
from typing import Any, cast

from nicol.catalog import Column, Constant, Default, Expression
from nicol.dialects.described import Meaning, bytes_of_hex, literal_of
from nicol.dialects.sqlite.bounds import native_of, values_of
from nicol.dialects.sqlite.types import USUAL, now, spell_default
from nicol.schema.schema import Literal, NativeType, Scalar, Unsupported

_SCALARS = {name: scalar for scalar, name in USUAL.items()}


def meaning(column: Column, *, portable: bool) -> Meaning:
    """What a column holds: what its condition stands for, else its declared type. A type of no family is unsupported."""
    scalar = _SCALARS.get(column.type.name) or Unsupported(column.type.name.lower() or "blob")
    held = column.type.bound
    match held.kind if held else None:
        case "list":
            return Meaning(_item_type(column.default), listed=True)
        case "json":
            return Meaning(Scalar.JSON)
        case "decimal":
            return Meaning(Scalar.DECIMAL)
        case "enum":
            return Meaning(scalar, values=values_of(held) if held else ())
        case _:
            native = native_of(held) if held else _precision(column.default) if portable else None
            return Meaning(scalar, native)


def _precision(default: Default | None) -> NativeType | None:
    """A time that begins with six digits of a second is finer than usual."""
    fine = NativeType("Timestamp", (6,))
    return fine if default == Expression(now(fine)) else None


def _item_type(default: Default | None) -> Scalar:
    """The type of a list's items, which only a default tells."""
    try:
        found: Any = json.loads(default.text) if isinstance(default, Constant) else []
    except ValueError:
        return Scalar.STRING
    kinds: set[object] = (
        {type(item) for item in cast("list[Any]", found)} if isinstance(found, list) else set()
    )
    if kinds == {int}:
        return Scalar.INT if all(abs(item) < 2**31 for item in cast("list[int]", found)) else Scalar.BIGINT
    return Scalar.FLOAT if kinds and kinds <= {int, float} else Scalar.STRING


def literal(default: Default, scalar: Scalar) -> Literal | None:
    """A default as a literal; None where it is computed, or no value of the scalar."""
    match default:
        case Constant(text=text):
            return literal_of(text, scalar, bytes_of_hex)
        case Expression(sql=sql) if scalar is Scalar.BYTES and sql[:2].upper() == "X'":
            return literal_of(sql[2:-1], scalar, bytes_of_hex)
        case _:
            return None


def items(default: Default) -> tuple[Constant, ...] | None:
    """The items of a list's default, which is JSON text."""
    if not isinstance(default, Constant):
        return None
    try:
        found: Any = json.loads(default.text)
    except ValueError:
        return None
    if not isinstance(found, list):
        return None
    texts = cast("list[Any]", found)
    return tuple(Constant(item if isinstance(item, str) else json.dumps(item)) for item in texts)


def default_sql(default: Default, column: Column) -> str:
    """A default as SQL."""
    return default.sql if isinstance(default, Expression) else spell_default(default, column.type)


def index_method(method: str) -> str | None:  # noqa: ARG001
    """SQLite has but one."""
    return None


def operator_class(name: str) -> str | None:  # noqa: ARG001
    """SQLite has none."""
    return None

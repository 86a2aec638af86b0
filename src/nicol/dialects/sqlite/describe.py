"""How a schema says what a SQLite column holds."""

from __future__ import annotations

import json
from typing import Any, cast

from nicol.catalog import Column, Constant, Default, Expression
from nicol.dialects.described import bytes_of_hex, literal_of
from nicol.dialects.sqlite.types import USUAL, spell_default
from nicol.schema.schema import Literal, NativeType, Scalar, Unsupported

_SCALARS = {name: scalar for scalar, name in USUAL.items()}


def field_type(column: Column) -> tuple[Scalar | Unsupported, NativeType | None]:
    """The type of the field that a column stores. SQLite has no native types; a type of no family is unsupported."""
    return _SCALARS.get(column.type.name) or Unsupported(column.type.name.lower() or "blob"), None


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

"""Parameters of raw SQL: values as the database takes them, by their Python types."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from nicol.client.interpolation import Json, Value, composed
from nicol.client.interpolation import Text as RawText
from nicol.dialects.dialect import Dialect
from nicol.errors import QueryInvalid
from nicol.schema.schema import Arity, NativeType, Scalar, Schema
from nicol.sql.expressions import Slots
from nicol.sql.tree import Param

_NATIVE = {Scalar.DATETIME: NativeType("Timestamptz", (3,))}
"""A moment keeps its time zone, since nobody knows what it is compared with, and milliseconds as everywhere."""


def encoded_parameters(dialect: Dialect, schema: Schema, args: Iterable[Any]) -> tuple[Any, ...]:
    """The values of a raw text in their order."""
    return tuple(_parameter(dialect, schema, value) for value in args)


def spelled(
    dialect: Dialect, schema: Schema, text: RawText, args: tuple[Any, ...]
) -> tuple[str, tuple[Any, ...]]:
    """A raw statement in the database's own words, with its parameters as the database takes them."""
    if isinstance(text, str):
        return text, encoded_parameters(dialect, schema, args)
    if args:
        raise QueryInvalid(
            "SQL in pieces has its values in it, and takes no others",
            help="give a plain text, or sql(…) alone",
        )
    parts, slots, values = list[str](), Slots(), list[Any]()
    for part in composed(text).parts:
        if isinstance(part, Value):
            parts.append(dialect.renderer.param(Param(len(values)), slots))
            values.append(part.of)
        else:
            parts.append(part)
    return "".join(parts), encoded_parameters(dialect, schema, values)


def _parameter(dialect: Dialect, schema: Schema, value: Any) -> Any:
    match value:
        case None | bool():
            return value
        case Enum():
            return value.value
        case list() | tuple():
            return _list(dialect, schema, list(value))  # pyright: ignore[reportUnknownArgumentType] - any list
        case datetime():
            return _encoded(dialect, schema, Scalar.DATETIME, value)
        case Decimal():
            return _encoded(dialect, schema, Scalar.DECIMAL, value)
        case Json():
            return _encoded(dialect, schema, Scalar.JSON, value.of)
        case dict():
            return _encoded(dialect, schema, Scalar.JSON, value)
        case _:
            return value


def _list(dialect: Dialect, schema: Schema, items: list[Any]) -> Any:
    """A list as the database takes one: where its list columns are text, JSON text."""
    carrier = dialect.codec(Scalar.INT, Arity.LIST, None, schema).encode
    if carrier is not None and isinstance(carrier([]), str):
        return _encoded(dialect, schema, Scalar.JSON, items)
    return [_parameter(dialect, schema, item) for item in items]


def _encoded(dialect: Dialect, schema: Schema, scalar: Scalar, value: Any) -> Any:
    encode = dialect.codec(scalar, Arity.REQUIRED, _NATIVE.get(scalar), schema).encode
    return encode(value) if encode else value

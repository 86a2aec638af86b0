"""Raw SQL as programs: parameters by their Python types, rows as dictionaries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from nicol.dialects.dialect import Dialect
from nicol.errors import DriverError, RawQueryFailed
from nicol.schema.schema import Arity, NativeType, Scalar, Schema
from nicol.sql.program import Program, Result, Statement

_READING = ("SELECT", "VALUES", "EXPLAIN")
_NATIVE = {Scalar.DATETIME: NativeType("Timestamptz")}
"""A moment keeps its time zone, since nobody knows what it is compared with."""


def writes(sql: str) -> bool:
    """True when a raw text may write: only texts that begin as reads are taken for reads."""
    return not sql.lstrip().upper().startswith(_READING)


def say(dialect: Dialect, schema: Schema, sql: str, args: Iterable[Any]) -> Program[Result]:
    """Say a raw text; RawQueryFailed with the database's own words when it refuses."""
    try:
        return (yield Statement(sql, _parameters(dialect, schema, args)))
    except DriverError as error:
        if error.broken:
            raise
        state = f" ({error.state})" if error.state else ""
        raise RawQueryFailed(f"the database refused the raw query{state}: {error.message}") from error


def rows(result: Result) -> list[dict[str, Any]]:
    """The rows of an answer as dictionaries by the names of their columns."""
    return [dict(zip(result.columns, row, strict=True)) for row in result.rows]


def first_row(result: Result) -> dict[str, Any] | None:
    """The first row of an answer as a dictionary, or None."""
    return next(iter(rows(result)), None)


def _parameters(dialect: Dialect, schema: Schema, args: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(_parameter(dialect, schema, value) for value in args)


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

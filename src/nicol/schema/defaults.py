"""Defaults: what `@default(…)` means for a field, and the functions there are."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from nicol.schema.document import (
    Call,
    Constant,
    Expression,
    ListExpression,
    NumberLiteral,
    StringLiteral,
)
from nicol.schema.schema import (
    Arity,
    Default,
    EnumRef,
    FieldType,
    FunctionCall,
    ListLiteral,
    Literal,
    Scalar,
    Value,
)


class Unfit(ValueError):
    """A value that does not fit its field; the message is what a finding says."""


@dataclass(frozen=True, slots=True)
class DefaultFunction:
    """A function that computes a default: the scalars it suits, and what its one argument may be."""

    scalars: frozenset[Scalar]
    argument: Callable[[str | int], str | None] | None = None
    names: tuple[str, ...] = ()


def _one_of(*numbers: int) -> Callable[[str | int], str | None]:
    words = " or ".join(map(str, numbers))
    return lambda value: None if value in numbers else f"expected {words}"


def _length(value: str | int) -> str | None:
    return None if isinstance(value, int) and 2 <= value <= 255 else "expected a length from 2 to 255"


def _sql(value: str | int) -> str | None:
    return None if isinstance(value, str) and value else "expected SQL in a string that is not empty"


_TEXT = frozenset({Scalar.STRING})
_WHOLE = frozenset({Scalar.INT, Scalar.BIGINT})
FUNCTIONS: Mapping[str, DefaultFunction] = {
    "autoincrement": DefaultFunction(_WHOLE),
    "now": DefaultFunction(frozenset({Scalar.DATETIME})),
    "uuid": DefaultFunction(_TEXT, _one_of(4, 7)),
    "cuid": DefaultFunction(_TEXT, _one_of(1, 2)),
    "ulid": DefaultFunction(_TEXT),
    "nanoid": DefaultFunction(_TEXT, _length),
    "dbgenerated": DefaultFunction(frozenset(Scalar), _sql),
    "sequence": DefaultFunction(
        _WHOLE, names=("start", "increment", "minValue", "maxValue", "cache", "virtual")
    ),
}


def default_of(expression: Expression, type: FieldType, arity: Arity) -> Default:  # noqa: A002
    """The default that an expression is for a field of a type; Unfit where it is none."""
    if isinstance(expression, Call):
        return _function(expression)
    if arity is Arity.LIST:
        if not isinstance(expression, ListExpression):
            raise Unfit("the default of a list field is a list: write it in brackets, like [1, 2]")
        return ListLiteral(tuple(literal_of(item, type) for item in expression.items))
    return literal_of(expression, type)


def _function(call: Call) -> FunctionCall:
    args = tuple(_argument(argument.value) for argument in call.arguments if argument.name is None)
    named = tuple((item.name.text, _argument(item.value)) for item in call.arguments if item.name is not None)
    return FunctionCall(call.name.text, args, named)


def _argument(expression: Expression) -> str | int:
    match expression:
        case StringLiteral(value=value):
            return value
        case NumberLiteral(text=text) if _INTEGER.fullmatch(text):
            return int(text)
        case _:
            raise Unfit("the arguments of a default's function are strings and whole numbers")


def literal_of(expression: Expression, type: FieldType) -> Literal:  # noqa: A002
    """The value that an expression writes for a type; Unfit where it does not."""
    if isinstance(type, EnumRef):
        if not isinstance(expression, Constant):
            raise Unfit(f"expected a value of `{type.name}`: write its name, without quotes")
        return Literal(expression.name, expression.name)
    if not isinstance(type, Scalar):
        raise Unfit('a field of an unsupported type has no such default: write dbgenerated("sql")')
    text = _text_of(expression, type)
    try:
        return Literal(_READERS[type](text), text)
    except (ValueError, ArithmeticError) as error:
        raise Unfit(f"{text!r} is no {type.value}: {_EXPECTED[type]}") from error


_STRINGS = frozenset({Scalar.STRING, Scalar.DATETIME, Scalar.JSON, Scalar.BYTES})


def _text_of(expression: Expression, scalar: Scalar) -> str:
    match expression:
        case StringLiteral(value=value) if scalar in _STRINGS or scalar is Scalar.DECIMAL:
            return value
        case NumberLiteral(text=text) if scalar in _NUMBERS:
            return text
        case Constant(name="true" | "false" as name) if scalar is Scalar.BOOLEAN:
            return name
        case _:
            raise Unfit(f"expected a default of type {scalar.value}: {_EXPECTED[scalar]}")


_INTEGER = re.compile(r"-?[0-9]{1,19}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


def _whole(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise ValueError(text)
    return int(text)


def _instant(text: str) -> datetime:
    if not _INSTANT.fullmatch(text):
        raise ValueError(text)
    return datetime.fromisoformat(text)


def _json(text: str) -> str:
    try:
        json.loads(text)
    except RecursionError as error:
        raise ValueError(text) from error
    return text


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(text) from error


_NUMBERS = frozenset({Scalar.INT, Scalar.BIGINT, Scalar.FLOAT, Scalar.DECIMAL})
_READERS: Mapping[Scalar, Callable[[str], Value]] = {
    Scalar.STRING: str,
    Scalar.BOOLEAN: "true".__eq__,
    Scalar.INT: _whole,
    Scalar.BIGINT: _whole,
    Scalar.FLOAT: float,
    Scalar.DECIMAL: Decimal,
    Scalar.DATETIME: _instant,
    Scalar.JSON: _json,
    Scalar.BYTES: _bytes,
}
_EXPECTED: Mapping[Scalar, str] = {
    Scalar.STRING: 'write text in quotes, like "text"',
    Scalar.BOOLEAN: "write true or false, without quotes",
    Scalar.INT: "write a whole number, like 1",
    Scalar.BIGINT: "write a whole number, like 1",
    Scalar.FLOAT: "write a number, like 1.5",
    Scalar.DECIMAL: "write a number, like 1.5",
    Scalar.DATETIME: 'write date, time and offset, like "2020-03-19T14:21:00Z"',
    Scalar.JSON: 'write JSON in quotes, like "{}"',
    Scalar.BYTES: 'write Base64 in quotes, like "aGVsbG8="',
}

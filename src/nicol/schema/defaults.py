"""Defaults: what `@default(…)` means for a field, and the functions there are."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
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
    Unsupported,
    Value,
)


class Unfit(ValueError):
    """A value that does not fit its field; the message is what a finding says."""


@dataclass(frozen=True, slots=True)
class DefaultFunction:
    """A function that computes a default: the scalars it suits (None: every type), and what its one argument may be.

    `names`: the arguments it takes instead, each with its name, and what their values are.
    """

    scalars: frozenset[Scalar] | None
    argument: Callable[[str | int], str | None] | None = None
    names: Mapping[str, type] = field(default_factory=dict[str, type])


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
    "dbgenerated": DefaultFunction(None, _sql),
    "sequence": DefaultFunction(
        None,
        names={
            **dict.fromkeys(("start", "increment", "minValue", "maxValue", "cache"), int),
            "virtual": bool,
        },
    ),
}


def default_of(expression: Expression, type: FieldType, arity: Arity) -> Default:  # noqa: A002
    """The default that an expression is for a field of a type; Unfit where it is none."""
    if isinstance(expression, Call):
        return _function(expression)
    if isinstance(type, Unsupported):
        raise Unfit('a field of an unsupported type has no such default: write dbgenerated("sql")')
    if arity is Arity.LIST:
        if not isinstance(expression, ListExpression):
            raise Unfit("the default of a list field is a list: write it in brackets, like [1, 2]")
        return ListLiteral(tuple(literal_of(item, type) for item in expression.items))
    return literal_of(expression, type)


def _function(call: Call) -> FunctionCall:
    """A call as a value; the one argument of a function that takes no others may bear any name, which says nothing."""
    function = FUNCTIONS.get(call.name.text)
    takes_names = function is not None and bool(function.names)
    args = tuple(_argument(each.value) for each in call.arguments if each.name is None or not takes_names)
    named = tuple(
        (each.name.text, _argument(each.value)) for each in call.arguments if each.name and takes_names
    )
    return FunctionCall(call.name.text, args, named)


def _argument(expression: Expression) -> str | int | bool:
    match expression:
        case StringLiteral(value=value):
            return value
        case Constant(name="true" | "false" as name):
            return name == "true"
        case NumberLiteral(text=text) if _INTEGER.fullmatch(text):
            return int(text)
        case _:
            raise Unfit("the arguments of a default's function are strings, whole numbers, true and false")


def literal_of(expression: Expression, type: Scalar | EnumRef) -> Literal:  # noqa: A002
    """The value that an expression writes for a type; Unfit where it does not."""
    if isinstance(type, EnumRef):
        if not isinstance(expression, Constant):
            raise Unfit(f"expected a value of `{type.name}`: write its name, without quotes")
        return Literal(expression.name, expression.name)
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


_INTEGER = re.compile(r"-?[0-9]{1,40}")
_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


def _whole(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise ValueError(text)
    number = int(text)
    if not -(2**63) <= number < 2**63:
        raise ValueError(text)
    return number


def _decimal(text: str) -> Decimal:
    if not _DECIMAL.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)


def _instant(text: str) -> datetime:
    """An instant; the second that is leapt is the next one."""
    if not _INSTANT.fullmatch(text):
        raise ValueError(text)
    text = text.upper()
    leaps = text[17:19] == "60"
    moment = datetime.fromisoformat(f"{text[:17]}59{text[19:]}" if leaps else text)
    return moment + timedelta(seconds=1) if leaps else moment


def _json(text: str) -> str:
    try:
        json.loads(text, parse_constant=_no_constant)
    except RecursionError as error:
        raise ValueError(text) from error
    return text


def _no_constant(name: str) -> None:
    """NaN and the infinities are no JSON."""
    raise ValueError(name)


def _bytes(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(text) from error
    if base64.b64encode(data).decode() != text:
        raise ValueError(text)
    return data


_NUMBERS = frozenset({Scalar.INT, Scalar.BIGINT, Scalar.FLOAT, Scalar.DECIMAL})
_READERS: Mapping[Scalar, Callable[[str], Value]] = {
    Scalar.STRING: str,
    Scalar.BOOLEAN: "true".__eq__,
    Scalar.INT: _whole,
    Scalar.BIGINT: _whole,
    Scalar.FLOAT: float,
    Scalar.DECIMAL: _decimal,
    Scalar.DATETIME: _instant,
    Scalar.JSON: _json,
    Scalar.BYTES: _bytes,
}
_EXPECTED: Mapping[Scalar, str] = {
    Scalar.STRING: 'write text in quotes, like "text"',
    Scalar.BOOLEAN: "write true or false, without quotes",
    Scalar.INT: "write a whole number of 64 bits, like 1",
    Scalar.BIGINT: "write a whole number of 64 bits, like 1",
    Scalar.FLOAT: "write a number, like 1.5",
    Scalar.DECIMAL: "write a number, like 1.5",
    Scalar.DATETIME: 'write date, time and offset, like "2020-03-19T14:21:00Z"',
    Scalar.JSON: 'write JSON in quotes, like "{}"',
    Scalar.BYTES: 'write Base64 in quotes, like "aGVsbG8="',
}

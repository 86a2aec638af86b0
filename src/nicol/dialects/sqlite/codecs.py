"""How values cross to SQLite and back: Prisma's storage as it is, and exact storage where SQLite stands in for PostgreSQL."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any, assert_never

from nicol.dialects import values
from nicol.dialects.dialect import Codec, Encode
from nicol.schema.schema import Arity, EnumRef, FieldType, NativeType, Scalar, Schema, Unsupported
from nicol.sql.json import json_text
from nicol.sql.moments import read_moment

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def codec(
    type: FieldType,  # noqa: A002
    arity: Arity,
    native: NativeType | None,
    schema: Schema,
    *,
    portable: bool,
) -> Codec:
    """How values of a field cross. A list is JSON text of its items, each as it would be stored alone, bytes in hexadecimal."""
    if arity is Arity.LIST:
        return _list_of(type, _item(type, native, schema, portable=portable))
    return _item(type, native, schema, portable=portable)


def _item(type: FieldType, native: NativeType | None, schema: Schema, *, portable: bool) -> Codec:  # noqa: A002
    match type:
        case EnumRef():
            names = values.enum_names(type, schema) or {}
            back = {mapped: name for name, mapped in names.items()}
            return Codec(values.member(names), back.__getitem__)
        case Unsupported():
            return Codec()
        case Scalar():
            return _scalar(type, native, portable=portable)


def _scalar(scalar: Scalar, native: NativeType | None, *, portable: bool) -> Codec:
    match scalar:
        case Scalar.STRING:
            one, many, asked = values.string(native) if portable else (values.text, values.texts, None)
            return Codec(one, encode_all=many, operand=asked)
        case Scalar.BOOLEAN:
            return Codec(_encode_bool, bool)
        case Scalar.INT | Scalar.BIGINT:
            return Codec(values.integer(scalar, native), encode_all=values.integers(scalar, native))
        case Scalar.FLOAT:
            return Codec(_encode_float, float, encode_all=_encode_floats)
        case Scalar.DECIMAL:
            return Codec(_decimal_text(native), _decode_decimal, operand=_operand_text)
        case Scalar.DATETIME:
            return Codec(_portable_datetime(native) if portable else _datetime_text(3), read_moment)
        case Scalar.JSON:
            return Codec(values.portable_json if portable else json_text, _decode_json)
        case Scalar.BYTES:
            return Codec(values.octets, _decode_bytes)
        case _:
            assert_never(scalar)


def _encode_bool(value: Any) -> int:
    return int(values.boolean(value))


def _encode_float(value: Any) -> float:
    number = values.real(value)
    if number != number:
        raise ValueError("SQLite cannot hold a Float that is not a number")
    return number


def _encode_floats(numbers: Sequence[Any]) -> Sequence[float]:
    if set(map(type, numbers)) == {float} and not math.isnan(sum(numbers)):
        return numbers
    return [_encode_float(number) for number in numbers]


def _decimal_text(native: NativeType | None) -> Encode:
    check = values.decimal(native)
    return lambda value: format(check(value), "f")


def _operand_text(value: Any) -> str:
    return format(values.operand(value), "f")


def _decode_decimal(value: Any) -> Decimal:
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def _portable_datetime(native: NativeType | None) -> Encode:
    """What PostgreSQL would keep: a `Date` has no time, and a `Time` no day."""
    encode = _datetime_text(values.fraction_digits(native))
    match native.name if native else "Timestamp":
        case "Date":
            return lambda value: encode(datetime.combine(values.moment(value).date(), time(), UTC))
        case "Time" | "Timetz":
            return lambda value: encode(datetime.combine(_EPOCH, values.moment(value).timetz()))
        case _:
            return encode


def _datetime_text(digits: int) -> Encode:
    spec = "milliseconds" if digits == 3 else "microseconds"

    def encode(value: Any) -> str:
        return values.truncated(values.moment(value), digits).isoformat(timespec=spec)

    return encode


def _decode_json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str | bytes) else value


def _decode_bytes(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else value


def _list_of(type: FieldType, item: Codec) -> Codec:  # noqa: A002
    if type is Scalar.JSON:
        return Codec(_sequence(lambda value: value, values.portable_json), json.loads)
    encode: Encode = item.encode or (lambda value: value)
    decode: Encode = item.decode or (lambda value: value)
    if type is Scalar.BYTES:
        return Codec(
            _sequence(lambda value: encode(value).hex(), json_text),
            lambda text: [bytes.fromhex(each) for each in json.loads(text)],
        )
    return Codec(
        _sequence(encode, json_text),
        lambda text: [decode(each) for each in json.loads(text)],
        operand=item.operand and _sequence(item.operand, json_text),
    )


def _sequence(encode: Callable[[Any], Any], finish: Callable[[list[Any]], str]) -> Encode:
    def check(value: Any) -> str:
        if isinstance(value, list | tuple):
            return finish([encode(each) for each in value])  # pyright: ignore[reportUnknownVariableType]
        raise values.wrong(value, "a list")

    return check

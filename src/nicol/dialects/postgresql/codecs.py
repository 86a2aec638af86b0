"""How values cross to PostgreSQL and back. The driver returns Python's own types; the rest is what the schema knows better."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, assert_never

from nicol.dialects import values
from nicol.dialects.dialect import Codec, Encode
from nicol.dialects.postgresql.types import column_type, spell_type
from nicol.schema.schema import Arity, EnumRef, FieldType, NativeType, Scalar, Schema, Unsupported
from nicol.sql.json import json_text

_EPOCH_DAY = date(1970, 1, 1)


def codec(type: FieldType, arity: Arity, native: NativeType | None, schema: Schema) -> Codec:  # noqa: A002
    """How values of a field cross. A list is an array of its items, each as it would be stored alone."""
    item = replace(_item(type, native, schema), cast=_cast(type, native, schema))
    if arity is not Arity.LIST:
        return item
    return replace(
        item,
        encode=_each(item.encode),
        decode=_list_decoder(type, item.decode),
        encode_all=None,
        operand=item.operand and _each(item.operand),
    )


def _cast(type: FieldType, native: NativeType | None, schema: Schema) -> str:  # noqa: A002
    """The type's name without length and precision, with which a cast would cut values without a word."""
    word = spell_type(replace(column_type(type, native, schema, array=False), args=()))
    return _LOOSE.get(word, word)


_LOOSE = {"CHAR": "BPCHAR", "BIT": "VARBIT"}
"""Words that mean a length of one where none is given."""


def _item(type: FieldType, native: NativeType | None, schema: Schema) -> Codec:  # noqa: A002
    match type:
        case EnumRef():
            names = values.enum_names(type, schema) or {}
            back = {mapped: name for name, mapped in names.items()}
            same = all(name == mapped for name, mapped in names.items())
            return Codec(values.member(names), None if same else back.__getitem__)
        case Unsupported():
            return Codec()
        case Scalar():
            return _scalar(type, native)


def _scalar(scalar: Scalar, native: NativeType | None) -> Codec:
    match scalar:
        case Scalar.STRING:
            one, many, asked = values.string(native)
            return Codec(one, _DECODERS.get(native.name, str) if native else None, None, many, asked)
        case Scalar.BOOLEAN:
            return Codec(values.boolean)
        case Scalar.INT | Scalar.BIGINT:
            return Codec(values.integer(scalar, native), encode_all=values.integers(scalar, native))
        case Scalar.FLOAT:
            return Codec(values.real)
        case Scalar.DECIMAL:
            money = native is not None and native.name == "Money"
            return Codec(
                values.decimal(native), _from_money if money else values.plain, operand=values.operand
            )
        case Scalar.DATETIME:
            return _datetime(native)
        case Scalar.JSON:
            return Codec(json_text if native is not None and native.name == "Json" else values.portable_json)
        case Scalar.BYTES:
            return Codec(values.octets, _bytes)
        case _:
            assert_never(scalar)


_DECODERS: Mapping[str, Encode | None] = {
    "Text": None,
    "VarChar": None,
    "Char": lambda value: value.rstrip(" "),
}
"""Texts that come as texts; a Char comes with blanks up to its length."""


def _from_money(value: Any) -> Decimal:
    """Money comes as text with a currency sign (https://www.postgresql.org/docs/current/datatype-money.html)."""
    return values.plain(Decimal(re.sub(r"[^0-9.-]", "", str(value))))


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else bytes(value)


def _datetime(native: NativeType | None) -> Codec:
    """The driver sends and reads moments in UTC, whether the column has a zone or not."""
    digits = values.fraction_digits(native)

    def encode(value: Any) -> datetime:
        return values.truncated(values.moment(value), digits)

    match native.name if native else "Timestamp":
        case "Date":
            return Codec(lambda value: values.moment(value).date(), _from_date)
        case "Time":
            return Codec(lambda value: encode(value).time(), _from_time)
        case "Timetz":
            return Codec(lambda value: encode(value).timetz(), _from_time)
        case _:
            return Codec(encode, encode_all=values.moments(digits))


def _from_date(value: Any) -> datetime:
    return datetime.combine(value, time(), UTC)


def _from_time(value: Any) -> datetime:
    return values.moment(datetime.combine(_EPOCH_DAY, value))


def _each(encode: Encode | None) -> Encode:
    def check(value: Any) -> list[Any]:
        if not isinstance(value, list | tuple):
            raise values.wrong(value, "a list")
        return [encode(each) for each in value] if encode else list(value)  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]

    return check


def _list_decoder(type: FieldType, decode: Encode | None) -> Encode | None:  # noqa: A002
    """Arrays of types that are the database's own come as text."""
    if not isinstance(type, EnumRef):
        return None if decode is None else lambda value: [decode(each) for each in value]
    back: Encode = decode or str
    return lambda value: [back(each) for each in (_array_items(value) if isinstance(value, str) else value)]


_ITEM = re.compile(r'"((?:[^"\\]|\\.)*)"|([^,{}]+)')


def _array_items(text: str) -> list[str]:
    """The items of an array's text: https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO."""
    return [re.sub(r"\\(.)", r"\1", quoted) if quoted else plain for quoted, plain in _ITEM.findall(text)]

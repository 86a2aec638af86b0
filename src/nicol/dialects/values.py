"""What a Python value must be to be a value of each scalar: the checks and normal forms that all databases share.

Each function takes a value that is not None and returns it in normal form. TypeError: the wrong type. ValueError: the right
type, but no such value. OverflowError: a number that is too big. All of them with a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Any, TypeAlias
from uuid import UUID

from nicol.schema.schema import EnumRef, FieldType, NativeType, Scalar, Schema
from nicol.sql.json import json_text

Check: TypeAlias = Callable[[Any], str]
CheckAll: TypeAlias = Callable[[Sequence[Any]], Sequence[str]]

_EXACT = Context(prec=1100, rounding=ROUND_HALF_UP)
_RANGES = {"SmallInt": (-(2**15), 2**15 - 1), "Oid": (0, 2**32 - 1)}
_NOTHING = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
"""How JSON spells U+0000; behind an odd backslash the same letters are those themselves."""
_INT, _BIGINT = (-(2**31), 2**31 - 1), (-(2**63), 2**63 - 1)
_MOST_DIGITS = 500
DEFAULT_SCALE = 30
"""The digits after the point of a Decimal without a native type."""


def wrong(value: object, wanted: str) -> TypeError:
    """The sentence for a value of the wrong type. It never shows the value, which may be a secret."""
    return TypeError(f"expected {wanted}, got {type(value).__name__}")


def text(value: Any) -> str:
    """A String."""
    if isinstance(value, str):
        return value
    raise wrong(value, "a str")


def portable_text(value: Any) -> str:
    """A String that every database can hold."""
    if "\0" in text(value):
        raise ValueError("a String cannot hold the character U+0000 on PostgreSQL")
    value.encode()
    return value


def portable_texts(values: Sequence[Any]) -> Sequence[str]:
    """Many Strings that every database can hold."""
    if set(map(type, values)) <= {str}:
        portable_text("".join(values))
        return values
    return [portable_text(value) for value in values]


def texts(values: Sequence[Any]) -> Sequence[str]:
    """Many Strings."""
    return values if set(map(type, values)) <= {str} else [text(value) for value in values]


def portable_json(value: Any) -> str:
    """JSON text that every database can hold (https://www.postgresql.org/docs/current/datatype-json.html)."""
    said = json_text(value)
    if "\\u0000" in said and _NOTHING.search(said):
        raise ValueError("a Json cannot hold the character U+0000 on PostgreSQL")
    said.encode()
    return said


def uuid(value: Any) -> str:
    """A UUID in the spelling that PostgreSQL gives it."""
    try:
        return str(UUID(text(value)))
    except ValueError:
        raise ValueError("expected a UUID, got another text") from None


class TooLong(ValueError):
    """A text with more characters than its column takes."""


def string(native: NativeType | None) -> tuple[Check, CheckAll | None, Check | None]:
    """A String of a native type: alone, many of them where that is faster, and one that is only asked about."""
    name = native.name if native else "Text"
    most = native.args[0] if native and native.args else 1
    match name:
        case "Uuid":
            return uuid, None, None
        case "VarChar" if native and native.args:
            return _limited(most), _all_limited(most), portable_text
        case "Char":
            return (lambda value: _limited(most)(_unpadded(value))), None, _unpadded
        case "Bit" | "VarBit" if name == "Bit" or (native and native.args):
            return _bits(most, fixed=name == "Bit"), None, portable_text
        case _:
            return portable_text, portable_texts, None


def _limited(most: int) -> Check:
    """A text of so many characters; blanks beyond them are dropped, as the SQL standard has it."""

    def check(value: Any) -> str:
        found = portable_text(value)
        if len(found) <= most or not found[most:].strip(" "):
            return found[:most]
        raise TooLong(f"expected at most {most} characters")

    return check


def _all_limited(most: int) -> CheckAll:
    check = _limited(most)

    def check_all(values: Sequence[Any]) -> Sequence[str]:
        if set(map(type, values)) == {str} and max(map(len, values)) <= most:
            return portable_texts(values)
        return [check(value) for value in values]

    return check_all


def _unpadded(value: Any) -> str:
    """A Char without the blanks at its end, which mean nothing: https://www.postgresql.org/docs/current/datatype-character.html."""
    return portable_text(value).rstrip(" ")


def _bits(count: int, *, fixed: bool) -> Check:
    def check(value: Any) -> str:
        found = text(value)
        if found.strip("01"):
            raise ValueError("expected the digits 0 and 1 alone")
        if len(found) > count or (fixed and len(found) < count):
            raise TooLong(f"expected {'' if fixed else 'at most '}{count} binary digits")
        return found

    return check


def boolean(value: Any) -> bool:
    """A Boolean."""
    if value is True or value is False:
        return value
    raise wrong(value, "a bool")


def bounds(scalar: FieldType, native: NativeType | None) -> tuple[int, int]:
    """The least and the greatest Int or BigInt."""
    return _RANGES.get(native.name if native else "", _INT if scalar is Scalar.INT else _BIGINT)


def integer(scalar: Scalar, native: NativeType | None) -> Callable[[Any], int]:
    """An Int or BigInt within the bounds of its type."""
    low, high = bounds(scalar, native)

    def check(value: Any) -> int:
        if type(value) is int and low <= value <= high:
            return value
        if not isinstance(value, int) or value is True or value is False:
            raise wrong(value, "an int")
        if low <= value <= high:
            return value
        raise OverflowError(f"out of range: expected an int from {low} to {high}")

    return check


def integers(scalar: Scalar, native: NativeType | None) -> Callable[[Sequence[Any]], Sequence[int]]:
    """Many Ints or BigInts within the bounds of their type."""
    low, high = bounds(scalar, native)
    check = integer(scalar, native)

    def check_all(values: Sequence[Any]) -> Sequence[int]:
        if set(map(type, values)) == {int} and low <= min(values) and max(values) <= high:
            return values
        return [check(value) for value in values]

    return check_all


def real(value: Any) -> float:
    """A Float."""
    if isinstance(value, float):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    raise wrong(value, "a float")


def decimal(native: NativeType | None) -> Callable[[Any], Decimal]:
    """A Decimal, rounded half up to the digits that its column keeps, without zeros that say nothing."""
    precision, scale = decimal_digits(native)
    limit = Decimal(10) ** (precision - scale)

    def check(value: Any) -> Decimal:
        number = _number(value)
        rounded = (
            number.quantize(Decimal(1).scaleb(-scale), context=_EXACT)
            if -_exponent(number) > scale
            else number
        )
        if rounded.copy_abs() >= limit:  # `abs` would round to the digits of the thread's context
            raise OverflowError(f"out of range: expected at most {precision - scale} digits before the point")
        return plain(rounded)

    return check


def operand(value: Any) -> Decimal:
    """A Decimal that others are compared or calculated with: all of its digits count, whatever a column keeps."""
    number = _number(value)
    if number and (number.adjusted() >= _MOST_DIGITS or -_exponent(number) > _MOST_DIGITS):
        raise OverflowError(f"out of range: expected at most {_MOST_DIGITS} digits on each side of the point")
    return plain(number)


def decimal_digits(native: NativeType | None) -> tuple[int, int]:
    """The digits that a Decimal keeps, and how many of them stand behind the point."""
    match native:
        case NativeType("Decimal", (precision, scale)):
            return precision, scale
        case NativeType("Decimal", (precision,)):
            return precision, 0
        case NativeType("Money"):
            return 19, 2
        case _:
            return 65, DEFAULT_SCALE


def _number(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        number = value
    elif isinstance(value, int | str) and not isinstance(value, bool):
        try:
            number = Decimal(value)
        except InvalidOperation:
            raise ValueError("expected a decimal number, got another text") from None
    else:
        raise wrong(value, "a Decimal, an int or a decimal string")
    if not number.is_finite():
        raise ValueError("expected a finite number")
    return number


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def plain(number: Decimal) -> Decimal:
    """The same number without trailing zeros behind the point and without an exponent."""
    if not number:
        return Decimal(0)
    normal = number.normalize(_EXACT)
    return normal if _exponent(normal) <= 0 else normal.quantize(Decimal(1), context=_EXACT)


def moment(value: Any) -> datetime:
    """A DateTime in UTC; one without a zone is taken as UTC."""
    if not isinstance(value, datetime):
        raise wrong(value, "a datetime")
    if value.tzinfo is UTC:
        return value
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def moments(digits: int) -> Callable[[Sequence[Any]], Sequence[datetime]]:
    """Many DateTimes without the digits of a second that their column does not keep."""
    step = 10 ** (6 - digits)

    def check_all(values: Sequence[Any]) -> Sequence[datetime]:
        if set(map(type, values)) == {datetime}:
            found = [value for value in values if value.tzinfo is UTC and not value.microsecond % step]
            if len(found) == len(values):
                return found
        return [truncated(moment(value), digits) for value in values]

    return check_all


def octets(value: Any) -> bytes:
    """Bytes."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, bytearray | memoryview):
        return bytes(value)  # pyright: ignore[reportUnknownArgumentType]
    raise wrong(value, "bytes")


def fraction_digits(native: NativeType | None) -> int:
    """The digits of a second that a DateTime keeps."""
    match native:
        case NativeType("Timestamp" | "Timestamptz" | "Time" | "Timetz", (digits,)):
            return digits
        case NativeType("Timestamp" | "Timestamptz" | "Time" | "Timetz"):
            return 6
        case _:
            return 3


def truncated(value: datetime, digits: int) -> datetime:
    """The time without the digits of a second that its column does not keep."""
    over = value.microsecond % 10 ** (6 - digits)
    return value.replace(microsecond=value.microsecond - over) if over else value


def enum_names(type: FieldType, schema: Schema) -> Mapping[str, str] | None:  # noqa: A002
    """The values of an enum, each with the database's name for it; None for other types."""
    if not isinstance(type, EnumRef):
        return None
    return {value.name: value.mapped for value in schema.enum(type.name).values}


def member(names: Mapping[str, str]) -> Callable[[Any], str]:
    """A value of an enum, as the database's name for it."""

    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise wrong(value, "one of " + ", ".join(names))
        try:
            return names[str(value)]
        except KeyError:
            raise ValueError(f"expected one of {', '.join(names)}, got another text") from None

    return check
